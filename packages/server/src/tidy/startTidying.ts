/** Tidies every few minutes, as long as the program runs. */
import type { RandomBytes } from "@duro/crypto/receipt";
import { runTidying, type TidyingDeps, type TidyingReport } from "./runTidying.ts";

export interface TidyingLoopDeps extends TidyingDeps {
  readonly nowMs: () => number;
  readonly randomBytes: RandomBytes;
  /** A round came to its end here; those of other nodes are not told. */
  readonly onRound: (report: TidyingReport) => void;
}

export interface Tidying {
  /** Resolves when nothing of it goes on any more: within one transaction, or the deletion of an account. */
  stop(): Promise<void>;
}

/** What is trashed or deleted minutes later does no harm; a round that finds nothing costs one query. */
export const tidyingIntervalMs = 300_000;

export const startTidying = (deps: TidyingLoopDeps): Tidying => {
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  const tidyOnce = async (): Promise<void> => {
    try {
      const limits = { nowMs: deps.nowMs, shouldStop: () => isStopping };
      const report = await runTidying(deps, limits);
      if (report !== undefined) deps.onRound(report);
    } catch (cause) {
      deps.onFailure("tidying", cause);
    }
    if (!isStopping) wait();
  };

  const wait = (): void => {
    timer = setTimeout(() => {
      round = tidyOnce();
    }, waitMs(deps.randomBytes));
  };

  wait();
  return {
    stop: async () => {
      isStopping = true;
      clearTimeout(timer);
      await round;
    },
  };
};

/** Between half of the interval and one and a half, so that nodes that began together part. */
const waitMs = (randomBytes: RandomBytes): number => {
  const [high = 0, low = 0] = randomBytes(2);
  return tidyingIntervalMs / 2 + (tidyingIntervalMs * (high * 256 + low)) / 65_536;
};
