/** Answers a request with a refusal of the catalogue: its status, its name, the facts, and no prose. */
import { factsOf, type RefusalBody, type RefusalName, refusals } from "@duro/protocol";
import type { FastifyReply } from "fastify";

/** RFC 9110 §11.6.1: a 401 names the scheme that the route takes. */
const schemes: Partial<Record<RefusalName, string>> = {
  TokenInvalid: "Bearer",
  AuthFailed: "Duro",
};

export const refusalBodyOf = (
  name: RefusalName,
  facts: Readonly<Record<string, string | number>> = {},
): RefusalBody => ({
  refusal: name,
  // Cut to what a refusal may carry, and in one order whoever says them.
  facts: Object.fromEntries(factsOf(facts).map(({ key, value }) => [key, value])),
});

export const refuse = (
  reply: FastifyReply,
  name: RefusalName,
  facts: Readonly<Record<string, string | number>> = {},
): FastifyReply => {
  const scheme = schemes[name];
  if (scheme !== undefined) reply.header("www-authenticate", scheme);
  // What is refused now may be granted a moment later.
  reply.header("cache-control", "no-store");
  return reply.code(refusals[name].httpStatus).send(refusalBodyOf(name, facts));
};
