/** What Fastify is told of a route of the protocol: its place, its schemas, and nothing left open. */
import type { Route } from "@duro/protocol";
import type { FastifySchema, HTTPMethods } from "fastify";

/** A route without parameters takes none, and says so to whoever sends some. */
const nothing = { type: "object", additionalProperties: false, properties: {} } as const;

export const routeOptions = ({
  method,
  path,
  params,
  query,
  body,
}: Route): { method: HTTPMethods; url: string; schema: FastifySchema } => ({
  method,
  url: path,
  schema: {
    querystring: query ?? nothing,
    ...(params === undefined ? {} : { params }),
    ...(typeof body === "object" ? { body } : {}),
  },
});
