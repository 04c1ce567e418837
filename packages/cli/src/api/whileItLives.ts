/**
 * Waits for an answer as long as it takes, and no longer than the daemon lives: one that is stopped or
 * hangs keeps its socket, so nothing else would end the wait.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { err, type Result } from "../result.ts";
import { type ExchangeError, exchange } from "./exchange.ts";

export interface Patience {
  /** How long nobody asks whether it lives. */
  readonly quietMs: number;
  /** How long it may take to say so. */
  readonly pingMsMax: number;
}

/** Nearly every answer is here by then; and a daemon that is busy with the longest import still answers. */
const usual: Patience = { quietMs: 10_000, pingMsMax: 30_000 };

export const whileItLives = async <T>(
  answer: Promise<Result<T, ExchangeError>>,
  { socket, version }: { readonly socket: string; readonly version: string },
  { quietMs, pingMsMax }: Patience = usual,
): Promise<Result<T, ExchangeError>> => {
  const ended = new AbortController();
  const watch = async (): Promise<Result<T, ExchangeError>> => {
    for (;;) {
      await sleep(quietMs, undefined, { signal: ended.signal });
      const ping = { socket, version, name: "ping", body: {}, answerMsMax: pingMsMax };
      const begun = await exchange(ping);
      if (begun.ok) begun.value.stream.destroy();
      else if (begun.error.type === "NoAnswer") return err(begun.error);
    }
  };
  const watched = watch();
  // It ends with an abort where the answer came first.
  watched.catch(() => {});
  try {
    return await Promise.race([answer, watched]);
  } finally {
    ended.abort();
  }
};
