import { describe, expect, test } from "vitest";
import { applyIdentityRecord } from "./logs/identityLog.ts";
import { DeviceScope } from "./logs/kinds.ts";
import { decodeRecord, encodeRecord } from "./logs/record.ts";
import { applyVaultRecord } from "./logs/vaultLog.ts";
import { Role } from "./logs/vaultRecords.ts";
import { createDeviceKeys } from "./keys/deviceKeys.ts";
import { bitsBetween, oneBitOfEveryByteOf, outcomesOfFlips } from "./testing/flips.ts";
import { outcomeOf } from "./testing/outcome.ts";
import {
  addDeviceOf,
  createPerson,
  createVault,
  identityAt,
  withMember,
  withRecord,
} from "./testing/people.ts";
import { seededRandomBytes } from "./testing/seededRandomBytes.ts";

const deps = { randomBytes: seededRandomBytes("flipped records") };
const ann = createPerson(deps);
const ben = createPerson(deps);
const added = addDeviceOf(deps, ann, createDeviceKeys(deps), DeviceScope.Full);
const vault = createVault(deps, ann);
const grown = withMember(deps, vault, ann, ben, Role.Writer);

/** Every bit of the front, where each byte has a meaning of its own; one bit of every byte behind. */
const bitsOf = (bytes: Uint8Array): readonly number[] => [
  ...new Set([...bitsBetween(0, 150), ...oneBitOfEveryByteOf(bytes)]),
];

/** The end: signatures, and the device that each is said to be of. */
const endOf = (bytes: Uint8Array): readonly number[] =>
  bitsBetween(bytes.length - 81, bytes.length);

type Apply = (bytes: Uint8Array) => string;

const applyTo =
  (state: typeof ann.state | undefined): Apply =>
  (bytes) => {
    const decoded = decodeRecord(bytes);
    return outcomeOf(decoded.ok ? applyIdentityRecord(state, decoded.value) : decoded);
  };
const applyToVault =
  (state: typeof vault.state | undefined): Apply =>
  (bytes) => {
    const decoded = decodeRecord(bytes);
    return outcomeOf(
      decoded.ok ? applyVaultRecord(state, decoded.value, identityAt(ann, ben)) : decoded,
    );
  };

const records: readonly (readonly [string, Uint8Array, Apply])[] = [
  ["the genesis of an identity", encodeRecord(ann.records[0] ?? added), applyTo(undefined)],
  ["a record that adds a device", encodeRecord(added), applyTo(ann.state)],
  ["the genesis of a vault", encodeRecord(vault.records[0] ?? added), applyToVault(undefined)],
  [
    "a record that adds a member",
    encodeRecord(grown.records.at(-1) ?? added),
    applyToVault(vault.state),
  ],
];

describe.each(records)("%s", (_, bytes, apply) => {
  test("is accepted as it is", () => {
    expect(apply(bytes)).toBe("ok");
  });

  test("with one bit turned over is refused, by name", () => {
    const outcomes = outcomesOfFlips(bytes, bitsOf(bytes), apply);
    const names = Object.keys(outcomes);
    expect(names).not.toContain("ok");
    expect(names).toContain("BadSignature");
    expect(names.filter((name) => /threw/u.test(name))).toEqual([]);
    expect(outcomes["VersionUnsupported"]).toBe(16);
  });

  test("with one bit of what is not signed turned over is refused too", () => {
    const outcomes = outcomesOfFlips(bytes, endOf(bytes), apply);
    expect(outcomes["ok"]).toBeUndefined();
    expect(outcomes["BadSignature"]).toBeGreaterThanOrEqual(512);
    expect(Object.keys(outcomes).filter((name) => /threw/u.test(name))).toEqual([]);
  });

  test("cut short anywhere, or grown, is refused", () => {
    const cuts = Array.from({ length: 200 }, (_cut, at) =>
      apply(bytes.subarray(0, Math.floor((at * bytes.length) / 200))),
    );
    expect(new Set(cuts)).toEqual(new Set(["Malformed"]));
    expect(apply(Uint8Array.of(...bytes, 0))).toBe("Malformed");
  });
});

test("a record does not follow itself: applied again, it is a gap", () => {
  const grownAnn = withRecord(ann, added);
  expect(applyTo(grownAnn.state)(encodeRecord(added))).toBe("LinkGap");
});
