import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BlobError } from "../packages/crypto/src/blob.ts";
import type { BodyError } from "../packages/crypto/src/envelope/body.ts";
import type { BodyHashMismatch } from "../packages/crypto/src/envelope/bodyForm.ts";
import type { BadSignature, EnvelopeError } from "../packages/crypto/src/envelope/envelope.ts";
import { EnvelopeKind, type HeadError } from "../packages/crypto/src/envelope/head.ts";
import type { RunError } from "../packages/crypto/src/envelope/run.ts";
import type { NotAnId } from "../packages/crypto/src/ids.ts";
import type { BoxError, NotAKemKey } from "../packages/crypto/src/keys/box.ts";
import type { PhraseError } from "../packages/crypto/src/keys/phrase.ts";
import type { WrapError } from "../packages/crypto/src/keys/wrap.ts";
import type { PhraseRefused } from "../packages/crypto/src/logs/acceptPhrase.ts";
import type { LogError } from "../packages/crypto/src/logs/identityLog.ts";
import { IdentityType } from "../packages/crypto/src/logs/identityRecords.ts";
import type { NoBox } from "../packages/crypto/src/logs/openKeys.ts";
import type { LogHeadUnknown, PlaceWrong } from "../packages/crypto/src/logs/place.ts";
import { decodeRecord } from "../packages/crypto/src/logs/record.ts";
import { VaultType } from "../packages/crypto/src/logs/vaultRecords.ts";
import type { VaultLogError } from "../packages/crypto/src/logs/vaultState.ts";
import type { CodeMalformed } from "../packages/crypto/src/pairing/code.ts";
import type { PairingError } from "../packages/crypto/src/pairing/handshake.ts";
import type { StretchRefused } from "../packages/crypto/src/passphrase.ts";
import type { PresenceError } from "../packages/crypto/src/presence.ts";
import {
  type BodyFormError,
  ClientTag,
  type FrameError,
  refusals,
  RelayTag,
} from "../packages/protocol/src/index.ts";
import { withFlip } from "./vectors/flip.ts";
import { bytesOf, type VectorCase } from "./vectors/format.ts";
import { type Layer, parseFile, type ReadFile } from "./vectors/layer.ts";
import { layers } from "./vectors/layers.ts";

/** Every error that a decoder, an opener or a rule of ours answers with. */
type Refusal =
  | BadSignature
  | BlobError
  | BodyError
  | BodyFormError
  | BodyHashMismatch
  | BoxError
  | CodeMalformed
  | EnvelopeError
  | FrameError
  | HeadError
  | LogError
  | LogHeadUnknown
  | NoBox
  | NotAKemKey
  | NotAnId
  | PairingError
  | PhraseError
  | PhraseRefused
  | PlaceWrong
  | PresenceError
  | RunError
  | StretchRefused
  | VaultLogError
  | WrapError;

/** Whether a case expects it. The compiler asks for a line for each new refusal. */
const refusalTypes: Record<Refusal["type"], true> = {
  BadSignature: true,
  BlobIdMismatch: true,
  BodyHashMismatch: true,
  BodyMissing: true,
  BoxBroken: true,
  ChunkMissing: true,
  CodeMalformed: true,
  CommitmentMismatch: true,
  FormatUnsupported: true,
  FrameTooLarge: true,
  FrameUnknown: true,
  IdentityHeadMissing: true,
  KeyCommitmentMismatch: true,
  LinkForked: true,
  LinkGap: true,
  LogHeadUnknown: true,
  Malformed: true,
  NoBox: true,
  NotAKemKey: true,
  NotAnId: true,
  PairingRefused: true,
  PhraseChecksum: true,
  PhraseOpensNothing: true,
  PhraseOtherIdentity: true,
  PhraseRevoked: true,
  PhraseWordCount: true,
  PhraseWordUnknown: true,
  PlaceWrong: true,
  PresenceReplayed: true,
  RecordUnknown: true,
  RuleViolated: true,
  RunBroken: true,
  RunEmpty: true,
  SealBroken: true,
  StretchRefused: true,
  VersionUnsupported: true,
  WrapBroken: true,
  WrongBlobKey: true,
  WrongLog: true,
  WrongVaultKey: true,
};

/** A signature check says yes or no. */
const plainRefusal = "refused";

/** Numbers of rules in docs/protocol.md §3, with how many there are. */
const identityRuleCount = 13;
const vaultRuleCount = 22;

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, "vectors", `${name}.json`), "utf8");

const files = new Map(layers.map(({ name }) => [name, parseFile(read(name))]));

const fileOf = (name: string): ReadFile => {
  const file = files.get(name);
  if (file === undefined) throw new RangeError(`no layer ${name}`);
  return file;
};

const casesOf = (name: string): readonly VectorCase<unknown>[] => fileOf(name).cases;

const goldensOf = (name: string): readonly VectorCase<unknown>[] =>
  casesOf(name).filter(({ expect: expected }) => expected === "ok");

const allCases = [...files.values()].flatMap(({ cases }) => cases);

const refusedCases = allCases.filter(({ expect: expected }) => expected !== "ok");

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

