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
  /** A document, and how many changes it has seen: whoever has it at that very count needs no state. */
  readonly document: string;
  readonly changeCount: number;
  /** The updates that the document is made of. Asked for where no worker has it. */
  readonly state: () => Promise<readonly Uint8Array[]>;
  /** In the order in which they may be applied, nothing missing. Each is one change. */
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
   * Whether they can be applied. One work after the other, whoever asks. The budget is for the updates
   * alone; the main thread may then be kept waiting for as long.
   */
  apply(work: ApplyWork, budgetMs?: number): Promise<Result<void, ApplyError>>;
  /** What was not tried, and is the document's next change: so that a worker that has it stays of use. */
  passed(change: PassedChange): void;
  /** What is under way ends as unavailable. */
  close(): void;
}

interface PassedChange {
  readonly document: string;
  /** Before it. */
  readonly changeCount: number;
  readonly update: Uint8Array;
}

/** What a worker is given; without a state it goes on with the document that it has. */
export interface WorkerOrder {
  readonly state: readonly Uint8Array[] | undefined;
  /** Changes that need no budget. */
  readonly known: readonly Uint8Array[];
  readonly updates: readonly Uint8Array[];
}

/** What a worker says, in this order; `loaded` when the document is there and the updates come. */
export type GuardMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "loaded" }
  | { readonly kind: "applied" }
  | { readonly kind: "threw" };

export interface GuardWorker {
  post(order: WorkerOrder): void;
  /** At once, in the middle of whatever it does. */
  stop(): void;
}

export interface GuardListener {
  heard(message: GuardMessage): void;
  failed(error: TookTooMuch | GuardUnavailable): void;
}

export interface ApplyGuardDeps {
  readonly clock: Clock;
  /** For one document. */
  readonly startWorker: (listener: GuardListener, stateByteLength: number) => GuardWorker;
}

/** A person notices, and is not yet worried. 40,000 honest operations took a quarter of it. */
const applyBudgetMs = 500;
/** To start the worker, and again to load the state: neither comes from a stranger. */
const loadBudgetMs = 30_000;
/** What comes in a row for one document, as in an import or when catching up, comes within it. */
const keepMs = 3_000;
/** Beyond it the state is loaded anew. */
const knownByteLengthMax = 4 * 2 ** 20;

export const createApplyGuard = (deps: ApplyGuardDeps): ApplyGuard => {
  let running: Running | undefined;
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();
  let endKeeping = (): void => {};

  const drop = (): void => {
    endKeeping();
    running?.stop();
    running = undefined;
  };

  const applyNow = async (work: ApplyWork, budgetMs: number): Promise<ApplyResult> => {
    endKeeping();
    if (isClosed) return unavailable;
    if (running?.isAt(work) !== true) {
      drop();
      const state = await work.state();
      // Closed while it was loaded.
      if (isClosed) return unavailable;
      running = startRunning(deps, work, state);
    }
    const applied = await running.apply(work.updates, budgetMs);
    if (applied.ok) endKeeping = deps.clock.after(keepMs, drop);
    else drop();
    return applied;
  };

  return {
    apply: (work, budgetMs = applyBudgetMs) => {
      const result = last.then(() => applyNow(work, budgetMs));
      // A state that cannot be read is told to whoever asked; the next one gets its turn.
      last = result.catch(() => {});
      return result;
    },
    passed: (change) => running?.passed(change),
    close: () => {
      isClosed = true;
      drop();
    },
  };
};

type ApplyResult = Result<void, ApplyError>;

const unavailable: ApplyResult = err({ type: "GuardUnavailable" });

const byteLengthOf = (updates: readonly Uint8Array[]): number =>
  updates.reduce((sum, { length }) => sum + length, 0);

/** A worker, and the document that it has. */
interface Running {
  isAt(change: Pick<PassedChange, "document" | "changeCount">): boolean;
  passed(change: PassedChange): void;
  apply(updates: readonly Uint8Array[], budgetMs: number): Promise<ApplyResult>;
  stop(): void;
}

const startRunning = (
  { clock, startWorker }: ApplyGuardDeps,
  { document, changeCount }: Pick<ApplyWork, "document" | "changeCount">,
  state: readonly Uint8Array[],
): Running => {
  let worker: GuardWorker | undefined;
  let isReady = false;
  let isOver = false;
  let atCount = changeCount;
  let loading: WorkerOrder["state"] = state;
  let known: Uint8Array[] = [];
  let knownByteLength = 0;
  let order: { readonly updates: readonly Uint8Array[]; readonly budgetMs: number } | undefined;
  let answer: ((outcome: ApplyResult) => void) | undefined;
  let cancelTimer = (): void => {};

  const end = (outcome: ApplyResult): void => {
    isOver ||= !outcome.ok;
    cancelTimer();
    order = undefined;
    if (isOver) worker?.stop();
    answer?.(outcome);
  };
  const allow = (budgetMs: number): void => {
    cancelTimer();
    cancelTimer = clock.after(budgetMs, () => end(err({ type: "TookTooLong", budgetMs })));
  };
  const post = (): void => {
    if (!isReady || order === undefined) return;
    allow(loadBudgetMs);
    worker?.post({ state: loading, known, updates: order.updates });
    [loading, known, knownByteLength] = [undefined, [], 0];
  };
  const heard = (message: GuardMessage): void => {
    // It may have spoken before it was stopped.
    if (isOver) return;
    switch (message.kind) {
      case "ready":
        isReady = true;
        return post();
      case "loaded":
        return order === undefined ? undefined : allow(order.budgetMs);
      case "applied":
        atCount += order?.updates.length ?? 0;
        return end(ok(undefined));
      case "threw":
        return end(err({ type: "ApplyThrew" }));
    }
  };
  const isAt: Running["isAt"] = (change) =>
    !isOver && change.document === document && change.changeCount === atCount;

  allow(loadBudgetMs);
  try {
    worker = startWorker({ heard, failed: (error) => end(err(error)) }, byteLengthOf(state));
  } catch {
    // A platform refuses a worker by throwing.
    end(unavailable);
  }
  return {
    isAt,
    passed: (change) => {
      if (!isAt(change) || order !== undefined) return;
      known.push(change.update);
      knownByteLength += change.update.length;
      atCount += 1;
      if (knownByteLength > knownByteLengthMax) end(unavailable);
    },
    apply: (updates, budgetMs) => {
      if (isOver) return Promise.resolve(unavailable);
      const { promise, resolve } = Promise.withResolvers<ApplyResult>();
      answer = resolve;
      order = { updates, budgetMs };
      post();
      return promise;
    },
    stop: () => end(unavailable),
  };
};
