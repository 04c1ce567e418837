/** Tokens for moving blobs, and signed wishes that one go. */
import { DeviceScope, err } from "@duro/crypto/types";
import { Role, type VaultState } from "@duro/crypto/verify";
import { BlobAction, refused, type Refused, type RelayEffect, times } from "@duro/protocol";
import { checkBlobDrop } from "../blobs/checkBlobDrop.ts";
import { blobTokenHashOf, createBlobToken } from "../blobs/blobToken.ts";
import { mayOpen } from "../domain/access.ts";
import type { Asker } from "../ports/accountStore.ts";
import type { Connection } from "./connection.ts";
import type { RelayContext } from "./context.ts";

type Effect<Kind extends RelayEffect["kind"]> = Extract<RelayEffect, { kind: Kind }>;

const mayWrite = (state: VaultState, { user, scope }: Asker): boolean =>
  scope === DeviceScope.Full && (state.members.get(user)?.role ?? 0) >= Role.Writer;

export const grantToken = async (
  context: RelayContext,
  connection: Connection,
  asker: Asker,
  { request, vault, action, blob }: Effect<"grantToken">,
): Promise<void> => {
  const refuse = (refusal: Refused): void =>
    connection.take({ kind: "requestRefused", request, refused: refusal });
  const state = await context.logs.vault(vault);
  if (state === undefined || !mayOpen(state, asker)) return refuse(refused("VaultUnknown"));
  const isWrite = action === BlobAction.Write;
  if (isWrite && !mayWrite(state, asker)) return refuse(refused("RoleForbids"));
  const token = createBlobToken(context);
  const expiresAtMs = context.nowMs() + times.blobTokenLifetimeMs;
  const hash = blobTokenHashOf(token);
  await context.blobStore.createToken({
    hash,
    vault,
    blob,
    isWrite,
    device: asker.device,
    expiresAtMs,
  });
  return connection.take({ kind: "tokenGranted", request, token, expiresAtMs });
};

export const dropBlob = async (
  context: RelayContext,
  connection: Connection,
  asker: Asker,
  { vault, drop }: Effect<"dropBlob">,
): Promise<void> => {
  const { request, blob, signature } = drop;
  const device = await context.accountStore.device(asker.device);
  const allowed =
    device === undefined
      ? err(refused("NotFound"))
      : checkBlobDrop({
          drop: { vault, blob, device: drop.device, nowMs: drop.nowMs },
          signature,
          device,
          blob: await context.blobStore.blob({ vault, blob }),
          access: await context.accountStore.accessTo(vault, asker),
        });
  if (!allowed.ok)
    return connection.take({ kind: "requestRefused", request, refused: allowed.error });
  const proof = { device: drop.device, saidAtMs: drop.nowMs, signature };
  await context.blobStore.drop({ vault, blob }, proof, context.nowMs());
  return connection.take({ kind: "blobDropped", request });
};
