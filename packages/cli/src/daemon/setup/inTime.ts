/**
 * Questions to a relay that somebody waits for. A request may take minutes, since a blob over a bad line
 * does; an answer of some hundred bytes that has not come by then is not worth a person's time, and whoever
 * sends it byte by byte keeps nobody.
 */
import type { Http } from "@duro/client";
import type { Daemon } from "../daemon.ts";

const answerMsMax = 15_000;

export const inTime = async <T>(
  { http, after }: Pick<Daemon, "after" | "http">,
  ask: (http: Http) => Promise<T>,
): Promise<T> => {
  const giveUp = new AbortController();
  const takeBack = after(answerMsMax, () => giveUp.abort());
  try {
    return await ask({
      request: (request) => http.request({ ...request, signal: giveUp.signal }),
    });
  } finally {
    takeBack();
  }
};
