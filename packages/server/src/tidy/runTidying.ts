/**
 * One round of tidying: every vault that changed or is due, and then whatever else is over. It may end
 * anywhere; what it did not come to is found again by the next round.
 */
import { times, type VaultId } from "@duro/protocol";
import type { AccountStore } from "../ports/accountStore.ts";
import type { BlobStore, Removed } from "../ports/blobStore.ts";
import type { MailboxStore } from "../ports/mailboxStore.ts";
import {
  addCounts,
  type BodyCounts,
  noBodies,
  tidyVault,
  type TidyingLimits,
  type TidyVaultDeps,
} from "./tidyVault.ts";

export interface TidyingDeps extends TidyVaultDeps {
  readonly blobStore: Pick<BlobStore, "removeDropped" | "removeUnfinished">;
  readonly mailboxStore: Pick<MailboxStore, "removeExpired">;
  readonly accountStore: Pick<AccountStore, "forgetExpired" | "deletionsDue" | "remove">;
  /** One part failed; the others go on, and the next round tries it again. */
  readonly onFailure: (where: string, cause: unknown) => void;
}

export interface TidyingReport extends BodyCounts {
  readonly vaultCount: number;
  readonly removedBlobCount: number;
  readonly removedBlobByteLength: number;
  readonly removedMailboxCount: number;
  readonly removedAccountCount: number;
  readonly failureCount: number;
  /** False: it was asked to stop. */
  readonly isWhole: boolean;
}

/** A laptop that is shut over a holiday finishes its upload. */
const unfinishedBlobLifetimeMs = times.trashLifetimeMs;

const vaultPageCount = 256;
/** Between two looks at whether to stop: some seconds of deleting. */
const chunksAtOnceMax = 1_024;

/** Undefined: another node is at it. */
export const runTidying = (
  deps: TidyingDeps,
  limits: TidyingLimits,
): Promise<TidyingReport | undefined> => deps.tidyStore.alone(() => tidyEverything(deps, limits));

const tidyEverything = async (deps: TidyingDeps, limits: TidyingLimits): Promise<TidyingReport> => {
  const { nowMs, shouldStop } = limits;
  let failureCount = 0;
  const attempt = async <T>(where: string, instead: T, work: () => Promise<T>): Promise<T> => {
    if (shouldStop()) return instead;
    try {
      return await work();
    } catch (cause) {
      failureCount += 1;
      deps.onFailure(where, cause);
      return instead;
    }
  };

  let bodies = noBodies;
  let vaultCount = 0;
  for (let after: VaultId | undefined; ;) {
    const vaults = await attempt("tidying: vaults", [], () =>
      deps.tidyStore.vaultsToTidy(nowMs(), after, vaultPageCount),
    );
    for (const vault of vaults) {
      const counts = await attempt("tidying: a vault", noBodies, () =>
        tidyVault(deps, vault, limits),
      );
      bodies = addCounts(bodies, counts);
      vaultCount += 1;
    }
    after = vaults.at(-1);
    if (after === undefined) break;
  }

  const blobs = await removeBlobs(deps, limits, attempt);
  const removedMailboxCount = await attempt("tidying: mailboxes", 0, () =>
    deps.mailboxStore.removeExpired(nowMs()),
  );
  await attempt("tidying: what expired", undefined, () => deps.accountStore.forgetExpired(nowMs()));
  const removedAccountCount = await removeAccounts(deps, limits, attempt);
  return {
    ...bodies,
    ...blobs,
    vaultCount,
    removedMailboxCount,
    removedAccountCount,
    failureCount,
    isWhole: !shouldStop(),
  };
};

type Attempt = <T>(where: string, instead: T, work: () => Promise<T>) => Promise<T>;

const nothingRemoved: Removed = { blobCount: 0, chunkCount: 0, byteLength: 0, isMore: false };

const removeBlobs = async (
  { blobStore }: TidyingDeps,
  { nowMs }: TidyingLimits,
  attempt: Attempt,
): Promise<Pick<TidyingReport, "removedBlobCount" | "removedBlobByteLength">> => {
  let removedBlobCount = 0;
  let removedBlobByteLength = 0;
  const ways: readonly (() => Promise<Removed>)[] = [
    () => blobStore.removeDropped(nowMs() - times.trashLifetimeMs, chunksAtOnceMax),
    () => blobStore.removeUnfinished(nowMs() - unfinishedBlobLifetimeMs, chunksAtOnceMax),
  ];
  for (const remove of ways) {
    for (let isMore = true; isMore;) {
      const removed = await attempt("tidying: blobs", nothingRemoved, remove);
      removedBlobCount += removed.blobCount;
      removedBlobByteLength += removed.byteLength;
      ({ isMore } = removed);
    }
  }
  return { removedBlobCount, removedBlobByteLength };
};

/** Each by itself: one that fails does not keep the others. */
const removeAccounts = async (
  { accountStore }: TidyingDeps,
  { nowMs }: TidyingLimits,
  attempt: Attempt,
): Promise<number> => {
  const due = await attempt("tidying: accounts", [], () => accountStore.deletionsDue(nowMs()));
  let removedCount = 0;
  for (const user of due)
    removedCount += await attempt("tidying: an account", 0, async () => {
      await accountStore.remove(user);
      return 1;
    });
  return removedCount;
};
