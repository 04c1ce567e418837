/** Requests by the platform's `fetch`: it follows no redirect, sends no cookie and says where from to nobody. */
import { err, ok } from "@duro/crypto/types";
import type { Clock } from "../ports/clock.ts";
import type { Http } from "../ports/http.ts";
import { errorCodeOf } from "./errorCode.ts";
import { readBounded } from "./readBounded.ts";
import { givenUp, requestTimeoutMs, timedOut } from "./requestTimeout.ts";

export interface BrowserHttpDeps {
  readonly clock: Clock;
}

export const createBrowserHttp = ({ clock }: BrowserHttpDeps): Http => ({
  request: async ({ url, method, headers, body, answerByteLengthMax, signal }) => {
    const byteLengthMax = answerByteLengthMax;
    const aborting = new AbortController();
    const giveUp = (): void => aborting.abort(givenUp);
    const takeBack = clock.after(requestTimeoutMs, () => aborting.abort(timedOut));
    signal?.addEventListener("abort", giveUp);
    if (signal?.aborted === true) giveUp();
    try {
      const response = await fetch(url, {
        method,
        headers,
        ...(body === undefined ? {} : { body: new Uint8Array(body) }),
        signal: aborting.signal,
        redirect: "error",
        credentials: "omit",
        referrerPolicy: "no-referrer",
        // Chunks are kept by us, sealed, or not at all.
        cache: "no-store",
      });
      const bytes = await readBounded(chunksOf(response), byteLengthMax);
      if (bytes === undefined) return err({ type: "AnswerTooLong", byteLengthMax });
      return ok({ status: response.status, headers: new Map(response.headers), body: bytes });
    } catch (cause) {
      const code = aborting.signal.aborted ? String(aborting.signal.reason) : errorCodeOf(cause);
      return err({ type: "Unreachable", code });
    } finally {
      takeBack();
      signal?.removeEventListener("abort", giveUp);
      // What is left of an answer is not waited for.
      aborting.abort();
    }
  },
});

/** By a reader: not every browser walks a stream. */
async function* chunksOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}
