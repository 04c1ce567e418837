/**
 * Two mistakes in setting up a relay show only as logins that fail and limits that are reached too soon.
 * Each is said once, to the operator; what the request itself said is not repeated.
 */
import { type Route, routes, socketPath } from "@duro/protocol";
import type { FastifyInstance } from "fastify";
import type { Logger } from "../logger.ts";
import type { HostNames } from "./hostNames.ts";

export interface HintOptions {
  readonly log: Logger;
  readonly names: HostNames;
  readonly trustedProxies: readonly string[];
}

const pathsWithLogin: ReadonlySet<string> = new Set([
  socketPath,
  ...Object.values<Route>(routes)
    .filter(({ auth }) => auth === "login")
    .map(({ path }) => path),
]);

export const addHints = (
  app: FastifyInstance,
  { log, names, trustedProxies }: HintOptions,
): void => {
  const sayOnce = (event: string): (() => void) => {
    let isSaid = false;
    return () => {
      if (!isSaid) log.warn(event);
      isSaid = true;
    };
  };
  const sayHost = sayOnce(
    "somebody dialled this relay by a name that no login is good for: if it is its own, give --public-url",
  );
  const sayProxy = sayOnce(
    "a proxy says where requests come from and is not believed: if it is yours, give --trust-proxy",
  );
  app.addHook("onRequest", (request, _reply, done) => {
    const isLogin = pathsWithLogin.has(request.routeOptions.url ?? "");
    if (isLogin && !names.hostsFor(request.host).includes(request.host.toLowerCase())) sayHost();
    if (trustedProxies.length === 0 && request.headers["x-forwarded-for"] !== undefined) sayProxy();
    done();
  });
};
