/** The shell of HTTP for tests: short times, no rates in the way, and what it logged. */
import { connect, type Socket } from "node:net";
import { assert } from "@duro/crypto/types";
import type { FastifyInstance } from "fastify";
import { createLogger } from "../../logger.ts";
import { createMetrics, type Metrics } from "../../metrics/metrics.ts";
import { buildHttp, type HttpOptions } from "../buildHttp.ts";
import { createHostNames, type HostNames } from "../hostNames.ts";

export interface TestHttp {
  readonly http: FastifyInstance;
  readonly metrics: Metrics;
  readonly names: HostNames;
  /** Lines of JSON. */
  readonly logged: readonly string[];
  readonly port: () => number;
}

const plenty = 1_000_000;

const noRates = {
  register: plenty,
  challenge: plenty,
  open: plenty,
  login: plenty,
  token: plenty,
  device: plenty,
  export: plenty,
};

export const createTestHttp = (changed: Partial<HttpOptions> = {}): TestHttp => {
  const logged: string[] = [];
  const metrics = createMetrics({ hasProcessMetrics: false });
  const names = createHostNames({
    publicUrls: ["http://relay.test"],
    allowedOrigins: ["https://view.test"],
    machine: { hostName: "machine", addresses: [] },
  });
  const http = buildHttp({
    log: createLogger({
      level: "debug",
      form: "json",
      nowMs: () => 0,
      write: (line) => logged.push(line),
    }),
    metrics,
    names,
    trustedProxies: [],
    logsAddresses: false,
    isHttps: false,
    isStopping: () => false,
    nowMs: () => performance.now(),
    rates: noRates,
    ...changed,
  });
  const port = (): number => {
    const address = http.server.address();
    assert(typeof address === "object" && address !== null, "the app listens");
    return address.port;
  };
  return { http, metrics, names, logged, port };
};

export interface RawAnswer {
  /** Undefined: the socket was closed without a word. */
  readonly status: number | undefined;
  readonly head: string;
  readonly body: unknown;
  readonly afterMs: number;
}

/** Sends these bytes as they are, and waits until the other side closes. */
export const rawRequest = async (
  port: number,
  send: (socket: Socket) => void,
): Promise<RawAnswer> => {
  const startedAt = performance.now();
  const socket = connect({ port, host: "127.0.0.1" });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => {});
  socket.once("connect", () => send(socket));
  await new Promise((resolve) => {
    socket.once("end", resolve);
    socket.once("close", resolve);
  });
  socket.destroy();
  const [head = "", body = ""] = Buffer.concat(chunks).toString().split("\r\n\r\n");
  const status = /^HTTP\/1\.1 (\d{3})/u.exec(head)?.[1];
  return {
    status: status === undefined ? undefined : Number(status),
    head,
    body: body.startsWith("{") ? JSON.parse(body) : body,
    afterMs: performance.now() - startedAt,
  };
};
