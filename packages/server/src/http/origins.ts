/** Pages of other origins: which may ask, and what a browser is told before it lets them. */
import { refused, type Refused } from "@duro/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";

/** A daemon sends none; a browser sends one with everything that changes something. */
export const isOriginAllowed = (
  origin: string | undefined,
  origins: ReadonlySet<string>,
): boolean => origin === undefined || origins.has(origin);

const readingMethods = new Set(["GET", "HEAD"]);

/** How long a browser keeps the answer. */
const preflightSeconds = 600;

/**
 * Reading needs no check: without our header a browser keeps the answer from the page. What changes
 * something is refused before it does.
 */
export const checkOrigin = (
  { method, headers }: FastifyRequest,
  origins: ReadonlySet<string>,
): Refused | undefined =>
  readingMethods.has(method) || isOriginAllowed(headers.origin, origins)
    ? undefined
    : refused("OriginRefused");

export const allowOrigin = (
  { headers: { origin } }: FastifyRequest,
  reply: FastifyReply,
  origins: ReadonlySet<string>,
): void => {
  if (origin === undefined || !origins.has(origin)) return;
  reply.header("access-control-allow-origin", origin);
  reply.header("access-control-expose-headers", "content-range, retry-after");
};

export const isPreflight = ({ method, headers }: FastifyRequest): boolean =>
  method === "OPTIONS" &&
  headers.origin !== undefined &&
  headers["access-control-request-method"] !== undefined;

/** Its origin was checked before. */
export const answerPreflight = (reply: FastifyReply): FastifyReply =>
  reply
    .code(204)
    .header("access-control-allow-methods", "GET, HEAD, POST, PUT, DELETE")
    .header("access-control-allow-headers", "authorization, content-type, range")
    .header("access-control-max-age", `${preflightSeconds}`)
    .send();
