/** Presence: docs/crypto.md §8. */
import { decodePresence, openPresence } from "../../../packages/crypto/src/presence.ts";
import { asSignPublicKey } from "../../../packages/crypto/src/publicKeys.ts";
import { type Bytes, bytesOf, type Hex, hexOf, type Ran } from "../format.ts";
import { type VaultKeyInput, vaultKeyOf } from "./keys.ts";
import { accepted, refused } from "./ran.ts";

export interface PresenceInput {
  readonly presence: Bytes;
  readonly vaultKey: VaultKeyInput;
  readonly signKey: Hex;
  /** The newest count seen of that chain. */
  readonly countSeen: number;
}

export const runPresence = (input: PresenceInput): Ran => {
  const decoded = decodePresence(bytesOf(input.presence));
  if (!decoded.ok) return refused(decoded.error, "decode");
  const author = {
    signKey: asSignPublicKey(bytesOf(input.signKey)),
    countSeen: input.countSeen,
  };
  const opened = openPresence(vaultKeyOf(input.vaultKey), decoded.value, author);
  if (!opened.ok) return refused(opened.error, "open");
  const { chain, count, epoch } = decoded.value;
  return accepted({ chain, count, epoch, plaintext: hexOf(opened.value) });
};
