/** The same on a port of its own, which only this machine reaches: no token, no other route. */
import { createServer } from "node:http";
import { once } from "node:events";
import type { Metrics } from "./metrics.ts";
import { metricsPath } from "../routes/metricsRoutes.ts";

export interface MetricsServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

const loopback = "127.0.0.1";
/** Whoever scrapes is one program on this machine. */
const connectionCountMax = 16;
const requestMs = 10_000;

/** Throws what the system says when the port cannot be had. */
export const startMetricsServer = async (
  { registry }: Pick<Metrics, "registry">,
  port: number,
): Promise<MetricsServer> => {
  const server = createServer({ requestTimeout: requestMs }, (request, response) => {
    if (request.method !== "GET" || request.url !== metricsPath) {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.maxConnections = connectionCountMax;
  server.listen(port, loopback);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
