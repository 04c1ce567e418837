/**
 * Tidies one vault, page by page. Each page is judged and changed in one transaction in which nothing can
 * be appended, so a plan is never older than the vault it changes; between two of them anything may
 * happen, this process may end among it, and nothing needs to be remembered.
 */
import { times, type VaultId } from "@duro/protocol";
import type { StillVault, TidyStore } from "../ports/tidyStore.ts";
import type { KnownLogs } from "../relay/knownLogs.ts";
import { nextLookMs } from "./nextLook.ts";
import { planNameOf } from "./planName.ts";
import { planTidy } from "./planTidy.ts";
import { readFacts } from "./readFacts.ts";
import { tidyPage } from "./tidyPage.ts";
import { readVaultGround, type VaultGround } from "./vaultGround.ts";

export interface TidyVaultDeps {
  readonly tidyStore: TidyStore;
  readonly logs: KnownLogs;
}

export interface TidyingLimits {
  readonly nowMs: () => number;
  readonly shouldStop: () => boolean;
}

export interface BodyCounts {
  readonly trashedCount: number;
  readonly restoredCount: number;
  readonly removedCount: number;
  readonly removedByteLength: number;
}

export const noBodies: BodyCounts = {
  trashedCount: 0,
  restoredCount: 0,
  removedCount: 0,
  removedByteLength: 0,
};

export const addCounts = (a: BodyCounts, b: BodyCounts): BodyCounts => ({
  trashedCount: a.trashedCount + b.trashedCount,
  restoredCount: a.restoredCount + b.restoredCount,
  removedCount: a.removedCount + b.removedCount,
  removedByteLength: a.removedByteLength + b.removedByteLength,
});

/** A transaction of this size holds the vault for some ten milliseconds. */
const pageBodyCount = 1_024;
/** A vault whose plan changes that often while we look at it is looked at again in the next run. */
const beginCountMax = 8;

/** Which plan the bodies up to a position were held against. */
interface Progress {
  readonly plan: string;
  readonly afterPosition: number;
}

type Step =
  | { readonly kind: "log moved"; readonly logIndex: number }
  | { readonly kind: "more"; readonly progress: Progress; readonly counts: BodyCounts }
  | { readonly kind: "done"; readonly counts: BodyCounts };

export const tidyVault = async (
  { tidyStore, logs }: TidyVaultDeps,
  vault: VaultId,
  { nowMs, shouldStop }: TidyingLimits,
): Promise<BodyCounts> => {
  let counts = noBodies;
  let logIndex = 0;
  let progress: Progress | undefined;
  let ground: VaultGround | undefined;
  for (let beginCount = 0; beginCount < beginCountMax && !shouldStop();) {
    ground ??= await readVaultGround(logs, vault, logIndex);
    if (ground === undefined) return counts;
    const step = await tidyStore.hold(vault, tidyNextPage(ground, progress, nowMs()));
    if (step === undefined) return counts;
    if (step.kind === "log moved") {
      ({ logIndex } = step);
      ground = undefined;
      beginCount += 1;
      continue;
    }
    counts = addCounts(counts, step.counts);
    if (step.kind === "done") return counts;
    if (step.progress.plan !== progress?.plan) beginCount += 1;
    ({ progress } = step);
    await nextTurn();
  }
  return counts;
};

/** Whatever waits in this process comes first. */
const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const tidyNextPage =
  (ground: VaultGround, progress: Progress | undefined, nowMs: number) =>
  async (still: StillVault): Promise<Step> => {
    const { logHead, position, tidied } = still;
    if (ground.state.head.id !== logHead.id) return { kind: "log moved", logIndex: logHead.index };
    const facts = await readFacts(still, ground, nowMs);
    const { plan, checkpoints } = planTidy(facts);
    const name = planNameOf(plan);
    const isOver = isTrashOver(await still.oldestTrashedAtMs(), nowMs);
    const tidiedTo = name === tidied.plan && !isOver ? tidied.position : 0;
    const afterPosition = progress?.plan === name ? progress.afterPosition : tidiedTo;
    const bodies = await still.bodies(afterPosition, pageBodyCount);
    const page = tidyPage(plan, bodies, nowMs);
    const counts = {
      trashedCount: page.trash.length,
      restoredCount: page.restore.length,
      removedCount: page.remove.length,
      removedByteLength: await still.change(page, nowMs),
    };
    if (!page.isWhole || bodies.length === pageBodyCount) {
      // Some bodies follow another plan from now on, and whoever goes on must not skip them.
      if (tidied.plan !== undefined && tidied.plan !== name)
        await still.setTidied({ ...tidied, plan: undefined });
      return { kind: "more", progress: { plan: name, afterPosition: page.toPosition }, counts };
    }
    const dueAtMs = nextLookMs(facts, checkpoints, await still.oldestTrashedAtMs());
    await still.setTidied({ position, logIndex: logHead.index, plan: name, dueAtMs });
    return { kind: "done", counts };
  };

const isTrashOver = (oldestTrashedAtMs: number | undefined, nowMs: number): boolean =>
  oldestTrashedAtMs !== undefined && nowMs - oldestTrashedAtMs >= times.trashLifetimeMs;
