/** Ends what was begun, newest first, and gives nothing more than its time. */
import { setTimeout as sleep } from "node:timers/promises";
import { errorFacts, type Logger } from "../logger.ts";

export interface Closer {
  readonly what: string;
  readonly close: () => Promise<void>;
  readonly msMax: number;
}

/** Whatever hangs is left behind when its time is over: what was receipted is stored anyway. */
export const closeAll = async (closers: Closer[], log: Logger): Promise<void> => {
  for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
    const { what, close, msMax } = closer;
    const late = new AbortController();
    const isLate = sleep(msMax, true, { signal: late.signal, ref: true }).catch(() => false);
    const isDone = close().then(
      () => false,
      (cause: unknown) => {
        log.error("stopping failed", { what, ...errorFacts(cause) });
        return false;
      },
    );
    if (await Promise.race([isLate, isDone])) log.warn("stopping took too long", { what });
    late.abort();
  }
};
