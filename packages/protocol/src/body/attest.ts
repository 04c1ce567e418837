/**
 * ATTEST: a second device's verdict on a checkpoint. The relay counts verdicts; which documents
 * differ is for the vault only.
 */
import {
  type EnvelopeId,
  envelopeIds,
  ok,
  type Reader,
  type Result,
  sizes,
  type Writer,
  readRising,
  type RisingLimits,
  writeRising,
  type BodyContent,
} from "@duro/crypto/types";
import { type DocId, docIds } from "../ids.ts";
import { docsPerCheckpointMax } from "../limits.ts";
import { readOneOf } from "../wire/shapes.ts";
import { type BodyFormError, decodePart, encodePart } from "./format.ts";

/** Numbers on the wire: never reused. */
export const Verdict = { Ok: 1, Mismatch: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

export interface AttestClear {
  readonly checkpoint: EnvelopeId;
  readonly verdict: Verdict;
}

const encodeAttestClear = (clear: AttestClear): Uint8Array =>
  encodePart((to) => {
    envelopeIds.write(to, clear.checkpoint);
    to.u8(clear.verdict);
  });

export const decodeAttestClear = (bytes: Uint8Array): Result<AttestClear, BodyFormError> =>
  decodePart(
    { what: "attest clear part", byteLengthMax: sizes.bodyClearByteLengthMax },
    bytes,
    (from) => ({
      checkpoint: envelopeIds.read(from),
      verdict: readOneOf(from, "verdict", Verdict),
    }),
  );

export interface AttestPlaintext {
  /** Rising; none when the verdict is ok. */
  readonly mismatches: readonly DocId[];
}

export interface AttestBody {
  readonly type: "Attest";
  readonly clear: AttestClear;
  readonly plaintext: AttestPlaintext;
}

const docLimits: RisingLimits<DocId> = {
  countMax: docsPerCheckpointMax,
  itemByteLengthMin: docIds.byteLength,
  keyOf: (doc) => doc,
};

const writePlaintext = (to: Writer, { mismatches }: AttestPlaintext): void =>
  writeRising(to, docLimits, mismatches, (_, doc) => docIds.write(to, doc));

const readPlaintext = (from: Reader, { verdict }: AttestClear): AttestPlaintext => {
  const mismatches = readRising(from, docLimits, () => docIds.read(from));
  if (verdict === Verdict.Ok && mismatches.length > 0)
    from.refuse("no mismatch behind an ok", `${mismatches.length}`);
  return { mismatches };
};

export const encodeAttest = ({ clear, plaintext }: AttestBody): BodyContent => ({
  clear: encodeAttestClear(clear),
  plaintext: encodePart((to) => writePlaintext(to, plaintext)),
});

export const decodeAttest = (content: BodyContent): Result<AttestBody, BodyFormError> => {
  const clear = decodeAttestClear(content.clear);
  if (!clear.ok) return clear;
  const limit = { what: "attest plaintext", byteLengthMax: sizes.bodyPlaintextByteLengthMax };
  const plaintext = decodePart(limit, content.plaintext, (from) =>
    readPlaintext(from, clear.value),
  );
  return plaintext.ok
    ? ok({ type: "Attest", clear: clear.value, plaintext: plaintext.value })
    : plaintext;
};
