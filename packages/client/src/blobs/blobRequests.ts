/**
 * Requests about one blob: with a token, which is asked for anew when it is over; answered or refused by
 * name; and asked again after a pause where that may help.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import {
  type BlobAction,
  type BlobId,
  type BlobToken,
  pathOf,
  refusals,
  type Route,
  tokenToHeader,
  type VaultId,
} from "@duro/protocol";
import { readRefusal } from "../http/readRefusal.ts";
import type { Clock } from "../ports/clock.ts";
import type { Http, HttpAnswer } from "../ports/http.ts";
import type { RequestError } from "./blobErrors.ts";

export interface TransferDeps<E> {
  readonly http: Http;
  readonly clock: Clock;
  readonly relayUrl: string;
  /** A fresh one: it is asked for once, and again when the relay takes the last one no more. */
  tokenFor(action: BlobAction, blob: BlobId): Promise<Result<BlobToken, E>>;
  /** Ends the transfer: `Unreachable`, and nothing is tried again. */
  readonly signal?: AbortSignal | undefined;
}

interface BlobAsk {
  readonly route: Pick<Route, "method" | "path">;
  readonly index?: number;
  readonly body?: { readonly type: string; readonly bytes: Uint8Array };
  /** Of the answer that is hoped for. */
  readonly status: number;
  readonly answerByteLengthMax: number;
}

export type BlobRequests<E> = (ask: BlobAsk) => Promise<Result<Uint8Array, RequestError<E>>>;

/** Together some forty seconds: a relay that restarts, a tunnel on a train. Who waits longer begins anew. */
const pausesMs = [500, 2_000, 8_000, 30_000] as const;

export const createBlobRequests = <E>(
  deps: TransferDeps<E>,
  action: BlobAction,
  name: { readonly vault: VaultId; readonly blob: BlobId },
): BlobRequests<E> => {
  let token: BlobToken | undefined;

  const once = async (ask: BlobAsk): Promise<Result<Uint8Array, RequestError<E>>> => {
    if (token === undefined) {
      const given = await deps.tokenFor(action, name.blob);
      if (!given.ok) return err({ type: "TokenNotGiven", cause: given.error });
      token = given.value;
    }
    const { route, index = 0, body, answerByteLengthMax } = ask;
    const path = pathOf(route, { ...name, index });
    const answered = await deps.http.request({
      method: route.method,
      url: URL.parse(path, deps.relayUrl)?.href ?? "",
      headers: {
        authorization: tokenToHeader(token),
        ...(body === undefined ? {} : { "content-type": body.type }),
      },
      body: body?.bytes,
      answerByteLengthMax,
      signal: deps.signal,
    });
    return answered.ok ? judge(answered.value, ask.status) : answered;
  };

  const withFreshToken = async (ask: BlobAsk): Promise<Result<Uint8Array, RequestError<E>>> => {
    const hadToken = token !== undefined;
    const first = await once(ask);
    if (first.ok || !isTokenOver(first.error)) return first;
    token = undefined;
    // One that is refused as soon as it was given will not be better the second time.
    return hadToken ? once(ask) : first;
  };

  return async (ask) => {
    for (const pauseMs of pausesMs) {
      const answered = await withFreshToken(ask);
      const isOver = answered.ok || !isWorthWaiting(answered.error) || deps.signal?.aborted;
      if (isOver === true) return answered;
      await pause(deps, pauseMs);
    }
    return withFreshToken(ask);
  };
};

const judge = (
  { status, body }: HttpAnswer,
  hopedFor: number,
): Result<Uint8Array, RequestError<never>> => {
  if (status === hopedFor) return ok(body);
  const refusal = readRefusal(body);
  return refusal === undefined
    ? err({ type: "AnswerUnreadable", status })
    : err({ type: "BlobRefused", refusal: refusal.name, facts: refusal.facts });
};

const isTokenOver = <E>(error: RequestError<E>): boolean =>
  error.type === "BlobRefused" && error.refusal === "TokenInvalid";

/** What a proxy says of a relay that is away. */
const gatewayStatuses: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

const isWorthWaiting = <E>(error: RequestError<E>): boolean => {
  switch (error.type) {
    case "Unreachable":
      return true;
    case "AnswerUnreadable":
      return gatewayStatuses.has(error.status);
    case "BlobRefused":
      return refusals[error.refusal].clientMust === "retryLater";
    case "AnswerTooLong":
    case "TokenNotGiven":
      return false;
  }
};

/** Or until it is given up; the next request says so. */
const pause = (
  { clock, signal }: Pick<TransferDeps<never>, "clock" | "signal">,
  ms: number,
): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      takeBack();
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const takeBack = clock.after(ms, end);
    signal?.addEventListener("abort", end);
  });
