/**
 * Settles a vault's log that goes on in two ways: what the branch that falls had taken away is taken away
 * on the one that stands, and then an owner says there which record has fallen. A relay keeps one log, so
 * whoever can be appended to stands; the other's devices come over once they are shown it.
 */
import {
  cutRecord,
  plainVaultRecord,
  removeMemberRecord,
  setRoleRecord,
  type VaultAuthor,
} from "@duro/crypto";
import { DeviceScope, err, LogKind, ok, type Result } from "@duro/crypto/types";
import {
  currentEpoch,
  type DeviceCut,
  type LogRecord,
  Role,
  type VaultState,
} from "@duro/crypto/verify";
import type { LogHead, UserId, VaultId } from "@duro/protocol";
import { newestOf } from "../duties/dutyOf.ts";
import { cutsOf } from "../duties/dutyRecord.ts";
import type { PostError } from "../duties/posts.ts";
import type { Fork } from "../engine/fork.ts";
import { createKeyRing } from "../logs/keyRing.ts";
import type { TakenAway } from "../logs/takenAway.ts";
import type { ChainRow } from "../store/rows.ts";
import type { AuthoringDeps } from "./vaultAuthoring.ts";

/** Nobody has shown another branch, or named a record of one. */
interface NoFork {
  readonly type: "NoFork";
}

/** An owner's device settles it, and one that is an owner's by both branches. */
interface OwnerNeeded {
  readonly type: "OwnerNeeded";
}

/** Others have to take these away first, on the branch that is to stand. */
interface RemovalsOwed {
  readonly type: "RemovalsOwed";
  readonly owed: readonly TakenAway[];
}

export type SettleForkError = NoFork | OwnerNeeded | RemovalsOwed | PostError;

/** `theirs`: this device comes over. `ours`: only where the relay has ours. */
export type Stands = "ours" | "theirs";

/**
 * `named`: a record of the branch that falls, where nothing of it has come here: as the alarm of a device
 * that follows it shows it, and people tell each other.
 */
export const settleFork = async (
  deps: AuthoringDeps,
  vault: VaultId,
  stands: Stands,
  named = claimedRecord(deps, vault),
): Promise<Result<void, SettleForkError>> => {
  const { engine } = deps;
  const fork = engine.fork(vault);
  if (fork === undefined && (stands === "theirs" || named === undefined))
    return err({ type: "NoFork" });
  if (!mayResolve(deps, vault, fork)) return err({ type: "OwnerNeeded" });
  const taken = await takeAwayAgain(deps, vault, stands);
  if (!taken.ok) return taken;
  const posted = await engine.post({ kind: LogKind.Vault, log: vault }, () =>
    resolveRecord(deps, vault, stands, named),
  );
  return posted.ok ? engine.doDuties(vault) : posted;
};

/** Without the other branch: what somebody's beacon names of it. */
const claimedRecord = ({ engine }: AuthoringDeps, vault: VaultId): LogHead | undefined => {
  for (const { alarm, healedAtMs } of engine.alarms)
    if (alarm.type === "LogForked" && alarm.log.log === vault && healedAtMs === undefined)
      return { index: alarm.index, id: alarm.theirs };
  return undefined;
};

const mayResolve = ({ engine }: AuthoringDeps, vault: VaultId, fork: Fork | undefined): boolean =>
  [fork?.theirs, engine.vaultLog(vault)].every(
    (state) => state === undefined || state.members.get(engine.user)?.role === Role.Owner,
  );

/** The branch that is to stand, as it stands now, and who signs. */
const standingIn = (
  { engine, device }: AuthoringDeps,
  vault: VaultId,
  stands: Stands,
): { readonly state: VaultState; readonly author: VaultAuthor } | undefined => {
  const state = stands === "ours" ? engine.vaultLog(vault) : engine.fork(vault)?.theirs;
  const identity = engine.identity(engine.user);
  return state === undefined || identity === undefined
    ? undefined
    : { state, author: { device, identity } };
};

