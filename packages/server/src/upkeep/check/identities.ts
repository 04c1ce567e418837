/**
 * Identity logs as vaults rely on them: the state at any record that somebody pins. Logs that are asked
 * for often are kept, long ones in part; whatever is missing is folded again.
 */
import { applyIdentityRecord, type IdentityState } from "@duro/crypto/verify";
import type { UserId } from "@duro/protocol";
import type { Transaction } from "../../postgres/transact.ts";
import { createRecent } from "../../relay/recent.ts";
import type { Finding } from "./finding.ts";
import { readRecords } from "./foldRecords.ts";

interface FoldedIdentity {
  /** At the last record that holds; undefined where none does. */
  readonly last: IdentityState | undefined;
  /** Those that were wanted. */
  readonly byIndex: ReadonlyMap<number, IdentityState>;
  readonly recordCount: number;
  /** Why the fold ended before the log did. */
  readonly broken: Finding | undefined;
}

export interface Identities {
  readonly fold: (user: UserId) => Promise<FoldedIdentity>;
  /** Undefined: there is no such record, or it does not hold. */
  readonly at: (user: UserId, index: number) => Promise<IdentityState | undefined>;
}

/** Some thousand states, of a few KiB each, but for people with hundreds of devices. */
const identityCountMax = 256;
/** From the record that was asked for on. Nearly all logs are shorter. */
const keptStateCount = 32;

export const createIdentities = (tx: Transaction): Identities => {
  const recent = createRecent<UserId, FoldedIdentity>(identityCountMax);
  const foldFrom = async (user: UserId, index: number): Promise<FoldedIdentity> => {
    const folded = await foldIdentity(tx, user, index);
    recent.set(user, folded);
    return folded;
  };
  return {
    fold: async (user) => recent.get(user) ?? foldFrom(user, 0),
    at: async (user, index) => {
      const known = recent.get(user);
      const kept = known?.byIndex.get(index);
      if (kept !== undefined) return kept;
      // Behind what holds there is nothing to look for.
      const isBeyond = known !== undefined && index > (known.last?.head.index ?? -1);
      return isBeyond ? undefined : (await foldFrom(user, index)).byIndex.get(index);
    },
  };
};

const foldIdentity = async (
  tx: Transaction,
  user: UserId,
  keptFrom: number,
): Promise<FoldedIdentity> => {
  const byIndex = new Map<number, IdentityState>();
  let last: IdentityState | undefined;
  let recordCount = 0;
  for await (const read of readRecords(tx, { user })) {
    if (read.kind === "finding") return { last, byIndex, recordCount, broken: read.finding };
    const next = applyIdentityRecord(last, read.record);
    if (!next.ok) {
      const { error } = next;
      const what = error.type === "RuleViolated" ? error.rule : error.type;
      const broken: Finding = { type: "IdentityLogBroken", user, index: read.index, what };
      return { last, byIndex, recordCount, broken };
    }
    last = next.value;
    recordCount += 1;
    const { index } = read;
    if (index >= keptFrom && index < keptFrom + keptStateCount) byIndex.set(index, last);
  }
  return { last, byIndex, recordCount, broken: undefined };
};
