/**
 * Whether a login holds: signed by a device that is known, for this relay, over a nonce of ours. All
 * that is wrong with it is one refusal, after one and the same work: whoever asks learns neither which
 * devices there are nor what was nearly right.
 */
import { err, ok, type Result, type SignPublicKey } from "@duro/crypto/types";
import { isLoginBy } from "@duro/crypto/verify";
import { headerToLogin, loginNonces, type LoginProof, refused, type Refused } from "@duro/protocol";
import type { AccountStore } from "../ports/accountStore.ts";
import type { DeviceRow } from "../ports/logStore.ts";
import type { LoginCheck } from "../relay/loginCheck.ts";
import type { LoginNonces } from "./loginNonces.ts";

export interface SignerDeps {
  readonly accountStore: Pick<AccountStore, "device">;
  readonly relayKey: SignPublicKey;
  readonly nowMs: () => number;
}

export interface LoginDeps extends SignerDeps {
  readonly accountStore: Pick<AccountStore, "device" | "useNonce" | "seen">;
  readonly nonces: LoginNonces;
}

/** Names that a login may be signed for, and the one that this request was sent to. */
export interface DialledHosts {
  readonly allowed: readonly string[];
  /** As it came. It says which of our names is tried first, and is never believed. */
  readonly dialled: string | undefined;
}

/** Over the socket, where the nonce was made for the connection and is used up with it. */
export const createLoginCheck =
  (deps: SignerDeps, hosts: DialledHosts): LoginCheck =>
  async (proof) => {
    const device = await signerOf(deps, proof, hosts);
    return device === undefined ? err(refused("AuthFailed")) : standingOf(device, deps.nowMs());
  };

/** Over HTTP, where the nonce comes back with the request. */
export const checkLoginHeader = async (
  deps: LoginDeps,
  header: string | undefined,
  hosts: DialledHosts,
): Promise<Result<DeviceRow, Refused>> => {
  const proof = headerToLogin(header ?? "");
  if (proof === undefined) return err(refused("AuthFailed"));
  const device = await signerOf(deps, proof, hosts);
  const expiresAtMs = deps.nonces.expiryOf(proof.nonce);
  if (device === undefined || expiresAtMs === undefined) return err(refused("AuthFailed"));
  // Only now: nobody without the device's key can use a nonce up, or fill the store with them.
  const isFirstUse = await deps.accountStore.useNonce(proof.nonce, expiresAtMs);
  if (!isFirstUse) return err(refused("AuthFailed"));
  const standing = standingOf(device, deps.nowMs());
  if (standing.ok) await deps.accountStore.seen([device.device], deps.nowMs());
  return standing;
};

/** Undefined: nobody that we know signed this for us. */
const signerOf = async (
  { accountStore, relayKey }: SignerDeps,
  proof: LoginProof,
  hosts: DialledHosts,
): Promise<DeviceRow | undefined> => {
  const device = await accountStore.device(proof.device);
  // A key that signs no logins stands in for the one that is not there: the same time passes.
  const signKey = device?.signKey ?? relayKey;
  const relayNonce = loginNonces.toBytes(proof.nonce);
  const { device: claimed, nowMs, signature } = proof;
  const isSigned = firstTried(hosts).some((relayHost) =>
    isLoginBy(signKey, { relayHost, relayKey, relayNonce, device: claimed, nowMs }, signature),
  );
  return isSigned ? device : undefined;
};

/** Whoever gets here holds the device's key: what became of the device is for them to know. */
const standingOf = (device: DeviceRow, nowMs: number): Result<DeviceRow, Refused> => {
  if (device.isRevoked) return err(refused("DeviceRemoved"));
  const isExpired = device.expiresAtMs !== undefined && device.expiresAtMs <= nowMs;
  return isExpired ? err(refused("AuthFailed")) : ok(device);
};

/** A relay with many names checks one signature for an honest client. */
const firstTried = ({ allowed, dialled }: DialledHosts): readonly string[] => {
  const first = dialled?.toLowerCase();
  return first !== undefined && allowed.includes(first)
    ? [first, ...allowed.filter((other) => other !== first)]
    : allowed;
};
