/**
 * Nonces for a login over HTTP, which need no place to be kept until they are used: each says when it
 * was made and proves that a node of this relay made it. That one is used once, the store sees to.
 *
 * nonce = time 6 ‖ random 10 ‖ HMAC-SHA256 over both, cut to 16. Node's own, since the relay has no
 * keyed hash of the project's; a device never checks it.
 */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { RandomBytes, Secret } from "@duro/crypto/receipt";
import { type LoginNonce, loginNonces, times } from "@duro/protocol";

const timeByteLength = 6;
const randomByteLength = 10;
const saidByteLength = timeByteLength + randomByteLength;
const proofByteLength = 16;
const keyByteLength = 32;

/** Of the relay's seed, for this and nothing else. */
const keyLabel = "duro-relay/1/login-nonce";

/** Clocks of nodes behind one name may differ by as much. */
const clockSkewMs = 5_000;

export interface LoginNonces {
  readonly create: () => LoginNonce;
  /** Until when it would be taken; undefined: it is not ours, or over. */
  readonly expiryOf: (nonce: LoginNonce) => number | undefined;
}

export interface LoginNonceDeps {
  /** The same on every node of a relay. */
  readonly seed: Secret<Uint8Array>;
  readonly randomBytes: RandomBytes;
  readonly nowMs: () => number;
}

export const createLoginNonces = ({ seed, randomBytes, nowMs }: LoginNonceDeps): LoginNonces => {
  const key = new Uint8Array(hkdfSync("sha256", seed.reveal(), "", keyLabel, keyByteLength));
  const proofOf = (said: Uint8Array): Uint8Array =>
    createHmac("sha256", key).update(said).digest().subarray(0, proofByteLength);
  return {
    create: () => {
      const nonce = Buffer.alloc(saidByteLength + proofByteLength);
      nonce.writeUIntBE(nowMs(), 0, timeByteLength);
      nonce.set(randomBytes(randomByteLength), timeByteLength);
      nonce.set(proofOf(nonce.subarray(0, saidByteLength)), saidByteLength);
      return loginNonces.fromBytes(nonce);
    },
    expiryOf: (nonce) => {
      const bytes = Buffer.from(loginNonces.toBytes(nonce));
      const said = bytes.subarray(0, saidByteLength);
      const isOurs = timingSafeEqual(proofOf(said), bytes.subarray(saidByteLength));
      const madeAtMs = bytes.readUIntBE(0, timeByteLength);
      const expiresAtMs = madeAtMs + times.loginNonceLifetimeMs;
      const isFresh = nowMs() <= expiresAtMs && madeAtMs <= nowMs() + clockSkewMs;
      return isOurs && isFresh ? expiresAtMs + clockSkewMs : undefined;
    },
  };
};
