/**
 * Applies updates where it can do no harm: in a worker that is given so much time and memory and is
 * then stopped. One update within every limit can keep Yjs busy for twenty minutes, since its work grows
 * with the square of the operations that contest one place; `isCheap` says which ones cannot.
 *
 * Whatever goes wrong is no verdict on the update: another machine may be faster. Hold it and try again
 * with more time, for an honest update on a slow machine.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import type { Clock } from "../ports/clock.ts";

export interface ApplyWork {
  /** The document as one update. */
  readonly state: Uint8Array;
  /** In the order in which they may be applied, nothing missing. */
  readonly updates: readonly Uint8Array[];
}

interface TookTooLong {
  readonly type: "TookTooLong";
  readonly budgetMs: number;
}

interface TookTooMuch {
  readonly type: "TookTooMuch";
}

/** Yjs failed in it. */
interface ApplyThrew {
  readonly type: "ApplyThrew";
}

/** There is no worker to be had, or none any more. */
interface GuardUnavailable {
  readonly type: "GuardUnavailable";
}

type ApplyError = TookTooLong | TookTooMuch | ApplyThrew | GuardUnavailable;

export interface ApplyGuard {
  /**
   * The document afterwards, as one update. One work after the other, whoever asks. The budget is for
   * the updates alone; the main thread may then be kept waiting for as long.
   */
  apply(work: ApplyWork, budgetMs?: number): Promise<Result<Uint8Array, ApplyError>>;
  /** What is under way ends as unavailable. */
  close(): void;
}

/** What a worker says, in this order; `loaded` when the state is there and the updates come. */
export type GuardMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "loaded" }
  | { readonly kind: "applied"; readonly state: Uint8Array }
  | { readonly kind: "threw" };

export interface GuardWorker {
  post(work: ApplyWork): void;
  /** At once, in the middle of whatever it does. */
  stop(): void;
}

export interface GuardListener {
  heard(message: GuardMessage): void;
  failed(error: TookTooMuch | GuardUnavailable): void;
}

export interface ApplyGuardDeps {
  readonly clock: Clock;
  /** For this work and no other. */
  readonly startWorker: (listener: GuardListener, work: ApplyWork) => GuardWorker;
}

/** A person notices, and is not yet worried. 40,000 honest operations took a quarter of it. */
const applyBudgetMs = 500;
/** To start the worker, and again to load the state: neither comes from a stranger. */
const loadBudgetMs = 30_000;

export const createApplyGuard = (deps: ApplyGuardDeps): ApplyGuard => {
  let running: Run | undefined;
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();
  return {
    apply: (work, budgetMs = applyBudgetMs) => {
      // Never rejects, so the next one always gets its turn.
      const result = last.then(() => {
        if (isClosed) return unavailable;
        running = startRun(deps, work, budgetMs);
        return running.result;
      });
      last = result;
      return result;
    },
    close: () => {
      isClosed = true;
      running?.abandon();
    },
  };
};

type ApplyResult = Result<Uint8Array, ApplyError>;

const unavailable: ApplyResult = err({ type: "GuardUnavailable" });

interface Run {
  readonly result: Promise<ApplyResult>;
  abandon(): void;
}

const startRun = (
  { clock, startWorker }: ApplyGuardDeps,
  work: ApplyWork,
  updatesBudgetMs: number,
): Run => {
  const { promise: result, resolve } = Promise.withResolvers<ApplyResult>();
  let worker: GuardWorker | undefined;
  let isOver = false;
  let cancelTimer = (): void => {};
  const end = (outcome: ApplyResult): void => {
    isOver = true;
    cancelTimer();
    worker?.stop();
    resolve(outcome);
  };
  const allow = (budgetMs: number): void => {
    cancelTimer();
    cancelTimer = clock.after(budgetMs, () => end(err({ type: "TookTooLong", budgetMs })));
  };
  const heard = (message: GuardMessage): void => {
    // It may have spoken before it was stopped.
    if (isOver) return;
    switch (message.kind) {
      case "ready":
        allow(loadBudgetMs);
        return worker?.post(work);
      case "loaded":
        return allow(updatesBudgetMs);
      case "applied":
        return end(ok(message.state));
      case "threw":
        return end(err({ type: "ApplyThrew" }));
    }
  };
  allow(loadBudgetMs);
  try {
    worker = startWorker({ heard, failed: (error) => end(err(error)) }, work);
  } catch {
    // A platform refuses a worker by throwing.
    end(unavailable);
  }
  return { result, abandon: () => end(unavailable) };
};
