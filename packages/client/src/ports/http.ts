/** Requests to the relay beside the socket: blobs, registration, the account. Adapters: nodeHttp, browserHttp. */
import type { Result } from "@duro/crypto/types";

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** A longer answer is not read to its end. */
  readonly answerByteLengthMax: number;
  /** Whoever asks may stop waiting. */
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** No answer: no network, no such host, an authority that is not trusted, too slow, given up. */
export interface Unreachable {
  readonly type: "Unreachable";
  /** What the platform calls it. */
  readonly code: string;
}

export interface AnswerTooLong {
  readonly type: "AnswerTooLong";
  readonly byteLengthMax: number;
}

export interface Http {
  request(request: HttpRequest): Promise<Result<HttpAnswer, Unreachable | AnswerTooLong>>;
}
