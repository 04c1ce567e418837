/** Arbitrary values that frames and bodies are made of. For tests and the fuzzer only. */
import {
  asSignature,
  EnvelopeFlag,
  EnvelopeKind,
  type IdKind,
  type Signature,
  sizes,
} from "@duro/crypto/types";
import fc from "fast-check";
import { chainIds, envelopeIds, recordIds, userIds, vaultIds } from "../ids.ts";
import type { NumberKind } from "../numberKind.ts";
import type { ChainMark, LogHead, LogName, Vector } from "../wire/heads.ts";
import { LogKind } from "@duro/crypto/types";
import type { Run, WireEnvelope } from "../wire/run.ts";

export const bytesOf = (byteLength: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: byteLength, maxLength: byteLength });

export const bytesUpTo = (byteLengthMax: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ maxLength: byteLengthMax });

export const idsOf = <Id extends string>(kind: IdKind<Id>): fc.Arbitrary<Id> =>
  bytesOf(kind.byteLength).map((bytes) => kind.fromBytes(bytes));

/** Small ones, and those around the edges of a spelling. */
export const wholeNumbers = (
  { min, max }: { readonly min: number; readonly max: number } = {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  },
): fc.Arbitrary<number> => {
  const edges = [0, 1, 127, 128, 16_383, 16_384, 2 ** 32 - 1, 2 ** 32, max].filter(
    (edge) => edge >= min && edge <= max,
  );
  return fc.oneof(fc.constantFrom(...edges), fc.integer({ min, max }));
};

export const numbersOf = <N extends number>(kind: NumberKind<N>): fc.Arbitrary<N> =>
  wholeNumbers({ min: 0, max: kind.max }).map((value) => kind.fromNumber(value));

export const seqs = wholeNumbers({ min: 1, max: Number.MAX_SAFE_INTEGER });

export const textUpTo = (byteLengthMax: number): fc.Arbitrary<string> =>
  fc
    .string({ unit: "grapheme", maxLength: byteLengthMax })
    .filter((text) => new TextEncoder().encode(text).length <= byteLengthMax);

export const signatures: fc.Arbitrary<Signature> = bytesOf(sizes.signatureByteLength).map(
  asSignature,
);

/** A set, written as the wire wants it. */
export const risingOf = <T>(
  item: fc.Arbitrary<T>,
  keyOf: (item: T) => string | number,
  maxLength = 5,
): fc.Arbitrary<T[]> =>
  fc
    .uniqueArray(item, { selector: keyOf, maxLength })
    .map((items) => items.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1)));

export const optionOf = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(item, { nil: undefined });

export const logHeads: fc.Arbitrary<LogHead> = fc.record({
  index: wholeNumbers(),
  id: idsOf(recordIds),
});

export const chainMarks: fc.Arbitrary<ChainMark> = fc.record({
  chain: idsOf(chainIds),
  seq: seqs,
  id: idsOf(envelopeIds),
});

export const vectors: fc.Arbitrary<Vector> = risingOf(chainMarks, ({ chain }) => chain);

export const logNames: fc.Arbitrary<LogName> = fc.oneof(
  fc.record({ kind: fc.constant(LogKind.Identity), log: idsOf(userIds) }),
  fc.record({ kind: fc.constant(LogKind.Vault), log: idsOf(vaultIds) }),
);

const kindsAndFlags: fc.Arbitrary<Pick<WireEnvelope, "kind" | "flags">> = fc.constantFrom(
  { kind: EnvelopeKind.Open, flags: 0 },
  { kind: EnvelopeKind.Data, flags: 0 },
  { kind: EnvelopeKind.Beacon, flags: 0 },
  { kind: EnvelopeKind.Beacon, flags: EnvelopeFlag.FullBeacon },
  { kind: EnvelopeKind.Checkpoint, flags: 0 },
  { kind: EnvelopeKind.Checkpoint, flags: EnvelopeFlag.Purge },
  { kind: EnvelopeKind.Attest, flags: 0 },
);

const bodies: fc.Arbitrary<Pick<WireEnvelope, "body" | "bodyByteLength">> = fc.oneof(
  bytesUpTo(24).map((end) => {
    const body = new Uint8Array(sizes.bodyByteLengthMin + end.length);
    body.set(end, sizes.bodyByteLengthMin);
    return { body, bodyByteLength: body.length };
  }),
  wholeNumbers({ min: sizes.bodyByteLengthMin, max: sizes.bodyByteLengthMax }).map(
    (bodyByteLength) => ({
      body: undefined,
      bodyByteLength,
    }),
  ),
);

/** Few epochs and few log heads, so that neighbours often share them. */
const wireEnvelopes: fc.Arbitrary<WireEnvelope> = fc
  .tuple(
    kindsAndFlags,
    fc.record({
      epoch: fc.constantFrom(1, 2, 200, 0xffff_ffff),
      logHead: fc
        .constantFrom(0x11, 0x22)
        .map((byte) => recordIds.fromBytes(new Uint8Array(recordIds.byteLength).fill(byte))),
      nonce: bytesOf(sizes.nonceByteLength),
      bodyHash: bytesOf(32),
      signature: signatures,
    }),
    bodies,
  )
  .map(([said, fields, carried]) => Object.assign({}, said, fields, carried));

export const runs: fc.Arbitrary<Run> = fc.record({
  chain: idsOf(chainIds),
  firstSeq: wholeNumbers({ min: 1, max: 2 ** 40 }),
  previous: idsOf(envelopeIds),
  envelopes: fc.array(wireEnvelopes, { minLength: 1, maxLength: 4 }),
});

/** Bytes with a few places changed, cut out or put in: near enough to be read further than noise. */
export const mutationsOf = (whole: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .record({
      bytes: whole,
      edits: fc.array(
        fc.record({
          at: fc.nat(),
          cut: fc.constantFrom(0, 0, 1, 1, 2, 16),
          put: fc.oneof(bytesUpTo(2), fc.constantFrom(new Uint8Array([0]), new Uint8Array([1]))),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    })
    .map(({ bytes, edits }) => edits.reduce(withEdit, bytes));

const withEdit = (
  bytes: Uint8Array,
  edit: { readonly at: number; readonly cut: number; readonly put: Uint8Array },
): Uint8Array => {
  const at = edit.at % (bytes.length + 1);
  return Uint8Array.from([...bytes.subarray(0, at), ...edit.put, ...bytes.subarray(at + edit.cut)]);
};
