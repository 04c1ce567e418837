import { sizes } from "@duro/crypto/types";
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { describe, expect, test } from "vitest";
import { registrationRecordCountMax, jsonBodyByteLengthMax } from "../limits.ts";
import { refusals } from "../refusals.ts";
import { about, challenge, state } from "./aboutRoutes.ts";
import { account, deletion, registered, registration } from "./accountRoutes.ts";
import { base64urlLength } from "./base64url.ts";
import { announcement, blobRoutes, blobStatus } from "./blobRoutes.ts";
import { pathOf, type Route } from "./route.ts";
import { routes } from "./routes.ts";
import { refusalBody } from "./schemas.ts";

const id16 = "0a".repeat(16);
const id32 = "0b".repeat(32);
const header = "A".repeat(88);
const hash = "A".repeat(43);

interface Case {
  readonly schema: TSchema;
  readonly good: Readonly<Record<string, unknown>>;
  /** Each differs from the good one in one field. */
  readonly bad: readonly Readonly<Record<string, unknown>>[];
}

const cases: Readonly<Record<string, Case>> = {
  about: {
    schema: about,
    good: {
      name: "duro",
      versionMin: 1,
      versionMax: 1,
      relayKey: id32,
      generation: id32,
      registration: "invite",
    },
    bad: [
      { name: "other" },
      { versionMin: 0 },
      { versionMax: 256 },
      { relayKey: id16 },
      { registration: "sometimes" },
    ],
  },
  state: { schema: state, good: { state: "ok" }, bad: [{ state: "" }] },
  challenge: {
    schema: challenge,
    good: { nonce: id32, relayKey: id32, generation: id32, nowMs: 1 },
    bad: [{ nonce: id16 }, { nowMs: -1 }, { nowMs: 2 ** 53 }, { nowMs: 1.5 }],
  },
  registration: {
    schema: registration,
    good: { records: ["AQ", "Ag"], invite: id16 },
    bad: [
      { records: [] },
      { records: [""] },
      { records: ["AQ="] },
      { records: ["A Q"] },
      { records: Array.from({ length: registrationRecordCountMax + 1 }, () => "AQ") },
      { records: "AQ" },
      { invite: id16.toUpperCase() },
      { invite: null },
    ],
  },
  registered: { schema: registered, good: { user: id16 }, bad: [{ user: id32 }] },
  account: {
    schema: account,
    good: {
      user: id16,
      usedByteLength: 0,
      quotaByteLength: 1,
      isReadOnly: false,
      vaults: [{ vault: id16, usedByteLength: 0 }],
    },
    bad: [
      { usedByteLength: -1 },
      { isReadOnly: "no" },
      { vaults: [{ vault: id16 }] },
      { vaults: [{ vault: id16, usedByteLength: 0, name: "x" }] },
    ],
  },
  deletion: { schema: deletion, good: { goneByMs: 1 }, bad: [{ goneByMs: "1" }] },
  announcement: {
    schema: announcement,
    good: { header, chunkHashes: hash },
    bad: [
      { header: "A".repeat(87) },
      { header: `${header}A` },
      { chunkHashes: "" },
      { chunkHashes: "A".repeat(base64urlLength(32 * sizes.blobChunkCountMax) + 1) },
    ],
  },
  blobStatus: {
    schema: blobStatus,
    good: { header, missing: [0, 16_383] },
    bad: [{ missing: [16_384] }, { missing: [0, 0] }, { missing: [-1] }, { missing: ["0"] }],
  },
  refusalBody: {
    schema: refusalBody,
    good: { refusal: "QuotaExceeded", facts: { quotaByteLength: "1000" } },
    bad: [
      { refusal: "" },
      { refusal: "Quota exceeded" },
      { facts: { "not a name": "1" } },
      { facts: { name: 1 } },
      { facts: { name: "x".repeat(257) } },
      { facts: Object.fromEntries("abcdefghi".split("").map((key) => [key, "1"])) },
    ],
  },
};

const listed: readonly (readonly [string, Route])[] = Object.entries<Route>(routes);

describe("routes", () => {
  test.each(Object.entries(cases))("[HTTP1] %s takes what it describes", (_, { schema, good }) => {
    expect(Value.Check(schema, good)).toBe(true);
  });

  test.each(Object.entries(cases))(
    "[HTTP2] %s refuses one field wrong, one too many and one missing",
    (_, { schema, good, bad }) => {
      expect(bad.filter((wrong) => Value.Check(schema, { ...good, ...wrong }))).toEqual([]);
      expect(Value.Check(schema, { ...good, extra: 1 })).toBe(false);
      const [first = ""] = Object.keys(good);
      expect(Value.Check(schema, { ...good, [first]: undefined })).toBe(false);
      for (const wrong of [undefined, null, [], "", 1])
        expect(Value.Check(schema, wrong)).toBe(false);
    },
  );

  test("[HTTP3] no two routes have one method and path", () => {
    const names = listed.map(([, { method, path }]) => `${method} ${path}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(listed)("[HTTP4] %s describes every parameter of its path", (_, { path, params }) => {
    const named = Array.from(path.matchAll(/:([a-z]+)/gu), ([, name]) => name);
    expect(Object.keys(params?.properties ?? {})).toEqual(named);
  });

  test.each(listed)(
    "[HTTP5] %s answers any refusal of its with the one body",
    (_, { response }) => {
      const statuses = new Set<number>(Object.values(refusals).map(({ httpStatus }) => httpStatus));
      for (const [status, content] of Object.entries(response)) {
        if (Number(status) < 400) continue;
        expect(statuses).toContain(Number(status));
        expect(content).toBe(refusalBody);
      }
    },
  );

  test("[HTTP6] the parameters of a chunk are ids and a plain number", () => {
    const { params } = blobRoutes.putChunk;
    const good = { vault: id16, blob: id32, index: "0" };
    expect(Value.Check(params, good)).toBe(true);
    for (const wrong of [{ index: "01" }, { index: "-1" }, { index: "1e3" }, { vault: "../x" }])
      expect(Value.Check(params, { ...good, ...wrong })).toBe(false);
    expect(pathOf(blobRoutes.putChunk, { vault: id16, blob: id32, index: 7 })).toBe(
      `/v1/vaults/${id16}/blobs/${id32}/chunks/7`,
    );
  });

  test("[HTTP7] the longest list of chunk hashes fits what a proxy lets through", () => {
    const chunkHashes = "A".repeat(base64urlLength(32 * sizes.blobChunkCountMax));
    const body = { header, chunkHashes };
    expect(Value.Check(announcement, body)).toBe(true);
    expect(JSON.stringify(body).length).toBeLessThanOrEqual(jsonBodyByteLengthMax);
  });
});