/** A byte of the hex in a field of a case's input. */
const byteOf = ({ input }: VectorCase<unknown>, name: string, at: number): number | undefined =>
  bytesOf(String(field(input, name)))[at];

const sorted = (numbers: Iterable<unknown>): readonly unknown[] =>
  [...new Set(numbers)].toSorted((left, right) => Number(left) - Number(right));

test.each(layers)(
  "[WIRE1] the vectors of $name are what the code makes now; if this fails, the protocol changed: bump the version",
  async ({ name, make }) => {
    expect(read(name) === (await make())).toBe(true);
  },
);

describe.each(layers)("the vectors of $name", ({ name, run }) => {
  const file = fileOf(name);

  test("name their layer, and each case once", () => {
    const names = file.cases.map((one) => one.name);
    expect(file.layer).toBe(name);
    expect(names).toEqual([...new Set(names)]);
  });

  test.each(file.cases)("$name: $expect", async ({ input, expect: outcome, ...expected }) => {
    const { stage, rule, output } = expected;
    expect(await run(file, input)).toEqual({ outcome, stage, rule, output });
  });
});

describe("what the vectors cover", () => {
  test("at least 150 cases are refusals", () => {
    expect(refusedCases.length).toBeGreaterThanOrEqual(150);
  });

  test("every refusal of a decoder, an opener or a rule is expected once, and no other", () => {
    const expected = new Set(refusedCases.map((one) => one.expect));
    expect([...expected].toSorted()).toEqual(
      [...Object.keys(refusalTypes), plainRefusal].toSorted(),
    );
  });

  test.each([
    ["identity-log", "ID", identityRuleCount],
    ["vault-log", "VL", vaultRuleCount],
  ])("every rule of the %s is broken once", (name, letters, count) => {
    const broken = new Set(casesOf(name).flatMap(({ rule }) => rule?.split(" ")[0] ?? []));
    const missing = Array.from({ length: count }, (_, at) => `${letters}${at + 1}`).filter(
      (rule) => !broken.has(rule),
    );
    expect(missing).toEqual([]);
  });

  test.each([
    ["client-frame", ClientTag],
    ["relay-frame", RelayTag],
  ])("every tag of %s has a golden frame", (name, tags) => {
    const golden = goldensOf(name).map((one) => byteOf(one, "frame", 0));
    expect(sorted(golden)).toEqual(sorted(Object.values(tags)));
  });

  test("every kind of envelope has a golden one, and a golden body", () => {
    const kinds = sorted(Object.values(EnvelopeKind));
    expect(sorted(goldensOf("envelope").map((one) => byteOf(one, "envelope", 2)))).toEqual(kinds);
    expect(sorted(goldensOf("head").map((one) => byteOf(one, "head", 2)))).toEqual(kinds);
    expect(sorted(goldensOf("body").map(({ input }) => field(input, "kind")))).toEqual(kinds);
  });

  test.each([
    ["identity-log", "identity", IdentityType],
    ["vault-log", "vault", VaultType],
  ])("every type of record in the %s has a golden one", (name, log, types) => {
    const records = field(field(fileOf(name), "logs"), log);
    const taken = goldensOf(name).map(({ input }) => Number(field(input, "take")) - 1);
    const decoded = taken.map((at) => decodeRecord(bytesOf(String(field(records, `${at}`)))));
    expect(sorted(decoded.map((record) => record.ok && record.value.type))).toEqual(
      sorted(Object.values(types)),
    );
  });

  test("every refusal of the catalogue has a golden frame", () => {
    const golden = new Set(goldensOf("relay-frame").map(({ output }) => field(output, "number")));
    const numbers = Object.values(refusals).map(({ number }) => number);
    expect(numbers.filter((number) => !golden.has(number))).toEqual([]);
  });
});

/** Up to this many goldens of a layer are tried: every one would say the same more slowly. */
const sampleCount = 6;

const flipsOf = ({ name, run, telling }: Layer) =>
  goldensOf(name)
    .slice(0, sampleCount)
    .flatMap((golden) =>
      telling.flatMap((which) => {
        const input = withFlip(golden.input, which);
        return input === undefined ? [] : [{ name, golden, which, input, run }];
      }),
    );

/** The last record that a golden takes, taken out of the log, changed, and put behind it. */
const recordFlipsOf = ({ name, run }: Layer) =>
  goldensOf(name).map((golden) => {
    const at = Number(field(golden.input, "take")) - 1;
    const base = String(field(golden.input, "base"));
    const record = field(field(field(fileOf(name), "logs"), base), `${at}`);
    const input = withFlip({ base, take: at, record }, "record");
    return { name, golden, which: "the record", input, run };
  });

const isLog = ({ name }: Layer): boolean => name === "identity-log" || name === "vault-log";

describe("a control of the runners", () => {
  test.each([...layers.flatMap(flipsOf), ...layers.filter(isLog).flatMap(recordFlipsOf)])(
    "$name: $golden.name comes out otherwise with a bit of $which flipped",
    async ({ name, golden, input, run }) => {
      const { output } = golden;
      expect(await run(fileOf(name), input)).not.toEqual({ outcome: "ok", output });
    },
  );
});
