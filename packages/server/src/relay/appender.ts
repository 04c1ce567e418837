/**
 * Group commit: puts of all connections and vaults that wait go into one transaction; while it is
 * written the next ones gather. Nothing is passed on and no receipt leaves before the commit.
 */
import { assert } from "@duro/crypto/types";
import type { ChainOpening } from "@duro/crypto/verify";
import type { ReceiptPart, Refused, VaultId } from "@duro/protocol";
import type { ChainStore } from "../ports/chainStore.ts";
import type { KnownLogs } from "./knownLogs.ts";
import type { LiveRun } from "./liveBatch.ts";
import { type AppendPlan, planAppend, type Planned } from "./planAppend.ts";
import type { ReceiptSigner } from "./receipts.ts";
import { createRecent } from "./recent.ts";
import { resent } from "./resent.ts";
import {
  checkStretch,
  type CheckedStretch,
  type PendingPut,
  type Stretch,
  stretchesOf,
} from "./stretch.ts";

export interface AppenderDeps {
  readonly chainStore: ChainStore;
  readonly logs: KnownLogs;
  readonly signReceipt: ReceiptSigner;
  readonly nowMs: () => number;
  readonly nextTurn: () => Promise<void>;
  readonly quotaByteLength: number | undefined;
  /** Contiguous in their vault, rising. */
  readonly onStored: (vault: VaultId, runs: readonly LiveRun[]) => void;
  readonly onFlush: (flush: { readonly envelopeCount: number; readonly seconds: number }) => void;
  /** The store failed: these puts get no answer, and their connections end. */
  readonly onFailure: (cause: unknown, puts: readonly PendingPut[]) => void;
}

export interface Appender {
  put(put: PendingPut): void;
  /** Resolves when nothing waits and nothing is being written. */
  drained(): Promise<void>;
  readonly waitingCount: number;
}

/** What one transaction may hold: bounded memory, and locks for milliseconds. */
const flushByteLengthMax = 8_388_608;
const flushEnvelopeCountMax = 4_096;
/**
 * Lanes that write side by side. Every vault belongs to one, so its order is kept; a second one lets
 * checking go on while Postgres writes.
 */
const laneCount = 2;
/** Openings of chains that are written to: some hundred bytes each. */
const openingCountMax = 16_384;
/** A vault's log may grow while we look; more often than that something else is wrong. */
const tryCountMax = 8;

export const createAppender = (deps: AppenderDeps): Appender => {
  const openings = createRecent<string, ChainOpening>(openingCountMax);
  const lanes = Array.from({ length: laneCount }, () => createLane(deps, openings));
  return {
    put: (put) => laneOf(lanes, put.vault).put(put),
    drained: async () => {
      await Promise.all(lanes.map((lane) => lane.drained()));
    },
    get waitingCount() {
      return lanes.reduce((sum, lane) => sum + lane.waitingCount, 0);
    },
  };
};

const laneOf = (lanes: readonly Appender[], vault: VaultId): Appender => {
  const lane = lanes[Number.parseInt(vault.slice(-2), 16) % lanes.length];
  assert(lane !== undefined, "there is a lane");
  return lane;
};

type Openings = ReturnType<typeof createRecent<string, ChainOpening>>;

const createLane = (deps: AppenderDeps, openings: Openings): Appender => {
  const waiting: PendingPut[] = [];
  let running: Promise<void> | undefined;

  const attempt = async <T>(
    puts: readonly PendingPut[],
    work: Promise<T>,
  ): Promise<T | undefined> => {
    try {
      return await work;
    } catch (cause) {
      deps.onFailure(cause, puts);
      return undefined;
    }
  };

  /** The next flush is checked while the one before it is written. */
  const run = async (): Promise<void> => {
    // What arrives in the same turn goes along.
    await deps.nextTurn();
    let written: Promise<unknown> = Promise.resolve();
    let isFirst = true;
    while (waiting.length > 0) {
      const puts = takeFlush(waiting);
      const checked = await attempt(puts, checkAll(deps, openings, stretchesOf(puts)));
      await written;
      const isAlone = isFirst && waiting.length === 0;
      if (checked !== undefined) written = attempt(puts, write(deps, checked, isAlone));
      isFirst = false;
      await deps.nextTurn();
      if (waiting.length === 0) await written;
    }
    running = undefined;
  };

  return {
    put: (put) => {
      waiting.push(put);
      running ??= run();
    },
    drained: async () => {
      await running;
    },
    get waitingCount() {
      return waiting.length;
    },
  };
};

const takeFlush = (waiting: PendingPut[]): readonly PendingPut[] => {
  let byteLength = 0;
  let envelopeCount = 0;
  let count = 0;
  for (const put of waiting) {
    byteLength += put.byteLength;
    envelopeCount += put.run.envelopes.length;
    if (count > 0 && (byteLength > flushByteLengthMax || envelopeCount > flushEnvelopeCountMax))
      break;
    count += 1;
  }
  return waiting.splice(0, count);
};

const write = async (
  deps: AppenderDeps,
  stretches: readonly CheckedStretch[],
  isAlone: boolean,
): Promise<void> => {
  const startedAtMs = performance.now();
  let checked = stretches;
  let envelopeCount = 0;
  for (let tries = 0; checked.length > 0 && tries < tryCountMax; tries++) {
    const plan = await append(deps, checked, isAlone);
    envelopeCount += await answer(deps, plan);
    const again = plan.planned.filter((planned) => planned.kind === "again");
    for (const { stretch, logIndex } of again) await deps.logs.vault(stretch.vault, logIndex);
    checked = again.map(({ stretch }) => stretch);
  }
  assert(checked.length === 0, "a vault's log stands still long enough to be read");
  deps.onFlush({ envelopeCount, seconds: (performance.now() - startedAtMs) / 1_000 });
};

