/** What the parts of a look share. */
import type { RandomBytes } from "@duro/crypto";
import type { BlobRef, Result } from "@duro/crypto/types";
import type { RelayGeneration } from "@duro/protocol";
import { type FetchDeps, fetchBlob } from "../blobs/fetchBlob.ts";
import type { BlobShelf } from "../blobs/blobShelf.ts";
import type { TransferDeps } from "../blobs/blobRequests.ts";
import type { FetchError } from "../blobs/blobErrors.ts";
import type { OpenBlob } from "../checkpoints/openCheckpoint.ts";
import type { VaultContext } from "../vault/context.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import { type NotOnShelf, openFromShelf } from "./checkpointShelf.ts";

/** The connection ended, or the relay refused to give one. */
export interface TokenRefused {
  readonly type: "TokenRefused";
}

export interface Compacting {
  readonly memory: VaultMemory;
  readonly shelf: BlobShelf;
  readonly transfer: TransferDeps<TokenRefused>;
  readonly randomBytes: RandomBytes;
  /** In its turn among the jobs of the vault. */
  readonly job: <T>(work: (context: VaultContext) => Promise<T>) => Promise<T>;
  /** Everything that the relay had is here, its log too. */
  readonly isReady: () => boolean;
  /** Of the relay at the other end. */
  readonly generation: () => RelayGeneration | undefined;
  /** What else waits in this process comes first. */
  readonly breathe: () => Promise<void>;
}

type Fetched = NotOnShelf | FetchError<TokenRefused> | { readonly type: "KeyMissing" };

/** From the relay onto the shelf, where it is not there yet. */
export const bring = async (
  { shelf, transfer, memory }: Compacting,
  ref: BlobRef,
): Promise<Result<void, Fetched>> => {
  const vaultKey = memory.view.keys.get(ref.header.epoch);
  if (vaultKey === undefined) return { ok: false, error: { type: "KeyMissing" } };
  const deps: FetchDeps<TokenRefused> = { ...transfer, shelf, vaultKey };
  return fetchBlob(deps, ref);
};

export const openAndBring =
  (at: Compacting): OpenBlob<Fetched> =>
  async (ref) => {
    const brought = await bring(at, ref);
    return brought.ok ? openFromShelf(at.shelf, at.memory.view.keys)(ref) : brought;
  };

/** The relay has it no more, or never had all of it. */
export const isGone = ({ type, ...error }: Fetched): boolean =>
  type === "BlobRefused" &&
  "refusal" in error &&
  (error.refusal === "BlobGone" ||
    error.refusal === "NotFound" ||
    error.refusal === "BlobIncomplete");
