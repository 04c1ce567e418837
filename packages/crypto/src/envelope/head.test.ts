import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesToHex } from "../bytes/hex.ts";
import { decode } from "../bytes/reader.ts";
import { encode } from "../bytes/writer.ts";
import { chainIds, envelopeIds, recordIds, vaultIds } from "../ids.ts";
import { BrokenAssumption } from "../result.ts";
import {
  bodyByteLengthMax,
  bodyByteLengthMin,
  headByteLength,
  sealHeadByteLength,
} from "../sizes.ts";
import { everyBitOf, withBitFlipped } from "../testing/flips.ts";
import { mustFail, outcomeOf } from "../testing/outcome.ts";
import { must } from "../testing/people.ts";
import { filled } from "../testing/samples.ts";
import {
  decodeHead,
  encodeHead,
  EnvelopeFlag,
  type EnvelopeHead,
  EnvelopeKind,
  headPrefixBytes,
  readHead,
  writeHead,
} from "./head.ts";

const head: EnvelopeHead = {
  kind: EnvelopeKind.Checkpoint,
  flags: EnvelopeFlag.Purge,
  vault: vaultIds.fromBytes(filled(16, 0xa1)),
  chain: chainIds.fromBytes(filled(16, 0xa2)),
  seq: 0x01_0203_0405,
  previous: envelopeIds.fromBytes(filled(32, 0xa3)),
  epoch: 0x0607_0809,
  logHead: recordIds.fromBytes(filled(32, 0xa4)),
  nonce: filled(24, 0xa5),
  bodyByteLength: 0x000a_0b0c,
  bodyHash: filled(32, 0xa6),
};

const prefixHex =
  "01010402" +
  "a1".repeat(16) +
  "a2".repeat(16) +
  "0504030201000000" +
  "a3".repeat(32) +
  "09080706" +
  "a4".repeat(32);

/** Where a field begins; the golden bytes below say so. */
const at = { kind: 2, flags: 3, seq: 36, epoch: 76, bodyByteLength: 136 } as const;

const withWritten = (offset: number, ...bytes: readonly number[]): Uint8Array => {
  const written = encodeHead(head);
  written.set(bytes, offset);
  return written;
};

const anyBytes = (byteLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: byteLength, maxLength: byteLength });

const kindsAndFlags = fc.constantFrom<readonly [EnvelopeKind, number]>(
  [EnvelopeKind.Open, 0],
  [EnvelopeKind.Data, 0],
  [EnvelopeKind.Beacon, 0],
  [EnvelopeKind.Beacon, EnvelopeFlag.FullBeacon],
  [EnvelopeKind.Checkpoint, 0],
  [EnvelopeKind.Checkpoint, EnvelopeFlag.Purge],
  [EnvelopeKind.Attest, 0],
);

const anyFields = fc.record({
  vault: anyBytes(16).map((id) => vaultIds.fromBytes(id)),
  chain: anyBytes(16).map((id) => chainIds.fromBytes(id)),
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  previous: anyBytes(32).map((id) => envelopeIds.fromBytes(id)),
  epoch: fc.integer({ min: 1, max: 0xffff_ffff }),
  logHead: anyBytes(32).map((id) => recordIds.fromBytes(id)),
  nonce: anyBytes(24),
  bodyByteLength: fc.integer({ min: bodyByteLengthMin, max: bodyByteLengthMax }),
  bodyHash: anyBytes(32),
});

describe("a head", () => {
  test("is exactly these bytes; if this fails, the protocol changed: raise the version", () => {
    expect(bytesToHex(encodeHead(head))).toBe(
      `${prefixHex}${"a5".repeat(24)}0c0b0a00${"a6".repeat(32)}`,
    );
    expect(bytesToHex(headPrefixBytes(head))).toBe(prefixHex);
  });

  test("has 172 bytes, of which sealing covers 136, and the nonce is the last 24 of those", () => {
    expect([headByteLength, sealHeadByteLength]).toEqual([172, 136]);
    expect(encodeHead(head)).toHaveLength(172);
    expect(headPrefixBytes(head)).toHaveLength(136 - 24);
  });

  test("comes back from its bytes, whatever its fields", () => {
    fc.assert(
      fc.property(kindsAndFlags, anyFields, ([kind, flags], fields) => {
        const any = { kind, flags, ...fields };
        expect(must(decodeHead(encodeHead(any)))).toEqual(any);
      }),
    );
  });

  test("is written and read in the middle of something larger as by itself", () => {
    const larger = encode((to) => {
      to.u8(7);
      writeHead(to, head);
      to.u8(9);
    });
    const limit = { what: "sample", byteLengthMax: 1_000 };
    const back = decode(limit, larger, (from) => [from.u8(), readHead(from), from.u8()]);
    expect(must(back)).toEqual([7, head, 9]);
    expect(larger.subarray(1, -1)).toEqual(encodeHead(head));
  });

  test("with any bit turned over is refused, or is another head of one spelling", () => {
    const encoded = encodeHead(head);
    const taken = everyBitOf(encoded)
      .map((bit) => withBitFlipped(encoded, bit))
      .map((flipped) => ({ flipped, decoded: decodeHead(flipped) }))
      .filter(({ decoded }) => decoded.ok);
    for (const { flipped, decoded } of taken) expect(encodeHead(must(decoded))).toEqual(flipped);
    expect(taken.length).toBeGreaterThan(1_200);
  });
});

