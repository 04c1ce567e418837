/** Messages inside a paired channel: numbered each way, so none can be dropped, repeated or reordered. */
import type { Malformed } from "../bytes/reader.ts";
import { encode } from "../bytes/writer.ts";
import { unpad, withPadded } from "../padding.ts";
import type { RandomBytes } from "../random.ts";
import { err, type Result } from "../result.ts";
import {
  type CommitmentMismatch,
  open,
  seal,
  type SealBroken,
  sealedByteLength,
  sealedBytes,
  splitSealed,
} from "../seal.ts";
import type { PairingSession } from "./handshake.ts";

const numberBytes = (count: number): Uint8Array => encode((to) => to.u32(count));
const noClear = new Uint8Array();

/** `count` is 1 for the first message this side sends, and rises by one. */
export const sealPairingMessage = (
  deps: { readonly randomBytes: RandomBytes },
  session: PairingSession,
  count: number,
  plaintext: Uint8Array,
): Uint8Array => {
  const root = session.role === "joiner" ? session.joinerToApprover : session.approverToJoiner;
  const surroundings = { head: numberBytes(count), clear: noClear };
  return sealedBytes(withPadded(plaintext, (padded) => seal(deps, root, surroundings, padded)));
};

export const openPairingMessage = (
  session: PairingSession,
  count: number,
  message: Uint8Array,
): Result<Uint8Array, CommitmentMismatch | SealBroken | Malformed> => {
  if (message.length < sealedByteLength(0))
    return err({
      type: "Malformed",
      what: "pairing message",
      expected: "a nonce, a commitment and a tag",
      got: `${message.length} bytes`,
      at: 0,
    });
  const root = session.role === "joiner" ? session.approverToJoiner : session.joinerToApprover;
  const surroundings = { head: numberBytes(count), clear: noClear };
  const padded = open(root, surroundings, splitSealed(message));
  return padded.ok ? unpad(padded.value) : padded;
};
