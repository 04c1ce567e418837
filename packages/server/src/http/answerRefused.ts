/** A refusal that some check came to, as an answer. */
import type { Refused } from "@duro/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import { refuse } from "../routes/refuse.ts";

export const answerRefused = (
  request: FastifyRequest,
  reply: FastifyReply,
  { name, facts }: Refused,
): FastifyReply => {
  const { retryAfterMs } = facts;
  if (typeof retryAfterMs === "number")
    reply.header("retry-after", `${Math.ceil(retryAfterMs / 1_000)}`);
  // A body that was not read is not waited for.
  if (!request.raw.complete) reply.header("connection", "close");
  return refuse(reply, name, facts);
};
