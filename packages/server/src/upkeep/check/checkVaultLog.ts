/** One vault's log by its rules, and what was folded from it into tables. */
import { recordIds } from "@duro/crypto/types";
import { applyVaultRecord, type IdentityState, type VaultState } from "@duro/crypto/verify";
import { type UserId, type VaultId } from "@duro/protocol";
import { accessOf } from "../../domain/access.ts";
import { storedBytesId } from "../../postgres/sql.ts";
import type { CheckContext } from "./checkContext.ts";
import type { FindingType } from "./finding.ts";
import { type ReadRecord, readRecords } from "./foldRecords.ts";

export interface VaultRow {
  readonly vault: VaultId;
  readonly payer: UserId;
  readonly log_index: number;
  readonly log_head: Uint8Array;
  readonly position: number;
  readonly used_byte_length: number;
  readonly tidied_position: number;
}

export interface FoldedVault {
  /** At the last record that holds. */
  readonly state: VaultState;
  /** False: the log goes on, and what it says there is not known. */
  readonly isWhole: boolean;
}

/** Undefined: not even the first record holds. */
export const checkVaultLog = async (
  context: CheckContext,
  row: VaultRow,
): Promise<FoldedVault | undefined> => {
  const { report, tx } = context;
  const { vault } = row;
  const pinned = new Set<UserId>();
  let state: VaultState | undefined;
  let isWhole = true;
  for await (const read of readRecords(tx, { vault })) {
    context.tick();
    const next = await applyRead(context, vault, state, read);
    if (next === undefined) {
      isWhole = false;
      break;
    }
    if (read.kind === "record") for (const { user } of read.record.pins) pinned.add(user);
    state = next;
    report.count("records");
  }
  if (state === undefined) {
    if (isWhole) report.find({ type: "VaultLogBroken", vault, what: "no record" });
    return undefined;
  }
  if (isWhole) await checkFolds(context, row, state, pinned);
  return { state, isWhole };
};

/** Undefined: the log breaks here, and it was said. */
const applyRead = async (
  { report, identities }: CheckContext,
  vault: VaultId,
  state: VaultState | undefined,
  read: ReadRecord,
): Promise<VaultState | undefined> => {
  if (read.kind === "finding") {
    report.find(read.finding);
    return undefined;
  }
  const { record, index } = read;
  const pinned = new Map<UserId, IdentityState>();
  for (const pin of record.pins) {
    const identity = await identities.at(pin.user, pin.index);
    if (identity?.head.id === pin.head) pinned.set(pin.user, identity);
  }
  const next = applyVaultRecord(state, record, ({ user }) => pinned.get(user));
  if (next.ok) return next.value;
  const { error } = next;
  const what = error.type === "RuleViolated" ? error.rule : error.type;
  report.find({ type: "VaultLogBroken", vault, index, what });
  return undefined;
};

const checkFolds = async (
  { tx, report }: CheckContext,
  { vault, log_index, log_head }: VaultRow,
  state: VaultState,
  pinned: ReadonlySet<UserId>,
): Promise<void> => {
  const { index, id } = state.head;
  if (log_index !== index || storedBytesId(recordIds, log_head) !== id)
    report.find({ type: "VaultHeadDiffers", vault });
  const members = await tx<{ user_id: string; role: number }[]>`
    select user_id, role from vault_members where vault_id = ${vault}`;
  const viewers = await tx<{ user_id: string; device_id: string }[]>`
    select user_id, device_id from vault_viewers where vault_id = ${vault}`;
  const kept = await tx<{ user_id: string }[]>`
    select user_id from vault_identities where vault_id = ${vault}`;
  const access = accessOf(state);
  const compare = (
    type: FindingType,
    stored: readonly string[],
    wanted: readonly string[],
  ): void => {
    if (stored.toSorted().join() !== wanted.toSorted().join()) report.find({ type, vault });
  };
  compare(
    "MembersDiffer",
    [
      ...members.map(({ user_id, role }) => `member ${user_id} ${role}`),
      ...viewers.map(({ user_id, device_id }) => `viewer ${user_id} ${device_id}`),
    ],
    [
      ...access.members.map(({ user, role }) => `member ${user} ${role}`),
      ...access.viewers.map(({ user, device }) => `viewer ${user} ${device}`),
    ],
  );
  compare(
    "PinnedUsersDiffer",
    kept.map(({ user_id }) => user_id),
    [...pinned],
  );
};
