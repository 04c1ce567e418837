/** Who belongs to a vault that is shared: let in, given another role, taken out. */
import { addMemberRecord, removeMemberRecord, setRoleRecord } from "@duro/crypto";
import { DeviceScope, err, ok, type Result } from "@duro/crypto/types";
import { type DeviceCut, type IdentityState, Role, type VaultState } from "@duro/crypto/verify";
import type { UserId, VaultId } from "@duro/protocol";
import { newestOf } from "../duties/dutyOf.ts";
import { cutsOf } from "../duties/dutyRecord.ts";
import type { PostError } from "../duties/posts.ts";
import type { Engine } from "../engine/engine.ts";
import type { LogTrouble } from "../logs/followedLogs.ts";
import type { CommitError } from "../ports/localStore.ts";
import { type AuthoringDeps, postToVault, type VaultOutOfReach } from "./vaultAuthoring.ts";

/** They are no member, or their log is not here. */
export interface MemberUnknown {
  readonly type: "MemberUnknown";
}

/** The vault's last owner, or one's own place: somebody else has to do that. */
interface MemberStays {
  readonly type: "MemberStays";
}

export interface Joining {
  readonly user: UserId;
  /** Their identity log, as they handed it over: who they are is not the relay's to say. */
  readonly records: readonly Uint8Array[];
  readonly role: Role;
}

/** Whoever is a member already stays as they are. */
export const addMember = async (
  deps: AuthoringDeps,
  vault: VaultId,
  { user, records, role }: Joining,
): Promise<
  Result<void, VaultOutOfReach | MemberUnknown | LogTrouble | CommitError | PostError>
> => {
  const { engine } = deps;
  const met = await engine.meet(user, records);
  if (!met.ok) return met;
  const identity = engine.identity(user);
  if (identity === undefined) return err({ type: "MemberUnknown" });
  return postToVault(deps, vault, ({ state, author, key }) =>
    state.members.has(user)
      ? undefined
      : addMemberRecord(deps, state, author, { identity, role }, key),
  );
};

type ChangeError = VaultOutOfReach | MemberUnknown | MemberStays | PostError;

/** Where a chain is cut is as far as it is here. What others had of it already must not be cut off. */
const notCaughtUp = err<PostError>({ type: "RecordLost" });

export const setRole = async (
  deps: AuthoringDeps,
  vault: VaultId,
  { user, role }: { readonly user: UserId; readonly role: Role },
): Promise<Result<void, ChangeError>> => {
  const { engine } = deps;
  const member = memberIn(engine, vault, user);
  if (!member.ok) return member;
  if (role < Role.Writer && !(await engine.refresh(vault))) return notCaughtUp;
  const posted = await postToVault(deps, vault, ({ state, author }) => {
    const before = state.members.get(user)?.role;
    if (before === undefined || before === role) return undefined;
    const identity = engine.identity(user) ?? member.value;
    const isTaken = before >= Role.Writer && role < Role.Writer;
    const cuts = isTaken ? cutsOfMember(engine, state, identity) : [];
    return setRoleRecord(state, author, { identity, role, cuts });
  });
  return posted.ok ? settled(deps, vault) : posted;
};

/** With the record comes the next epoch: they read nothing that is sealed from then on. */
export const removeMember = async (
  deps: AuthoringDeps,
  vault: VaultId,
  user: UserId,
): Promise<Result<void, ChangeError>> => {
  const { engine } = deps;
  if (user === engine.user) return err({ type: "MemberStays" });
  const member = memberIn(engine, vault, user);
  if (!member.ok) return member;
  if (!(await engine.refresh(vault))) return notCaughtUp;
  const posted = await postToVault(deps, vault, ({ state, author, key }) => {
    if (!state.members.has(user)) return undefined;
    const identity = engine.identity(user) ?? member.value;
    const cuts = cutsOfMember(engine, state, identity);
    const identities = newestOf({ state, identity: (of) => engine.identity(of) });
    return removeMemberRecord(deps, state, author, { identity, cuts }, identities, key).record;
  });
  return posted.ok ? settled(deps, vault) : posted;
};

const memberIn = (
  engine: Engine,
  vault: VaultId,
  user: UserId,
): Result<IdentityState, MemberUnknown | MemberStays> => {
  const state = engine.vaultLog(vault);
  const identity = engine.identity(user);
  if (state?.members.has(user) !== true || identity === undefined)
    return err({ type: "MemberUnknown" });
  const owners = [...state.members].filter(([, { role }]) => role === Role.Owner);
  const isLast = owners.length === 1 && owners[0]?.[0] === user;
  return isLast ? err({ type: "MemberStays" }) : ok(identity);
};

/** What they had sent by now stays; a device that was cut before stays where it was cut. */
const cutsOfMember = (
  engine: Engine,
  state: VaultState,
  identity: IdentityState,
): readonly DeviceCut[] =>
  [...identity.devices.values()]
    .filter(({ id, scope }) => scope === DeviceScope.Full && !state.closedDevices.has(id))
    .map(({ id }) => ({ device: id, chains: cutsOf(engine.chains(state.vault), id) }))
    .toSorted((left, right) => (left.device < right.device ? -1 : 1));

const settled = ({ engine }: AuthoringDeps, vault: VaultId): Promise<Result<void, PostError>> =>
  engine.doDuties(vault);
