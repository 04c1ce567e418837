/**
 * Ends a device of one's own, as a machine that was lost: it is out of the person's log and out of every
 * vault at once, and nothing is sealed any more that it could read.
 */
import { cosignRecord, type DeviceKeys, type RandomBytes, revokeDeviceRecord } from "@duro/crypto";
import { DeviceScope, err, LogKind, ok, type Result } from "@duro/crypto/types";
import { isActive } from "@duro/crypto/verify";
import type { DeviceId, VaultId } from "@duro/protocol";
import type { PostError } from "../duties/posts.ts";
import type { Engine } from "../engine/engine.ts";
import { currentUserKeys, type KeyOutOfReach } from "./currentUserKeys.ts";

export interface RevokeDeps {
  readonly engine: Engine;
  readonly device: DeviceKeys;
  readonly randomBytes: RandomBytes;
}

/** No such device, or it is gone already. */
interface DeviceNotActive {
  readonly type: "DeviceNotActive";
}

/** A machine does not end itself: another one does, or the phrase. */
interface DeviceIsOwn {
  readonly type: "DeviceIsOwn";
}

/** The paper device goes only when another stands in its place. */
interface DeviceIsPaper {
  readonly type: "DeviceIsPaper";
}

export type RevokeError = DeviceNotActive | DeviceIsOwn | DeviceIsPaper | KeyOutOfReach | PostError;

export interface Revoked {
  /** Vaults in which the cut or the rotation is still owed: done as soon as it can be. */
  readonly owed: readonly VaultId[];
}

export const revokeDevice = async (
  deps: RevokeDeps,
  revoked: DeviceId,
): Promise<Result<Revoked, RevokeError>> => {
  const { engine, device } = deps;
  const known = engine.identity(engine.user)?.devices.get(revoked);
  if (!isActive(known)) return err({ type: "DeviceNotActive" });
  if (revoked === device.id) return err({ type: "DeviceIsOwn" });
  if (known?.scope === DeviceScope.Paper) return err({ type: "DeviceIsPaper" });
  return postRevocation(deps, revoked);
};

/** `cosigner`: of a paper device, its own keys or those of another full device. */
export const postRevocation = async (
  deps: RevokeDeps,
  revoked: DeviceId,
  cosigner?: DeviceKeys,
): Promise<Result<Revoked, KeyOutOfReach | PostError>> => {
  const { engine, device } = deps;
  let reached: Result<unknown, KeyOutOfReach> = ok(undefined);
  const posted = await engine.post({ kind: LogKind.Identity, log: engine.user }, () => {
    const identity = engine.identity(engine.user);
    const keys = currentUserKeys(identity, device);
    reached = keys;
    if (!keys.ok || !isActive(identity?.devices.get(revoked)) || identity === undefined)
      return undefined;
    const { record } = revokeDeviceRecord(deps, identity, device, revoked, keys.value);
    return cosigner === undefined ? record : cosignRecord(record, cosigner);
  });
  if (!reached.ok) return reached;
  if (!posted.ok) return posted;
  const owed: VaultId[] = [];
  for (const { id } of engine.vaults) {
    const done = await engine.doDuties(id);
    if (!done.ok) owed.push(id);
  }
  return ok({ owed });
};
