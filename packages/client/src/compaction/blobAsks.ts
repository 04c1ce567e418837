/** Asks the relay on the connection: for tokens, with which blobs go over HTTP, and that one may go. */
import { err, ok, type Result } from "@duro/crypto/types";
import type { BlobAction, BlobId, BlobToken, ClientInput, VaultId } from "@duro/protocol";
import type { EngineEffect } from "../engine/connection.ts";
import type { TokenRefused } from "./compacting.ts";

export interface BlobAsks {
  token(vault: VaultId, action: BlobAction, blob: BlobId): Promise<Result<BlobToken, TokenRefused>>;
  /** Whether the relay has it no more. */
  drop(drop: SignedDrop): Promise<boolean>;
  /** Whether the effect was an answer to one of ours. */
  take(effect: EngineEffect): boolean;
}

export type BlobAsk = Extract<ClientInput, { kind: "wantBlobToken" | "dropBlob" }>;
type SignedDrop = Omit<Extract<ClientInput, { kind: "dropBlob" }>, "kind" | "request">;

type BlobAnswer = Extract<
  EngineEffect,
  { kind: "blobToken" | "blobDropped" | "requestLost" | "requestRefused" }
>;

/** Far from the numbers of whoever else asks on the same connection. */
const firstRequest = 2 ** 41;

/** `input` says whether there is anybody to ask. */
export const createBlobAsks = (input: (ask: BlobAsk) => boolean): BlobAsks => {
  const asked = new Map<number, (answer: BlobAnswer) => void>();
  let requestCount = 0;

  const answer = (said: BlobAnswer): boolean => {
    const resolve = asked.get(said.request);
    asked.delete(said.request);
    resolve?.(said);
    return resolve !== undefined;
  };

  const ask = (make: (request: number) => BlobAsk): Promise<BlobAnswer> => {
    const request = firstRequest + requestCount;
    requestCount += 1;
    return new Promise((resolve) => {
      asked.set(request, resolve);
      if (!input(make(request))) answer({ kind: "requestLost", request });
    });
  };

  return {
    token: async (vault, action, blob) => {
      const said = await ask((request) => ({
        kind: "wantBlobToken",
        request,
        vault,
        action,
        blob,
      }));
      return said.kind === "blobToken" ? ok(said.token) : err({ type: "TokenRefused" });
    },
    drop: async (drop) => {
      const said = await ask((request) => ({ kind: "dropBlob", request, ...drop }));
      if (said.kind === "blobDropped") return true;
      return said.kind === "requestRefused" && isGone(said.refusal.name);
    },
    take: (effect) =>
      (effect.kind === "blobToken" ||
        effect.kind === "blobDropped" ||
        effect.kind === "requestLost" ||
        effect.kind === "requestRefused") &&
      answer(effect),
  };
};

const isGone = (refusal: string | undefined): boolean =>
  refusal === "NotFound" || refusal === "BlobGone";
