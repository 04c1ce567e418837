/**
 * The outside of a body, which anyone can read: its hash, and its clear part. It can be dropped and
 * the chain still verifies, since the head holds only the hash. Knows no key.
 */
import { bytesAreEqual } from "../bytes/bytes.ts";
import { decode, type Malformed } from "../bytes/reader.ts";
import { hash32 } from "../hash.ts";
import { labels } from "../labels.ts";
import { ok, type Result } from "../result.ts";
import { bodyByteLengthMax, bodyClearByteLengthMax, commitmentByteLength } from "../sizes.ts";
import type { EnvelopeHead } from "./head.ts";

/** The bytes are not the ones the author signed: the relay's fault, fetch again. */
export interface BodyHashMismatch {
  readonly type: "BodyHashMismatch";
  readonly chain: string;
  readonly seq: number;
}

export interface BodyParts {
  /** What the relay must read to do its part: coverage, verdicts. Empty for most kinds. */
  readonly clear: Uint8Array;
  readonly commitment: Uint8Array;
  /** With the tag behind it. */
  readonly ciphertext: Uint8Array;
}

export const bodyHashOf = (body: Uint8Array): Uint8Array => hash32(labels.bodyHash, body);

/** The bytes the head speaks of? Asked before anything else is. */
export const isBodyOf = (head: EnvelopeHead, body: Uint8Array): boolean =>
  body.length === head.bodyByteLength && bytesAreEqual(bodyHashOf(body), head.bodyHash);

/** The sealed parts are views: whoever splits a body opens it at once. */
export const splitBody = (body: Uint8Array): Result<BodyParts, Malformed> =>
  decode({ what: "body", byteLengthMax: bodyByteLengthMax }, body, (from) => {
    const clear = from.varBytes(bodyClearByteLengthMax);
    const commitment = from.view(commitmentByteLength);
    return { clear, commitment, ciphertext: from.restView(bodyByteLengthMax) };
  });

/** The clear part, for the relay, which has no key. The hash must have been checked. */
export const readClear = (body: Uint8Array): Result<Uint8Array, Malformed> => {
  const split = splitBody(body);
  return split.ok ? ok(split.value.clear) : split;
};
