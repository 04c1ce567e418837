/** What every answer tells a browser. Answers of the API are no pages: nothing in them may run or show. */
import helmet from "@fastify/helmet";
import type { FastifyInstance } from "fastify";

const yearSeconds = 31_536_000;

export interface SecurityHeadersOptions {
  /** Whether clients dial https: what is said over plain http, browsers ignore anyway. */
  readonly isHttps: boolean;
}

export const addSecurityHeaders = (
  app: FastifyInstance,
  { isHttps }: SecurityHeadersOptions,
): void => {
  app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    crossOriginEmbedderPolicy: { policy: "require-corp" },
    // Other names below the same domain are not ours to speak for.
    strictTransportSecurity: isHttps && { maxAge: yearSeconds, includeSubDomains: false },
    xFrameOptions: { action: "deny" },
  });
  // Nothing here is for a cache; routes that serve files say otherwise themselves.
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
    if (!reply.hasHeader("vary")) reply.header("vary", "origin");
    done(null, payload);
  });
};
