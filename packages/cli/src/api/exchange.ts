/**
 * One request to the daemon and its answer, over the socket. Knows HTTP, and nothing of what is asked.
 * Written out, since loading Node's client takes longer than all the rest of a command. HTTP/1.0: the
 * answer ends where the connection does, so there is nothing to count and no connection to keep.
 */
import { connect, type Socket } from "node:net";
import type { Readable } from "node:stream";
import { err, ok, type Result } from "../result.ts";

export interface Request {
  readonly socket: string;
  /** Of the route. */
  readonly name: string;
  readonly body: unknown;
  /** Of this program: a daemon of another refuses. */
  readonly version: string;
  /** Until the answer begins; undefined: as long as it takes, once somebody took the call. */
  readonly answerMsMax?: number | undefined;
}

export interface Answer {
  readonly status: number;
  /** The body, up to the end of the connection. */
  readonly stream: Readable;
}

export type ExchangeError =
  /** Nobody listens there. */
  | { readonly type: "NotListening" }
  /** Somebody does, and did not take the call in time. */
  | { readonly type: "NoAnswer" }
  | { readonly type: "Refused"; readonly reason: string }
  /** What listens there does not speak HTTP. */
  | { readonly type: "NotHttp" }
  /** It had the question; what became of it is not known. */
  | { readonly type: "HungUp" };

type Begun = Result<Answer, ExchangeError>;

/** A daemon that is there takes a call at once. */
const connectMsMax = 5_000;
/** Ours has some hundred. */
const headByteLengthMax = 16_384;
const headEnd = "\r\n\r\n";

/** Resolves once the answer begins. */
export const exchange = (request: Request): Promise<Begun> =>
  new Promise((resolve) => {
    const { answerMsMax } = request;
    const connection = connect(request.socket);
    let isConnected = false;
    const settle = (begun: Begun): void => {
      clearTimeout(timer);
      if (!begun.ok) connection.destroy();
      resolve(begun);
    };
    const timer = setTimeout(() => settle(err({ type: "NoAnswer" })), answerMsMax ?? connectMsMax);
    connection.once("connect", () => {
      isConnected = true;
      if (answerMsMax === undefined) clearTimeout(timer);
      connection.write(requestBytes(request));
    });
    // It stays: an error in the middle of the body is heard by whoever reads it.
    connection.on("error", (cause) => settle(err(errorOf(cause, isConnected))));
    connection.once("close", () => settle(err({ type: "HungUp" })));
    readHead(connection, settle);
  });

const requestBytes = ({ name, body, version }: Request): Buffer => {
  const bytes = Buffer.from(JSON.stringify(body));
  const head = [
    `POST /v1/${name} HTTP/1.0`,
    "host: localhost",
    "content-type: application/json",
    `content-length: ${bytes.length}`,
    `duro-version: ${version}`,
    "connection: close",
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}${headEnd}`), bytes]);
};

const readHead = (connection: Socket, settle: (begun: Begun) => void): void => {
  let read = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk]);
    const end = read.indexOf(headEnd);
    if (end === -1 && read.length <= headByteLengthMax) return;
    connection.off("data", onData);
    connection.pause();
    const status = /^HTTP\/1\.[01] (?<status>\d{3}) /u.exec(read.toString("latin1"))?.groups?.[
      "status"
    ];
    if (end === -1 || status === undefined) return settle(err({ type: "NotHttp" }));
    connection.unshift(read.subarray(end + headEnd.length));
    settle(ok({ status: Number(status), stream: connection }));
  };
  connection.on("data", onData);
};

const errorOf = (cause: NodeJS.ErrnoException, isConnected: boolean): ExchangeError => {
  if (isConnected) return { type: "HungUp" };
  if (cause.code !== undefined && nobody.has(cause.code)) return { type: "NotListening" };
  if (cause.code === queueIsFull) return { type: "NoAnswer" };
  return { type: "Refused", reason: cause.code ?? cause.message };
};

const nobody = new Set(["ENOENT", "ECONNREFUSED", "ENOTDIR"]);
const queueIsFull = "EAGAIN";
