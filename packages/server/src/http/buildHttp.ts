/**
 * The shell around all routes: limits, headers, origins, rates, and how every error is answered. Knows
 * no route and no store. Routes are registered on what it returns, and it listens when it is told to.
 */
import { refused, type Refused, routes } from "@duro/protocol";
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "../logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { refuse } from "../routes/refuse.ts";
import { answerRefused } from "./answerRefused.ts";
import { createBodyWatch } from "./bodyWatch.ts";
import { addBodyParsers, checkContentType } from "./contentTypes.ts";
import { createErrorHandler } from "./errors.ts";
import { addHints } from "./hints.ts";
import type { HostNames } from "./hostNames.ts";
import * as httpLimits from "./httpLimits.ts";
import { allowOrigin, answerPreflight, checkOrigin, isPreflight } from "./origins.ts";
import { createLongBodies } from "./longBodies.ts";
import { createRates, type Rates } from "./rates.ts";
import { refusalOfClientError, refuseOnSocket } from "./rawRefusal.ts";
import { addRequestLog } from "./requestLog.ts";
import { routeName } from "./routeName.ts";
import { addSecurityHeaders } from "./securityHeaders.ts";

export interface HttpOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly names: HostNames;
  /** Whose word about a client's address is taken. */
  readonly trustedProxies: readonly string[];
  readonly logsAddresses: boolean;
  /** Whether clients dial https. */
  readonly isHttps: boolean;
  /** True from the moment when it was asked to stop. */
  readonly isStopping: () => boolean;
  readonly nowMs: () => number;
  readonly times?: Partial<httpLimits.HttpTimes>;
  readonly rates?: Partial<httpLimits.HttpRates>;
}

declare module "fastify" {
  interface FastifyInstance {
    /** Of this node; routes that know a device ask for it by name. */
    rates: Rates;
  }
}

export const buildHttp = (options: HttpOptions): FastifyInstance => {
  const times = { ...httpLimits.httpTimes, ...options.times };
  const errorHandler = createErrorHandler(options);
  const app: FastifyInstance = fastify({
    ...serverOptions(options, times),
    frameworkErrors: (error, request, reply) => {
      void errorHandler(error, request, reply);
    },
    clientErrorHandler: ({ code }: NodeJS.ErrnoException, socket) => {
      if (code === "ECONNRESET") socket.destroy();
      else refuseOnSocket(socket, refusalOfClientError(code));
    },
  });
  app.server.maxConnections = httpLimits.connectionCountMax;
  app.server.maxHeadersCount = httpLimits.headerCountMax;
  // Node itself would answer in words of its own.
  app.server.on("checkExpectation", ({ socket }) => refuseOnSocket(socket, "InvalidField"));
  addSecurityHeaders(app, options);
  app.decorate("rates", createRates(app, { ...httpLimits.httpRates, ...options.rates }));
  addRequestLog(app, options);
  addHints(app, options);
  addBodyParsers(app);
  app.setErrorHandler(errorHandler);
  app.setNotFoundHandler((_request, reply) => refuse(reply, "NotFound"));
  addGate(app, options);
  addBodyWatch(app, options, times);
  // What is sent is what a route says; schemas are held against it in tests.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  return app;
};

const serverOptions = ({ trustedProxies }: HttpOptions, times: httpLimits.HttpTimes) => ({
  bodyLimit: httpLimits.bodyByteLengthMax,
  requestTimeout: times.requestMs,
  connectionTimeout: times.socketSilenceMs,
  keepAliveTimeout: times.keepAliveMs,
  handlerTimeout: times.handlerMs,
  maxRequestsPerSocket: httpLimits.requestsPerConnectionMax,
  routerOptions: { maxParamLength: httpLimits.paramLengthMax },
  exposeHeadRoutes: false,
  requestIdHeader: false as const,
  trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
  // We say so ourselves, in the words of the catalogue.
  return503OnClosing: false,
  forceCloseConnections: "idle" as const,
  logger: false as const,
  http: {
    maxHeaderSize: httpLimits.headersByteLengthMax,
    headersTimeout: times.headersMs,
    connectionsCheckingInterval: times.checkIntervalMs,
  },
  ajv: {
    customOptions: {
      coerceTypes: false as const,
      useDefaults: false,
      removeAdditional: false,
      allErrors: false,
    },
  },
});

/** Whoever has a token for a blob was let in before. */
const isOpen = ({ method, routeOptions }: FastifyRequest): boolean =>
  routeName(method, routeOptions.url ?? "") ===
  routeName(routes.register.method, routes.register.path);

/** What every request passes, before a byte of its body is read. */
const addGate = (app: FastifyInstance, { names, isStopping }: HttpOptions): void => {
  const longBodies = createLongBodies();
  const gate = async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Refused | undefined> => {
    if (isStopping()) return refused("ShuttingDown");
    const limited = await app.rates.checkAddress(request);
    if (limited !== undefined) return limited;
    const foreign = checkOrigin(request, names.origins());
    if (foreign !== undefined || isPreflight(request)) return foreign;
    if (request.is404) return refused("NotFound");
    return (
      checkContentType(request) ?? (isOpen(request) ? longBodies.admit(request, reply) : undefined)
    );
  };
  app.addHook("onRequest", async (request, reply) => {
    allowOrigin(request, reply, names.origins());
    const refusal = await gate(request, reply);
    if (refusal !== undefined) return answerRefused(request, reply, refusal);
    return isPreflight(request) ? answerPreflight(reply) : undefined;
  });
};

const addBodyWatch = (
  app: FastifyInstance,
  { nowMs, metrics }: HttpOptions,
  times: httpLimits.HttpTimes,
): void => {
  const watch = createBodyWatch(times, nowMs, () =>
    metrics.refusals.inc({ over: "http", name: "RequestTimeout" }),
  );
  app.addHook("preParsing", (request, _reply, _payload, done) => {
    watch.begin(request.raw);
    done();
  });
  app.addHook("preValidation", (request, _reply, done) => {
    watch.end(request.raw);
    done();
  });
  app.addHook("onClose", (_instance, done) => {
    watch.close();
    done();
  });
};
