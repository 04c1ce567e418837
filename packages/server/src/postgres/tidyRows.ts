/** Rows of checkpoints, verdicts and bodies, as the tidying reads them. */
import { assert, EnvelopeKind } from "@duro/crypto/types";
import { chainIds, deviceIds, envelopeIds, userIds, type VaultId } from "@duro/protocol";
import type { BodyPlace, StoredAttest, StoredCheckpoint } from "../ports/tidyStore.ts";
import { storedMark } from "../tidy/storedMark.ts";
import { plainBytes } from "./logRows.ts";
import { storedBytesId, storedId } from "./sql.ts";

interface AuthorRow {
  readonly user_id: string;
  readonly device_id: string;
}

const authorOf = (row: AuthorRow) => ({
  user: storedId(userIds, row.user_id),
  device: storedId(deviceIds, row.device_id),
});

export interface CheckpointColumns extends AuthorRow {
  readonly position: number;
  readonly envelope_id: Uint8Array;
  readonly chain_id: string;
  readonly seq: number;
  readonly is_purge: boolean;
  readonly stored_at_ms: number;
}

export const storedCheckpoint = (vault: VaultId, row: CheckpointColumns): StoredCheckpoint => ({
  ...authorOf(row),
  vault,
  position: row.position,
  envelope: storedBytesId(envelopeIds, row.envelope_id),
  chain: storedId(chainIds, row.chain_id),
  seq: row.seq,
  isPurge: row.is_purge,
  storedAtMs: row.stored_at_ms,
});

export interface AttestColumns extends AuthorRow {
  readonly position: number;
  readonly checkpoint_id: Uint8Array;
  readonly is_ok: boolean;
  readonly signed_head: Uint8Array;
}

export const storedAttest = (vault: VaultId, row: AttestColumns): StoredAttest => ({
  ...authorOf(row),
  vault,
  position: row.position,
  checkpoint: storedBytesId(envelopeIds, row.checkpoint_id),
  isOk: row.is_ok,
  mark: storedMark(plainBytes(row.signed_head)),
});

export interface BodyRow {
  readonly position: number;
  readonly chain_id: string;
  readonly seq: number;
  readonly kind: number;
  readonly body_byte_length: number;
  readonly trashed_at_ms: number | null;
}

export const bodyPlace = (row: BodyRow): BodyPlace => ({
  position: row.position,
  chain: storedId(chainIds, row.chain_id),
  seq: row.seq,
  kind: storedKind(row.kind),
  byteLength: row.body_byte_length,
  trashedAtMs: row.trashed_at_ms ?? undefined,
});

const kinds = Object.values(EnvelopeKind);
const storedKind = (number: number): EnvelopeKind => {
  const kind = kinds.find((known) => known === number);
  assert(kind !== undefined, "what was stored is a kind");
  return kind;
};
