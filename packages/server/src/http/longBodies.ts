/**
 * How much of long bodies the relay keeps at once for people it does not know. Each body has its limit,
 * but there may be as many as there are connections.
 */
import { refused, type Refused } from "@duro/protocol";
import type { FastifyReply, FastifyRequest } from "fastify";
import { bodyByteLengthMax } from "./httpLimits.ts";

/** Somebody with one device registers in some KiB; that is never held up by those who send more. */
const shortByteLength = 16_384;

/** Seventy of the longest; while they come, other long ones are asked to try again. */
const heldByteLengthMax = 67_108_864;

export interface LongBodies {
  /** Undefined: it may come, and is counted until its answer is sent or its sender is gone. */
  readonly admit: (request: FastifyRequest, reply: FastifyReply) => Refused | undefined;
}

/** In chunks it may become as long as any. */
const claimedByteLength = ({ headers }: FastifyRequest): number =>
  headers["transfer-encoding"] === undefined
    ? Math.min(Number(headers["content-length"] ?? 0), bodyByteLengthMax)
    : bodyByteLengthMax;

export const createLongBodies = (byteLengthMax = heldByteLengthMax): LongBodies => {
  let heldByteLength = 0;
  return {
    admit: (request, reply) => {
      const byteLength = claimedByteLength(request);
      if (byteLength <= shortByteLength) return undefined;
      if (heldByteLength + byteLength > byteLengthMax) return refused("Overloaded");
      heldByteLength += byteLength;
      reply.raw.once("close", () => {
        heldByteLength -= byteLength;
      });
      return undefined;
    },
  };
};
