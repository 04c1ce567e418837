/**
 * Login has no password: the device signs the relay's nonce together with the relay's name and key,
 * so a challenge that was passed on from another relay proves nothing there. The nonce is what makes
 * it fresh; the time is for the relay's log only.
 */
import { encode } from "./bytes/writer.ts";
import { type DeviceId, deviceIds } from "./ids.ts";
import { labels } from "./labels.ts";
import type { Signature, SignPublicKey } from "./publicKeys.ts";
import { isSignedBy, sign, type SignSecretKey } from "./sign.ts";

export interface LoginClaim {
  /** As the client dialled it: host and port, lower case. */
  readonly relayHost: string;
  readonly relayKey: SignPublicKey;
  readonly relayNonce: Uint8Array;
  readonly device: DeviceId;
  readonly nowMs: number;
}

const claimBytes = (claim: LoginClaim): Uint8Array =>
  encode((to) => {
    to.text(claim.relayHost);
    to.bytes(claim.relayKey);
    to.varBytes(claim.relayNonce);
    deviceIds.write(to, claim.device);
    to.varUint(claim.nowMs);
  });

export const signLogin = (key: SignSecretKey, claim: LoginClaim): Signature =>
  sign(key, labels.signLogin, claimBytes(claim));

export const isLoginBy = (key: SignPublicKey, claim: LoginClaim, signature: Signature): boolean =>
  isSignedBy(key, signature, labels.signLogin, claimBytes(claim));
