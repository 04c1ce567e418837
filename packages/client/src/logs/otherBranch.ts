/**
 * The other branch of a vault's log that goes on in two ways: what was shown of it, verified record by
 * record from where it parts from ours, and whether an owner has settled which of the two stands.
 */
import { ok, type Result } from "@duro/crypto/types";
import {
  applyVaultRecord,
  decodeVaultPayload,
  type IdentityAt,
  type IdentityState,
  isActiveFull,
  type LogRecord,
  Role,
  type VaultLogError,
  type VaultState,
  VaultType,
} from "@duro/crypto/verify";
import type { DeviceId, LogHead, RecordId, UserId } from "@duro/protocol";
import { owedBehindFork, type TakenAway } from "./takenAway.ts";

/** What a RESOLVE says, and who. */
export interface Resolve {
  readonly index: number;
  readonly user: UserId;
  readonly device: DeviceId;
  readonly common: LogHead;
  readonly fallen: LogHead;
}

export interface OtherBranch {
  /** As it stood at the last record that both have. */
  readonly common: VaultState;
  /** Behind that; at least one. */
  readonly records: readonly LogRecord[];
  readonly state: VaultState;
  readonly resolves: readonly Resolve[];
}

/** The branch that stands here. */
export interface OurBranch {
  readonly state: VaultState;
  readonly resolves: readonly Resolve[];
}

type IdentityOf = (user: UserId) => IdentityState | undefined;

export const resolveOf = (record: LogRecord): readonly Resolve[] => {
  if (record.type !== VaultType.Resolve) return [];
  const payload = decodeVaultPayload(record.type, record.payload);
  if (!payload.ok || payload.value.type !== "resolve") return [];
  const { user, device } = record.author;
  const { common, fallen } = payload.value;
  return [{ index: record.index, user, device, common, fallen }];
};

/** With its first record, or with one more. */
export const growBranch = (
  branch: Pick<OtherBranch, "common"> & Partial<OtherBranch>,
  record: LogRecord,
  identityAt: IdentityAt,
): Result<OtherBranch, VaultLogError> => {
  const { common, records = [], state = common, resolves = [] } = branch;
  const next = applyVaultRecord(state, record, identityAt);
  if (!next.ok) return next;
  return ok({
    common,
    records: [...records, record],
    state: next.value,
    resolves: [...resolves, ...resolveOf(record)],
  });
};

export const isInBranch = ({ common, state }: OtherBranch, id: RecordId): boolean =>
  state.indexByRecord.has(id) && !common.indexByRecord.has(id);

/** What of ours would be given back if the other branch stood. */
export const owedThere = (
  ours: OurBranch,
  { common, state }: OtherBranch,
  identity: IdentityOf,
): readonly TakenAway[] =>
  owedBehindFork({ common, fallen: ours.state, standing: state }, identity);

/**
 * An owner says there that ours has fallen. It must be one by our branch, too: a device that ours removed
 * could otherwise undo that. Where ours says the same of the other, the one that knew of it is the later.
 */
export const isSettledThere = (
  ours: OurBranch,
  { common, resolves, state }: OtherBranch,
  identity: IdentityOf,
): boolean => {
  const counter = ours.resolves.findLast(
    ({ fallen }) => state.indexByRecord.get(fallen.id) === fallen.index,
  );
  return resolves.some(
    ({ user, device, fallen }) =>
      ours.state.indexByRecord.get(fallen.id) === fallen.index &&
      fallen.index > Math.max(common.head.index, (counter?.index ?? 0) - 1) &&
      ours.state.members.get(user)?.role === Role.Owner &&
      ours.state.closedDevices.get(device) !== "device" &&
      isActiveFull(identity(user)?.devices.get(device)),
  );
};

/** Nothing of what ours took away comes back by it. */
export const mayComeOver = (ours: OurBranch, other: OtherBranch, identity: IdentityOf): boolean =>
  isSettledThere(ours, other, identity) && owedThere(ours, other, identity).length === 0;

/** Ours says that it has fallen, and has taken away what it took. */
export const isFallenHere = (
  ours: OurBranch,
  other: OtherBranch,
  identity: IdentityOf,
): boolean => {
  const { common, state } = other;
  return (
    ours.resolves.some(({ fallen }) => isInBranch(other, fallen.id)) &&
    owedBehindFork({ common, fallen: state, standing: ours.state }, identity).length === 0
  );
};
