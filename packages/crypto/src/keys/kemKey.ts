/**
 * Whether boxes can be sealed to a public key at all. Asked when a record publishes one, so that no
 * member can stop every later rotation with a key that nobody can use.
 */
import type { KemPublicKey } from "../publicKeys.ts";
import { kemSeedByteLength } from "../sizes.ts";
import { xwingEncapsulate } from "../sodium.ts";

/** Any seed will do: what is refused, out-of-range coefficients or a low-order point, is in the key. */
const someSeed = new Uint8Array(kemSeedByteLength).fill(1);

export const isKemKey = (key: KemPublicKey): boolean =>
  xwingEncapsulate(key, someSeed) !== undefined;
