/** What the relay counts, for whoever holds the token; to everybody else there is no such route. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyPluginCallback } from "fastify";
import type { Metrics } from "../metrics/metrics.ts";
import { refuse } from "./refuse.ts";

export const metricsPath = "/metrics";

export interface MetricsRouteDeps {
  readonly metrics: Pick<Metrics, "registry">;
  readonly token: string;
}

const hashOf = (text: string): Uint8Array => createHash("sha256").update(text).digest();

export const registerMetrics: FastifyPluginCallback<MetricsRouteDeps> = (
  app,
  { metrics: { registry }, token },
  done,
) => {
  const wanted = hashOf(`Bearer ${token}`);
  app.get(metricsPath, async (request, reply) => {
    // Hashes are of one length, so that nothing is learnt from how long it takes.
    const isHolder = timingSafeEqual(hashOf(request.headers.authorization ?? ""), wanted);
    return isHolder
      ? reply.type(registry.contentType).send(await registry.metrics())
      : refuse(reply, "NotFound");
  });
  done();
};
