/** How often somebody may ask: by address before anything else is looked at, by device once it is known. */
import {
  type DeviceId,
  refused,
  type Refused,
  type Route,
  routes,
  socketPath,
} from "@duro/protocol";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { isLoopback } from "./hostNames.ts";
import {
  type HttpRates,
  loopbackRateFactor,
  ratedAddressCountMax,
  rateWindowMs,
} from "./httpLimits.ts";
import { routeName } from "./routeName.ts";

type RateKind = keyof HttpRates;
type AddressKind = Exclude<RateKind, "device" | "export">;

export interface Rates {
  /** Undefined: it may go on. */
  readonly checkAddress: (request: FastifyRequest) => Promise<Refused | undefined>;
  readonly checkDevice: (
    request: FastifyRequest,
    device: DeviceId,
    kind: "device" | "export",
  ) => Promise<Refused | undefined>;
}

const kindOfRoute = (route: Route): AddressKind => {
  if (route === routes.register) return "register";
  if (route === routes.challenge) return "challenge";
  return route.auth === "none" ? "open" : route.auth;
};

const kindByRoute: ReadonlyMap<string, AddressKind> = new Map(
  Object.values<Route>(routes).map((route) => [
    routeName(route.method, route.path),
    kindOfRoute(route),
  ]),
);

/** The plugin counts in windows and forgets the longest unseen address first; it answers nothing. */
export const createRates = (app: FastifyInstance, rates: HttpRates): Rates => {
  app.register(rateLimit, { global: false, cache: ratedAddressCountMax });
  const keys = new WeakMap<FastifyRequest, string>();
  const counters = new Map<RateKind, ReturnType<FastifyInstance["createRateLimit"]>>();
  // Made when first needed: the plugin is not there before the app is ready.
  const counterOf = (kind: RateKind) => {
    const counter =
      counters.get(kind) ??
      app.createRateLimit({
        max: (request: FastifyRequest) =>
          rates[kind] * (isAddressKind(kind) && isLoopback(request.ip) ? loopbackRateFactor : 1),
        timeWindow: rateWindowMs,
        ...(isAddressKind(kind)
          ? {}
          : { keyGenerator: (request: FastifyRequest) => keys.get(request) ?? request.ip }),
      });
    counters.set(kind, counter);
    return counter;
  };
  const check = async (kind: RateKind, request: FastifyRequest): Promise<Refused | undefined> => {
    const counted = await counterOf(kind)(request);
    return counted.isAllowed || !counted.isExceeded
      ? undefined
      : refused("RateLimited", { retryAfterMs: counted.ttl });
  };
  return {
    checkAddress: async (request) => {
      const { url = "" } = request.routeOptions;
      // Whoever opens sockets is counted where they are held.
      if (url === socketPath) return undefined;
      return check(kindByRoute.get(routeName(request.method, url)) ?? "open", request);
    },
    checkDevice: async (request, device, kind) => {
      keys.set(request, device);
      return check(kind, request);
    },
  };
};

const isAddressKind = (kind: RateKind): kind is AddressKind =>
  kind !== "device" && kind !== "export";
