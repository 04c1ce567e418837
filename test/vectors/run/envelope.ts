/** One envelope from its bytes to its text: decode, verify, open. docs/protocol.md §4. */
import { openBody } from "../../../packages/crypto/src/envelope/body.ts";
import {
  decodeEnvelope,
  type Envelope,
  verifyEnvelope,
} from "../../../packages/crypto/src/envelope/envelope.ts";
import { asSignPublicKey } from "../../../packages/crypto/src/publicKeys.ts";
import { bytesOf, type Hex, hexOf, type Ran } from "../format.ts";
import { type VaultKeyInput, vaultKeyOf } from "./keys.ts";
import { accepted, refused } from "./ran.ts";

export interface EnvelopeInput {
  readonly envelope: Hex;
  /** Came by itself, for an envelope that had none. */
  readonly body?: Hex;
  /** Of the device whose chain it is. */
  readonly signKey: Hex;
  readonly vaultKey: VaultKeyInput;
}

const withBody = (envelope: Envelope, body: Hex | undefined): Envelope =>
  body === undefined ? envelope : { ...envelope, body: bytesOf(body) };

export const runEnvelope = (input: EnvelopeInput): Ran => {
  const decoded = decodeEnvelope(bytesOf(input.envelope));
  if (!decoded.ok) return refused(decoded.error, "decode");
  const signKey = asSignPublicKey(bytesOf(input.signKey));
  const verified = verifyEnvelope(withBody(decoded.value, input.body), signKey);
  if (!verified.ok) return refused(verified.error, "verify");
  const opened = openBody(vaultKeyOf(input.vaultKey), verified.value);
  if (!opened.ok) return refused(opened.error, "open");
  const { clear, plaintext } = opened.value;
  return accepted({ id: verified.value.id, clear: hexOf(clear), plaintext: hexOf(plaintext) });
};
