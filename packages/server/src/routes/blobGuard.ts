/**
 * What a request about a blob must have before its body is read: a path that names something, and a
 * token for just that.
 */
import { assert, type Result } from "@duro/crypto/types";
import { type BlobAction, blobIds, type DeviceId, headerToToken, vaultIds } from "@duro/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { blobTokenHashOf, isTokenFor } from "../blobs/blobToken.ts";
import { mayUseToken } from "../blobs/mayUseToken.ts";
import type { AccountStore } from "../ports/accountStore.ts";
import type { BlobName, BlobStore, StoredBlobToken } from "../ports/blobStore.ts";
import { refuse } from "./refuse.ts";

export interface BlobGuardDeps {
  readonly blobStore: Pick<BlobStore, "token">;
  readonly accountStore: Pick<AccountStore, "accessTo" | "device">;
  readonly nowMs: () => number;
}

/** The blob that a request is about, and whose token it brought. */
export interface AskedBlob extends BlobName {
  readonly device: DeviceId;
}

export interface BlobGuard {
  /** A token for any of these actions will do. */
  before(
    actions: readonly BlobAction[],
    bodyByteLengthMax?: number,
  ): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  /** Of a request that was let through. */
  askedBy(request: FastifyRequest): AskedBlob;
}

const askedKey = "askedBlob";

export const createBlobGuard = (app: FastifyInstance, deps: BlobGuardDeps): BlobGuard => {
  app.decorateRequest(askedKey);
  return {
    before:
      (actions, bodyByteLengthMax = 0) =>
      async (request, reply) => {
        if (!isPathWhole(request)) {
          closeBehind(request, reply, bodyByteLengthMax);
          return refuse(reply, "InvalidField", { path: "params" });
        }
        const name = nameIn(request);
        const token = await tokenOf(deps, request);
        // Whatever is wrong with it, the answer is the same.
        const isGood =
          token !== undefined &&
          isTokenFor(token, name, actions) &&
          (await mayUseToken(deps.accountStore, token));
        if (!isGood) {
          closeBehind(request, reply, bodyByteLengthMax);
          return refuse(reply, "TokenInvalid");
        }
        request.setDecorator<AskedBlob>(askedKey, { ...name, device: token.device });
        return undefined;
      },
    askedBy: (request) => request.getDecorator<AskedBlob>(askedKey),
  };
};

/** Asked here already: Fastify asks behind the body. */
const isPathWhole = (request: FastifyRequest): boolean =>
  request.validateInput(request.params, "params");

const nameIn = ({ params }: FastifyRequest): BlobName => {
  const { vault, blob } = params as Readonly<Record<"vault" | "blob", string>>;
  return { vault: checked(vaultIds.parse(vault)), blob: checked(blobIds.parse(blob)) };
};

const checked = <T>(id: Result<T, unknown>): T => {
  assert(id.ok, "the schema of the path lets ids through only");
  return id.value;
};

const tokenOf = async (
  { blobStore, nowMs }: BlobGuardDeps,
  { headers }: FastifyRequest,
): Promise<StoredBlobToken | undefined> => {
  const token = headerToToken(headers.authorization ?? "");
  return token === undefined ? undefined : blobStore.token(blobTokenHashOf(token), nowMs());
};

/**
 * Tokens end while a chunk is on its way. A body of a length that we would take is let run out, so that
 * its sender reads the answer, where a closed connection might take it away; no other is waited for.
 */
const closeBehind = (
  { headers }: FastifyRequest,
  reply: FastifyReply,
  bodyByteLengthMax: number,
): void => {
  const byteLength = Number(headers["content-length"] ?? 0);
  const isBounded = headers["transfer-encoding"] === undefined && byteLength <= bodyByteLengthMax;
  if (!isBounded) reply.header("connection", "close");
};
