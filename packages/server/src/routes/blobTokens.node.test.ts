import { BlobAction, pathOf, type Route, routes, tokenToHeader } from "@duro/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createBlobToken } from "../blobs/blobToken.ts";
import { blobSample } from "../testing/blobSamples.ts";
import { type BlobService, nowMs, openBlobService } from "../testing/blobService.ts";
import { vaultOf } from "../testing/storeSamples.ts";

const { Read, Write } = BlobAction;
const vault = vaultOf(1);
const sample = blobSample(vault);
const other = blobSample(vault, { number: 2 });

const bodies = { json: JSON.stringify(sample.announcement), octets: Buffer.alloc(10) };

interface Ask {
  readonly route: Route;
  /** What a token must allow. */
  readonly action: BlobAction;
  readonly body?: keyof typeof bodies;
}

const asks: readonly (readonly [string, Ask])[] = [
  ["probing", { route: routes.probeBlob, action: Read }],
  ["asking for the status", { route: routes.blobStatus, action: Read }],
  ["announcing", { route: routes.announceBlob, action: Write, body: "json" }],
  ["putting a chunk", { route: routes.putChunk, action: Write, body: "octets" }],
  ["getting a chunk", { route: routes.getChunk, action: Read }],
];

const types = { json: "application/json", octets: "application/octet-stream" };

describe.each(asks)("%s", (_, { route, action, body }) => {
  let service: BlobService;

  beforeEach(async () => {
    service = await openBlobService();
    await service.upload(sample);
  });
  afterEach(() => service.close());

  const ask = async (authorization: string | undefined) => {
    const answer = await service.http.inject({
      method: route.method,
      url: pathOf(route, { vault, blob: sample.blob, index: 0 }),
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { "content-type": types[body] }),
      },
      ...(body === undefined ? {} : { payload: bodies[body] }),
    });
    const { date: _date, ...headers } = answer.headers;
    return { status: answer.statusCode, headers, payload: answer.payload };
  };

  test("with a token for this blob, or for any of the vault, is let through", async () => {
    for (const blob of [sample.blob, undefined]) {
      const token = await service.authorize({ vault, action, ...(blob && { blob }) });
      expect((await ask(token)).status).not.toBe(401);
    }
  });

  test("is refused with the same bytes whatever is wrong with the token", async () => {
    const valid = await service.authorize({ vault, blob: sample.blob, action });
    const unknown = createBlobToken({ randomBytes: (length) => new Uint8Array(length) });
    const wrong = [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      valid.toUpperCase(),
      valid.replace("Bearer", "bearer"),
      valid.replace("Bearer", "Duro"),
      `${valid}0`,
      valid.slice(0, -1),
      `${valid}, ${valid}`,
      tokenToHeader(unknown),
      await service.authorize({ vault, blob: sample.blob, action, expiresAtMs: nowMs }),
      await service.authorize({ vault, blob: other.blob, action }),
      await service.authorize({ vault: vaultOf(2), blob: sample.blob, action }),
      await service.authorize({ vault: vaultOf(2), action }),
      ...(route === routes.probeBlob || route === routes.blobStatus
        ? []
        : [await service.authorize({ vault, action: action === Read ? Write : Read })]),
    ];
    const answers = new Set<string>();
    for (const header of wrong) answers.add(JSON.stringify(await ask(header)));
    expect(answers.size).toBe(1);
    const [refused] = answers;
    expect(JSON.parse(refused ?? "")).toMatchObject({
      status: 401,
      headers: { "www-authenticate": "Bearer" },
      payload: route.method === "HEAD" ? "" : '{"refusal":"TokenInvalid","facts":{}}',
    });
  });
});

describe("a status", () => {
  test("is told to whoever may read and to whoever may write", async () => {
    const service = await openBlobService();
    await service.upload(sample);
    for (const action of [Read, Write])
      for (const route of [routes.probeBlob, routes.blobStatus]) {
        const answer = await service.http.inject({
          method: route.method,
          url: pathOf(route, { vault, blob: sample.blob }),
          headers: { authorization: await service.authorize({ vault, action }) },
        });
        expect(answer.statusCode).toBe(200);
      }
    await service.close();
  });
});

describe("a path", () => {
  test.each([
    `/v1/vaults/${vault}/blobs/${sample.blob.toUpperCase()}`,
    `/v1/vaults/${vault}/blobs/${sample.blob.slice(1)}`,
    `/v1/vaults/${vault}/blobs/${"g".repeat(64)}`,
    `/v1/vaults/..%2f${vault.slice(3)}/blobs/${sample.blob}`,
  ])("that names nothing is refused: %s", async (url) => {
    const service = await openBlobService();
    const authorization = await service.authorize({ vault, action: Read });
    const answer = await service.http.inject({ method: "GET", url, headers: { authorization } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({ refusal: "InvalidField", facts: { path: "params" } });
    await service.close();
  });
});
