/** One request to the daemon and its answer, over the socket. Knows HTTP, and nothing of what is asked. */
import { type IncomingMessage, request } from "node:http";
import { err, ok, type Result } from "../result.ts";

export interface Request {
  readonly socket: string;
  /** Of the route. */
  readonly name: string;
  readonly body: unknown;
  /** Of this program: a daemon of another refuses. */
  readonly version: string;
  /** Until the whole answer is here; undefined: as long as it takes. */
  readonly answerMsMax?: number | undefined;
}

export type ExchangeError =
  /** Nobody listens there. */
  | { readonly type: "NotListening" }
  /** Somebody does, and did not take the call in time. */
  | { readonly type: "NoAnswer" }
  | { readonly type: "Refused"; readonly reason: string }
  /** It had the question; what became of it is not known. */
  | { readonly type: "HungUp" };

/** A daemon that is there takes a call at once. */
const connectMsMax = 5_000;

/** Resolves once the answer begins. */
export const exchange = async ({
  socket,
  name,
  body,
  version,
  answerMsMax,
}: Request): Promise<Result<IncomingMessage, ExchangeError>> => {
  const bytes = Buffer.from(JSON.stringify(body));
  return new Promise((resolve) => {
    const call = request({
      socketPath: socket,
      method: "POST",
      path: `/v1/${name}`,
      // No agent: one question for each connection, so that the daemon sees when whoever asked is gone.
      agent: false,
      headers: {
        "content-type": "application/json",
        "content-length": bytes.length,
        "duro-version": version,
      },
    });
    let isConnected = false;
    const timer = setTimeout(() => call.destroy(new Error(late)), answerMsMax ?? connectMsMax);
    call.once("socket", (connection) => {
      const onConnect = (): void => {
        isConnected = true;
        if (answerMsMax === undefined) clearTimeout(timer);
      };
      if (connection.connecting) connection.once("connect", onConnect);
      else onConnect();
    });
    call.once("response", (response) => {
      response.once("close", () => clearTimeout(timer));
      resolve(ok(response));
    });
    call.on("error", (cause) => {
      clearTimeout(timer);
      resolve(err(errorOf(cause, isConnected)));
    });
    call.end(bytes);
  });
};

const late = "late";

const errorOf = (cause: NodeJS.ErrnoException, isConnected: boolean): ExchangeError => {
  if (cause.message === late) return { type: "NoAnswer" };
  if (isConnected) return { type: "HungUp" };
  if (cause.code !== undefined && nobody.has(cause.code)) return { type: "NotListening" };
  if (cause.code === queueIsFull) return { type: "NoAnswer" };
  return { type: "Refused", reason: cause.code ?? cause.message };
};

const nobody = new Set(["ENOENT", "ECONNREFUSED", "ENOTDIR"]);
const queueIsFull = "EAGAIN";
