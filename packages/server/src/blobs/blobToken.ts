/** Tokens for moving blobs: made here, kept as a hash only, and good for what they were made for. */
import { createHash } from "node:crypto";
import type { RandomBytes } from "@duro/crypto/receipt";
import { BlobAction, type BlobToken, blobTokens } from "@duro/protocol";
import type { BlobName, StoredBlobToken } from "../ports/blobStore.ts";

export const createBlobToken = (deps: { readonly randomBytes: RandomBytes }): BlobToken =>
  blobTokens.fromBytes(deps.randomBytes(blobTokens.byteLength));

/** Whoever reads the database holds no token by that. A token is random, so no salt is needed. */
export const blobTokenHashOf = (token: BlobToken): Uint8Array =>
  new Uint8Array(createHash("sha256").update(blobTokens.toBytes(token)).digest());

/** A route that takes either action, takes the tokens of both. */
export const isTokenFor = (
  token: StoredBlobToken,
  { vault, blob }: BlobName,
  actions: readonly BlobAction[],
): boolean =>
  token.vault === vault &&
  (token.blob === undefined || token.blob === blob) &&
  actions.includes(token.isWrite ? BlobAction.Write : BlobAction.Read);
