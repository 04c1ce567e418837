/** What an open home does while nobody works with it: lets go, tidies, and dials again after a sleep. */
import type { Clock, Engine } from "@duro/client";
import { rootDoc } from "@duro/memory";
import type { Documents } from "./documents.ts";
import { failureFacts } from "./failureFacts.ts";
import type { SearchIndex } from "./index/searchIndex.ts";
import type { DaemonLog } from "./log.ts";

export interface HomeUpkeep {
  /** Nothing is let go meanwhile. */
  during<T>(work: () => Promise<T>): Promise<T>;
  stop(): void;
}

export interface HomeUpkeepDeps {
  readonly clock: Clock;
  readonly engine: Pick<Engine, "status" | "connect">;
  readonly documents: Pick<Documents, "docOf" | "releaseIdle">;
  readonly index: Pick<SearchIndex, "tidy">;
  readonly log: DaemonLog;
}

/** Documents that nobody has used for so long are let go. */
const idleMs = 30_000;
const lookMs = 10_000;
/** More than a busy machine is late by. */
const sleptMsMin = 60_000;
const tidyStepsMax = 20;
/** A relay that was put back may know nothing of this device, until another one has told it again. */
const loginAgainMs = 600_000;
const tidyPauseMs = 50;

export const startHomeUpkeep = ({
  clock,
  engine,
  documents,
  index,
  log,
}: HomeUpkeepDeps): HomeUpkeep => {
  let workCount = 0;
  let isStopped = false;
  let endLooking = (): void => {};
  let loginAtMs = clock.nowMs();

  const wake = (): void => {
    if (!["none", "idle", "stopped"].includes(engine.status.link)) engine.connect();
  };

  const loginAgain = (): void => {
    const nowMs = clock.nowMs();
    if (!isUnknown(engine.status)) loginAtMs = nowMs;
    if (nowMs - loginAtMs < loginAgainMs) return;
    loginAtMs = nowMs;
    engine.connect();
  };

  /** A few short steps at a time, as long as nobody works. */
  const tidy = (stepCount = tidyStepsMax): void => {
    if (workCount > 0 || stepCount === 0 || isStopped || !index.tidy()) return;
    clock.after(tidyPauseMs, () => tidy(stepCount - 1));
  };

  const look = (): void => {
    const beganMs = clock.nowMs();
    endLooking = clock.after(lookMs, () => {
      look();
      // The machine slept: what looks like a connection may be none.
      if (clock.nowMs() - beganMs > sleptMsMin) wake();
      loginAgain();
      if (workCount > 0) return;
      tidy();
      // The root is small, and every look at the memory needs it.
      documents.docOf(rootDoc);
      documents
        .releaseIdle(clock.nowMs() - idleMs)
        .catch((cause: unknown) => log.error("release failed", failureFacts(cause)));
    });
  };
  look();

  return {
    during: async (work) => {
      workCount += 1;
      try {
        return await work();
      } finally {
        workCount -= 1;
      }
    },
    stop: () => {
      isStopped = true;
      endLooking();
    },
  };
};

/** The relay takes no login of this device, and the engine has given up. */
const isUnknown = ({ link, ended }: Engine["status"]): boolean => {
  if (link !== "stopped" || ended === undefined) return false;
  const refusal = "refusal" in ended ? ended.refusal : undefined;
  return (typeof refusal === "object" ? refusal.name : refusal) === "AuthFailed";
};
