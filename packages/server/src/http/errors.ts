/**
 * The last word on everything that went wrong on the way to a handler or in it: one refusal of the
 * catalogue, and no stack, SQL, path or value of anybody in the answer or in the log.
 */
import type { RefusalName } from "@duro/protocol";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { errorFacts, type Logger } from "../logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { refuse } from "../routes/refuse.ts";
import { databaseErrorCode, isDatabaseGone } from "./databaseErrors.ts";
import { BadJson } from "./parseJson.ts";

interface Answer {
  readonly name: RefusalName;
  readonly facts: Readonly<Record<string, string | number>>;
}

const answer = (name: RefusalName, facts: Answer["facts"] = {}): Answer => ({ name, facts });

/** Codes of Fastify: https://fastify.dev/docs/latest/Reference/Errors/ */
const answersByCode: Readonly<Record<string, Answer>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: answer("FrameTooLarge"),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: answer("UnsupportedMediaType"),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: answer("InvalidField", { path: "body", rule: "length" }),
  FST_ERR_BAD_URL: answer("InvalidField", { path: "url", rule: "encoding" }),
  FST_ERR_MAX_PARAM_LENGTH: answer("NotFound"),
  FST_ERR_HANDLER_TIMEOUT: answer("Overloaded"),
};

const answerOf = (error: unknown): Answer => {
  if (error instanceof BadJson) return answer("InvalidField", { path: "body", rule: error.rule });
  const { code, statusCode, validation, validationContext } = fastifyError(error);
  if (validation !== undefined) return invalid(validation, validationContext ?? "request");
  const known = code === undefined ? undefined : answersByCode[code];
  if (known !== undefined) return known;
  if (isDatabaseGone(error)) return answer("NotReady");
  if (statusCode === 403 || statusCode === 404) return answer("NotFound");
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? answer("InvalidField", { path: "request", rule: "form" })
    : answer("Internal");
};

const fastifyError = (error: unknown): Partial<FastifyError> =>
  error instanceof Error ? error : {};

/** Names and places come from our schemas; what the client wrote is not repeated. */
const invalid = (failures: NonNullable<FastifyError["validation"]>, part: string): Answer => {
  const [failure] = failures;
  const missing = failure?.params["missingProperty"];
  const inside = typeof missing === "string" ? `/${missing}` : "";
  return answer("InvalidField", {
    path: `${part}${failure?.instancePath ?? ""}${inside}`,
    rule: failure?.keyword ?? "schema",
  });
};

export interface ErrorDeps {
  readonly log: Logger;
  readonly metrics: Metrics;
}

export const createErrorHandler =
  ({ log, metrics }: ErrorDeps) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const code = databaseErrorCode(error);
    if (code !== undefined) metrics.databaseErrors.inc({ code });
    const { name, facts } = answerOf(error);
    // Whoever hung up while sending is no fault of anybody's.
    const isOurFault = (name === "Internal" || name === "NotReady") && !request.raw.destroyed;
    if (isOurFault)
      log.error("a request failed", {
        route: request.routeOptions.url,
        ...errorFacts(error),
      });
    return refuse(reply, name, facts);
  };