const withBodyOf = (byteLength: number): Uint8Array =>
  withWritten(at.bodyByteLength, ...encode((to) => to.u32(byteLength)));
const bodyLimits = `a body of ${bodyByteLengthMin} to ${bodyByteLengthMax}`;

describe("[ENV2] a head is Malformed", () => {
  test.each([
    ["of kind 0", withWritten(at.kind, 0, 0), "kind 1 to 5"],
    ["of kind 6", withWritten(at.kind, 6, 0), "kind 1 to 5"],
    ["of kind 255", withWritten(at.kind, 255, 0), "kind 1 to 5"],
    ["with a flag that nothing has", withWritten(at.flags, 4), "flags of its kind"],
    ["with all flags", withWritten(at.flags, 255), "flags of its kind"],
    ["of a checkpoint with a beacon's flag", withWritten(at.kind, 4, 1), "flags of its kind"],
    ["of a beacon with a checkpoint's flag", withWritten(at.kind, 3, 2), "flags of its kind"],
    ["of an open with a flag", withWritten(at.kind, 1, 1), "flags of its kind"],
    ["of data with a flag", withWritten(at.kind, 2, 1), "flags of its kind"],
    ["of an attest with a flag", withWritten(at.kind, 5, 2), "flags of its kind"],
    ["with seq 0", withWritten(at.seq, 0, 0, 0, 0, 0, 0, 0, 0), "a seq from 1"],
    ["with seq 2^53", withWritten(at.seq, 0, 0, 0, 0, 0, 0, 0x20, 0), "a number below 2^53"],
    ["with epoch 0", withWritten(at.epoch, 0, 0, 0, 0), "an epoch from 1"],
    ["with a body a byte over the limit", withBodyOf(bodyByteLengthMax + 1), bodyLimits],
    ["with a body of 2^32 - 1 bytes", withBodyOf(0xffff_ffff), bodyLimits],
    ["with a body a byte under the least", withBodyOf(bodyByteLengthMin - 1), bodyLimits],
    ["with a body of no bytes", withBodyOf(0), bodyLimits],
    ["a byte short", encodeHead(head).subarray(0, -1), "32 more bytes"],
    ["a byte long", new Uint8Array([...encodeHead(head), 0]), "at most 172 bytes"],
    ["of one byte", Uint8Array.of(1), "1 more bytes"],
    ["of nothing", new Uint8Array(), "1 more bytes"],
  ])("%s", (_, bytes, expected) => {
    expect(mustFail(decodeHead(bytes))).toMatchObject({ type: "Malformed", expected });
  });
});

describe("[WIRE4] a head of another version or suite", () => {
  test.each([
    [2, 1],
    [0, 1],
    [255, 1],
    [1, 2],
    [1, 0],
    [2, 2],
  ])("version %d, suite %d is not supported, whatever stands behind", (version, suite) => {
    const error = { type: "VersionUnsupported", what: "envelope", version, suite };
    expect(mustFail(decodeHead(withWritten(0, version, suite)))).toEqual(error);
    expect(mustFail(decodeHead(Uint8Array.of(version, suite)))).toEqual(error);
    expect(mustFail(decodeHead(filled(100_000, 0).fill(version, 0, 1).fill(suite, 1, 2)))).toEqual(
      error,
    );
  });

  test("inside something larger is refused there, and is not taken for version 1", () => {
    const limit = { what: "sample", byteLengthMax: 1_000 };
    for (const bytes of [withWritten(0, 2), withWritten(1, 2)])
      expect(outcomeOf(decode(limit, bytes, readHead))).toBe("Malformed");
  });
});

describe("a head that cannot be is our own bug, and is thrown", () => {
  test.each<[string, Partial<EnvelopeHead>]>([
    ["seq 0", { seq: 0 }],
    ["seq 2^53", { seq: 2 ** 53 }],
    ["a fraction for a seq", { seq: 1.5 }],
    ["epoch 0", { epoch: 0 }],
    ["epoch 2^32, which would be written as 0", { epoch: 2 ** 32 }],
    ["a fraction for an epoch", { epoch: 1.5 }],
    ["a vault id cut short", { vault: head.vault.slice(2) as typeof head.vault }],
    ["a vault id that is no hex", { vault: "x".repeat(32) as typeof head.vault }],
  ])("%s", (_, changed) => {
    expect(() => encodeHead({ ...head, ...changed })).toThrow(BrokenAssumption);
  });

  test.each<[string, Partial<EnvelopeHead>]>([
    ["a nonce cut short", { nonce: filled(23, 1) }],
    ["a nonce too long", { nonce: filled(25, 1) }],
    ["a body hash cut short", { bodyHash: filled(31, 1) }],
    ["a body longer than 32 bits can say", { bodyByteLength: 2 ** 32 }],
  ])("%s", (_, changed) => {
    expect(() => encodeHead({ ...head, ...changed })).toThrow(BrokenAssumption);
  });
});
