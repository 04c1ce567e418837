/** Bodies: only of the type that their route takes, spelled one way, and read strictly. */
import { Buffer } from "node:buffer";
import { refused, type Refused, type Route, routes } from "@duro/protocol";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseJson } from "./parseJson.ts";
import { routeName } from "./routeName.ts";

const json = "application/json";
const octets = "application/octet-stream";

const typeByRoute: ReadonlyMap<string, string> = new Map(
  Object.values<Route>(routes).flatMap((route) => {
    if (route.body === undefined || route.body === "nothing") return [];
    return [
      [routeName(route.method, route.path), route.body === "octets" ? octets : json] as const,
    ];
  }),
);

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";

/**
 * The header as it came, not as some parser understands it: two programs that read one header
 * differently are how such checks were got around. What is refused here is not read.
 */
export const checkContentType = (request: FastifyRequest): Refused | undefined => {
  if (!hasBody(request)) return undefined;
  const taken = typeByRoute.get(routeName(request.method, request.routeOptions.url ?? ""));
  if (taken === undefined) return refused("UnsupportedMediaType");
  return request.headers["content-type"] === taken
    ? undefined
    : refused("UnsupportedMediaType", { expected: taken });
};

/** Reading and judging more than this takes milliseconds, in which nobody else is served. */
const longByteLength = 16_384;

/** How much longer everybody else has the process for themselves than the reading of one took. */
const restFactor = 3;

/** One after the other, with a rest in between: many at once wait for each other and nobody for them. */
const createTurns = (): ((work: () => void) => void) => {
  const waiting: (() => void)[] = [];
  const next = (): void => {
    const startedAtMs = performance.now();
    try {
      waiting[0]?.();
    } finally {
      const restMs = restFactor * (performance.now() - startedAtMs);
      setTimeout(() => {
        waiting.shift();
        if (waiting.length > 0) next();
      }, restMs);
    }
  };
  return (work) => {
    waiting.push(work);
    if (waiting.length === 1) next();
  };
};

export const addBodyParsers = (app: FastifyInstance): void => {
  const inTurn = createTurns();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(json, { parseAs: "buffer" }, (_, body, done) => {
    // A type without a body says nothing; whether one is missing is for the schema to say.
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    const read = (): void => {
      const parsed = parseJson(typeof body === "string" ? Buffer.from(body) : body);
      if (parsed.ok) done(null, parsed.value);
      else done(parsed.error);
    };
    if (body.length > longByteLength) inTurn(read);
    else read();
  });
  app.addContentTypeParser(octets, { parseAs: "buffer" }, (_, body, done) => {
    done(null, body);
  });
};