const resolveRecord = (
  deps: AuthoringDeps,
  vault: VaultId,
  stands: Stands,
  named: LogHead | undefined,
): LogRecord | undefined => {
  const fork = deps.engine.fork(vault);
  const standing = standingIn(deps, vault, stands);
  // It was the last thing to do: we have come over.
  if (standing === undefined) return undefined;
  const { state, author } = standing;
  if (fork === undefined) {
    const [genesis] = state.indexByRecord;
    if (named === undefined || genesis === undefined || state.indexByRecord.has(named.id))
      return undefined;
    // Where they part is not known here; every branch has the first.
    const common = { index: 0, id: genesis[0] };
    return plainVaultRecord(state, author, { type: "resolve", common, fallen: named });
  }
  const { common } = fork;
  const fallen = stands === "ours" ? fork.fallenTheirs : fork.fallenOurs;
  return fork.isSettled && stands === "theirs"
    ? undefined
    : plainVaultRecord(state, author, { type: "resolve", common, fallen });
};

/** One after the other, as each is made from what stands by then. */
const takeAwayAgain = async (
  deps: AuthoringDeps,
  vault: VaultId,
  stands: Stands,
): Promise<Result<void, RemovalsOwed | PostError>> => {
  const { engine } = deps;
  const owed = (): readonly TakenAway[] => {
    const fork = engine.fork(vault);
    return (stands === "ours" ? fork?.owedHere : fork?.owedThere) ?? [];
  };
  for (let left = owed().length; left > 0; left -= 1) {
    const rows = await engine.chainsBeforeFork(vault);
    const posted = await engine.post({ kind: LogKind.Vault, log: vault }, () => {
      const standing = standingIn(deps, vault, stands);
      return standing === undefined ? undefined : recordOf(deps, standing, rows, owed());
    });
    if (!posted.ok) return posted;
  }
  return owed().length === 0 ? ok(undefined) : err({ type: "RemovalsOwed", owed: owed() });
};

/** The first of them that this device may take away; undefined: none. */
const recordOf = (
  deps: AuthoringDeps,
  { state, author }: { readonly state: VaultState; readonly author: VaultAuthor },
  rows: readonly ChainRow[],
  owed: readonly TakenAway[],
): LogRecord | undefined => {
  const { engine, device } = deps;
  for (const one of owed) {
    if (one.kind === "version") {
      const { versionMin } = one;
      return plainVaultRecord(state, author, { type: "policy", versionMin, extraTypes: [] });
    }
    const identity = engine.identity(one.user);
    if (identity === undefined) continue;
    const mayManage = one.user === engine.user || state.members.get(one.user)?.role !== Role.Owner;
    if (one.kind === "viewer")
      return plainVaultRecord(state, author, {
        type: "ungrant",
        user: one.user,
        device: one.device,
      });
    if (!mayManage) continue;
    if (one.kind === "device" && one.device !== device.id) {
      const cuts = [{ device: one.device, chains: cutsOf(rows, one.device) }];
      return cutRecord(state, author, "cutDevice", { identity, cuts });
    }
    if (one.kind === "role") {
      const { role } = one;
      const cuts = role < Role.Writer ? cutsOfMember(deps, state, rows, one.user) : [];
      return setRoleRecord(state, author, { identity, role, cuts });
    }
    const key = createKeyRing(device)
      .vaultKeys(author.identity, state)
      .byEpoch.get(currentEpoch(state).epoch);
    if (one.kind !== "member" || key === undefined) continue;
    const cuts = cutsOfMember(deps, state, rows, one.user);
    const identities = newestOf({ state, identity: (of) => engine.identity(of) });
    return removeMemberRecord(deps, state, author, { identity, cuts }, identities, key).record;
  }
  return undefined;
};

const cutsOfMember = (
  { engine }: AuthoringDeps,
  { closedDevices }: VaultState,
  rows: readonly ChainRow[],
  user: UserId,
): readonly DeviceCut[] =>
  [...(engine.identity(user)?.devices.values() ?? [])]
    .filter(({ id, scope }) => scope === DeviceScope.Full && !closedDevices.has(id))
    .map(({ id }) => ({ device: id, chains: cutsOf(rows, id) }))
    .toSorted((left, right) => (left.device < right.device ? -1 : 1));
