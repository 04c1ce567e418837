/** Counts and logs every answer: by the pattern of its route, since a URL may hold ids. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { LogLevel, Logger } from "../logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { routeName } from "./routeName.ts";

export interface RequestLogOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly logsAddresses: boolean;
}

/** A route that does not exist has no name: whoever asks for it may not make up labels. */
const routeOf = ({ method, routeOptions }: FastifyRequest): string =>
  routeOptions.url === undefined ? "none" : routeName(method, routeOptions.url);

const levelOf = (status: number): LogLevel => (status >= 500 ? "warn" : "debug");

export const addRequestLog = (
  app: FastifyInstance,
  { log, metrics, logsAddresses }: RequestLogOptions,
): void => {
  app.addHook("preSerialization", (_request, _reply, payload, done) => {
    if (isRefusal(payload)) metrics.refusals.inc({ over: "http", name: payload.refusal });
    done(null, payload);
  });
  app.addHook("onResponse", (request, reply, done) => {
    const route = routeOf(request);
    const status = reply.statusCode;
    metrics.httpRequests.inc({ route, status });
    metrics.httpSeconds.observe({ route }, reply.elapsedTime / 1_000);
    log[levelOf(status)]("request", {
      route,
      status,
      ms: Math.round(reply.elapsedTime),
      address: logsAddresses ? request.ip : undefined,
    });
    done();
  });
};

const isRefusal = (payload: unknown): payload is { readonly refusal: string } =>
  typeof payload === "object" &&
  payload !== null &&
  "refusal" in payload &&
  typeof payload.refusal === "string";
