/** A vault's log that goes on in two ways, as an engine shows it, and what is left to say once one stands. */
import { cutRecord, type DeviceKeys } from "@duro/crypto";
import type { LogRecord, VaultState } from "@duro/crypto/verify";
import { type LogHead, OpenReason, type RecordId, type VaultId } from "@duro/protocol";
import type { FollowedLogs } from "../logs/followedLogs.ts";
import { isSettledThere, owedThere, type Resolve } from "../logs/otherBranch.ts";
import { owedBehindFork, type TakenAway } from "../logs/takenAway.ts";
import type { ChainRow } from "../store/rows.ts";
import { writtenUnder } from "../vault/comeOver.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";

export interface Fork {
  /** The last record that both have. */
  readonly common: LogHead;
  readonly ours: VaultState;
  readonly theirs: VaultState;
  /** What a RESOLVE names of either, where it falls. */
  readonly fallenOurs: LogHead;
  readonly fallenTheirs: LogHead;
  /** An owner has said there that ours has fallen. */
  readonly isSettled: boolean;
  /** What would be given back if theirs stood, and if ours did. */
  readonly owedThere: readonly TakenAway[];
  readonly owedHere: readonly TakenAway[];
}

export const forkOf = (logs: FollowedLogs, vault: VaultId): Fork | undefined => {
  const other = logs.branches.other(vault);
  const state = logs.vault(vault);
  if (other === undefined || state === undefined) return undefined;
  const ours = { state, resolves: logs.branches.resolves(vault) };
  const { common } = other;
  return {
    common: common.head,
    ours: state,
    theirs: other.state,
    fallenOurs: fallenOf(state, common, ours.resolves, other.state),
    fallenTheirs: fallenOf(other.state, common, other.resolves, state),
    isSettled: isSettledThere(ours, other, logs.identity),
    owedThere: owedThere(ours, other, logs.identity),
    owedHere: owedBehindFork({ common, fallen: other.state, standing: state }, logs.identity),
  };
};

/**
 * The first record that fell, so that whoever followed any of it knows. Where that branch says the same of
 * the one that is to stand, its newest: an owner who knew of that has the last word.
 */
const fallenOf = (
  fallen: VaultState,
  common: VaultState,
  resolves: readonly Resolve[],
  standing: VaultState,
): LogHead => {
  const isCountered = resolves.some(
    (one) => standing.indexByRecord.has(one.fallen.id) && !common.indexByRecord.has(one.fallen.id),
  );
  const firstIndex = common.head.index + 1;
  const first = [...fallen.indexByRecord].find(([, index]) => index === firstIndex);
  return isCountered || first === undefined ? fallen.head : { index: firstIndex, id: first[0] };
};

/** The records that only one of the branches has. */
export const behindFork = ({ common, ours, theirs }: Fork): ReadonlySet<RecordId> =>
  new Set(
    [...ours.indexByRecord, ...theirs.indexByRecord].flatMap(([id, index]) =>
      index > common.index ? [id] : [],
    ),
  );

export const chainsBefore = async (
  memory: VaultMemory,
  records: ReadonlySet<RecordId>,
): Promise<readonly ChainRow[]> => {
  const fromSeqs = await writtenUnder(memory, records);
  const shortened = async (row: ChainRow, fromSeq: number): Promise<ChainRow> => {
    const [first] = await readEnvelopes(memory, row.chain, fromSeq, fromSeq + 1);
    return first === undefined
      ? row
      : { ...row, head: { at: fromSeq - 1, id: first.head.previous } };
  };
  const rows: ChainRow[] = [];
  for (const row of memory.chains.values()) {
    const fromSeq = fromSeqs.get(row.chain);
    rows.push(fromSeq === undefined ? row : await shortened(row, fromSeq));
  }
  return rows;
};

/**
 * The chain that this device wrote before it came over ends where it has it now: what it wrote behind that
 * names a record that nobody here will ever have, and whoever was shown it would wait for ever.
 */
export const formerAnchor = (
  device: DeviceKeys,
  { chains, own, view }: Pick<VaultMemory, "chains" | "own" | "view">,
): LogRecord | undefined => {
  const { state, fallen } = view;
  const author = view.identity(own.user);
  if (fallen === undefined || own.reason !== OpenReason.Cut) return undefined;
  if (author === undefined || !state.members.has(own.user)) return undefined;
  const isOver = ({ device: of, chain, head }: ChainRow): boolean =>
    of === device.id &&
    chain !== own.chain &&
    !state.cutsByChain.has(chain) &&
    (head.at === 0 || chain === own.predecessor?.chain);
  const former = [...chains.values()]
    .filter(isOver)
    .map(({ incarnation, head: { at: seq, id } }) => ({ incarnation, seq, id }))
    .toSorted((left, right) => (left.incarnation < right.incarnation ? -1 : 1));
  if (former.length === 0 || state.closedDevices.has(device.id)) return undefined;
  const cuts = [{ device: device.id, chains: former }];
  return cutRecord(state, { device, identity: author }, "chainAnchor", { identity: author, cuts });
};
