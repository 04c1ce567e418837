/** HTTP requests byte by byte, as no library would send them. */
import { connect } from "node:net";
import { type RawAnswer, rawRequest } from "../../../packages/server/src/http/testing/testHttp.ts";

export interface RequestParts {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly string[];
  readonly body?: string | Uint8Array;
  /** As the proxy says it. */
  readonly address: string;
}

/** Of a whole request; the length is said for a body. */
export const requestBytes = (port: number, parts: RequestParts): Buffer => {
  const { method = "GET", path = "/healthz", headers = [], body, address } = parts;
  const bytes = Buffer.from(body ?? "");
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(headers.some((line) => /^host:/iu.test(line)) ? [] : [`Host: 127.0.0.1:${port}`]),
    "Connection: close",
    `X-Forwarded-For: ${address}`,
    ...(body === undefined ? [] : [`Content-Length: ${bytes.length}`]),
    ...headers,
  ];
  // Bytes of a header are bytes: one that is not ASCII goes as it is.
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), bytes]);
};

export const ask = (port: number, parts: RequestParts): Promise<RawAnswer> =>
  rawRequest(port, (socket) => socket.write(requestBytes(port, parts)));

export const refusalIn = ({ body }: RawAnswer): string | undefined =>
  typeof body === "object" && body !== null && "refusal" in body && typeof body.refusal === "string"
    ? body.refusal
    : undefined;

/** What came until the other side had enough, after these bytes and then this one ever again. */
export const drip = (port: number, first: string, drop = ""): Promise<RawAnswer> =>
  rawRequest(port, (socket) => {
    socket.write(first);
    const timer = setInterval(() => drop !== "" && socket.write(drop), dripIntervalMs);
    socket.once("close", () => clearInterval(timer));
    socket.once("end", () => clearInterval(timer));
  });

const dripIntervalMs = 100;

/** Connects, and never says a word. */
export const sayNothing = (port: number): Promise<RawAnswer> => rawRequest(port, () => {});

/** Half-open: our side is closed at once, theirs is not. */
export const halfOpen = (port: number): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => {});
    socket.once("connect", () => socket.end());
    socket.resume();
    socket.once("end", () => {
      socket.destroy();
      resolve();
    });
    socket.once("close", () => resolve());
  });
