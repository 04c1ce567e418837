/**
 * An older key sealed under its successor: whoever holds the newest holds all before. Each wrapping
 * key is derived for one wrap and seals one key, so it needs no nonce.
 */
import { concatBytes } from "../bytes/bytes.ts";
import { derive32 } from "../hash.ts";
import { asKeyWrap, type KeyWrap } from "../publicKeys.ts";
import { err, type Result } from "../result.ts";
import type { Secret } from "../secret.ts";
import { nonceByteLength } from "../sizes.ts";
import { aeadOpen, aeadSeal } from "../sodium.ts";
import { keepCommitted, type KeyCommitmentMismatch, type KeyContext } from "./box.ts";

export interface WrapBroken {
  readonly type: "WrapBroken";
}
export type WrapError = WrapBroken | KeyCommitmentMismatch;

const noNonce = new Uint8Array(nonceByteLength);

/** `context` is of the older key: its name, and the commitment it was published with. */
const wrapKey = (newer: Secret<Uint8Array>, context: KeyContext) => ({
  key: derive32(newer.reveal(), context.label, context.bytes, context.commitment),
  nonce: noNonce,
  associated: concatBytes(context.bytes, context.commitment),
});

export const sealWrap = (
  newer: Secret<Uint8Array>,
  context: KeyContext,
  older: Secret<Uint8Array>,
): KeyWrap => asKeyWrap(aeadSeal(wrapKey(newer, context), older.reveal()));

export const openWrap = (
  newer: Secret<Uint8Array>,
  context: KeyContext,
  wrap: KeyWrap,
): Result<Secret<Uint8Array>, WrapError> => {
  const opened = aeadOpen(wrapKey(newer, context), wrap);
  return opened === undefined ? err({ type: "WrapBroken" }) : keepCommitted(context, opened);
};