const refuseAll = ({ puts }: Stretch, refusal: Refused): void => {
  for (const put of puts) {
    const facts = { ...refusal.facts, chain: put.run.chain, seq: put.run.firstSeq };
    put.done({ receipts: [], refused: { ...refusal, facts } });
  }
};

const openingKey = ({ vault, chain }: Pick<Stretch, "vault" | "chain">): string =>
  `${vault}${chain}`;

const checkAll = async (
  deps: AppenderDeps,
  openings: Openings,
  stretches: readonly Stretch[],
): Promise<readonly CheckedStretch[]> => {
  const checked: CheckedStretch[] = [];
  for (const stretch of stretches) {
    const key = openingKey(stretch);
    const opening = openings.get(key) ?? (await storedOpening(deps, stretch));
    for (const good of await checkOrSplit(deps, stretch, opening)) {
      checked.push(good);
      // A chain's id follows from what its OPEN says, so that may be remembered before it is stored.
      openings.set(key, good.opening);
    }
  }
  for (const vault of new Set(checked.map((stretch) => stretch.vault)))
    if (deps.logs.knownVault(vault) === undefined) await deps.logs.vault(vault);
  return checked;
};

const storedOpening = async (
  { chainStore }: AppenderDeps,
  stretch: Stretch,
): Promise<ChainOpening | undefined> => {
  const stored = await chainStore.chain(stretch);
  if (stored === undefined) return undefined;
  const { chain, user, device, incarnation, openedUnder } = stored;
  return { chain, user, device, incarnation, logHead: openedUnder };
};

/** Where several puts do not hold together, each is judged alone, so that the right one is named. */
const checkOrSplit = async (
  deps: AppenderDeps,
  stretch: Stretch,
  opening: ChainOpening | undefined,
): Promise<readonly CheckedStretch[]> => {
  const checked = await checkStretch(deps.logs, stretch, opening);
  if (checked.ok) return [checked.value];
  if (stretch.puts.length === 1) {
    refuseAll(stretch, checked.error);
    return [];
  }
  const alone: CheckedStretch[] = [];
  for (const put of stretch.puts)
    alone.push(
      ...(await checkOrSplit(deps, { ...stretch, puts: [put] }, alone[0]?.opening ?? opening)),
    );
  return alone;
};

const append = (
  { chainStore, logs, nowMs, quotaByteLength }: AppenderDeps,
  stretches: readonly CheckedStretch[],
  isAlone: boolean,
): Promise<AppendPlan> => {
  const chains = new Map(
    stretches.map(({ vault, chain }) => [`${vault}${chain}`, { vault, chain }]),
  );
  const ask = {
    vaults: [...new Set(stretches.map(({ vault }) => vault))],
    chains: [...chains.values()],
    devices: [...new Set(stretches.flatMap(({ puts }) => puts.map(({ asker }) => asker.device)))],
    hasQuota: quotaByteLength !== undefined,
    isAlone,
  };
  const plan = { logs, nowMs: nowMs(), quotaByteLength };
  return chainStore.append(ask, (held) => planAppend(plan, held, stretches));
};

/** After the commit. Gives how many envelopes are new. */
const answer = async (deps: AppenderDeps, { planned }: AppendPlan): Promise<number> => {
  const nowMs = deps.nowMs();
  const runsByVault = new Map<VaultId, LiveRun[]>();
  let envelopeCount = 0;
  for (const plan of planned) {
    if (plan.kind !== "stored") continue;
    const { stretch, placed } = plan;
    envelopeCount += placed.length;
    const runs = runsByVault.get(stretch.vault) ?? [];
    runsByVault.set(stretch.vault, runs);
    runs.push({ envelopes: placed, origin: stretch.puts[0]?.origin });
  }
  for (const [vault, runs] of runsByVault) deps.onStored(vault, runs);
  // What is passed on leaves with the end of the turn. Readers wait for it; nobody waits for a receipt.
  await deps.nextTurn();
  for (const plan of planned) await answerOne(deps, plan, nowMs);
  return envelopeCount;
};

const answerOne = async (deps: AppenderDeps, plan: Planned, nowMs: number): Promise<void> => {
  switch (plan.kind) {
    case "again":
      return undefined;
    case "refused":
      return refuseAll(plan.stretch, plan.refused);
    case "stored": {
      const { stretch, from, placed } = plan;
      const ids = stretch.envelopes.slice(from).map(({ id }) => id);
      const receipts = [deps.signReceipt(stretch, placed, ids, nowMs)];
      if (from === 0) return receipt(stretch, receipts);
      const before = await resent(deps, stretch, stretch.envelopes.slice(0, from), nowMs);
      return before.ok
        ? receipt(stretch, [...before.value, ...receipts])
        : refuseAll(stretch, before.error);
    }
    case "before": {
      const receipts = await resent(deps, plan.stretch, plan.stretch.envelopes, nowMs);
      return receipts.ok
        ? receipt(plan.stretch, receipts.value)
        : refuseAll(plan.stretch, receipts.error);
    }
  }
};

/** One answer for all puts of a stretch: the first carries the receipts. */
const receipt = ({ puts }: Stretch, receipts: readonly ReceiptPart[]): void => {
  for (const [at, put] of puts.entries())
    put.done({ receipts: at === 0 ? receipts : [], refused: undefined });
};
