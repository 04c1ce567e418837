/**
 * Blobs in Postgres. Locks are taken in one order: account, vault, blob, chunk. So whoever holds a blob
 * never waits for its vault, and the chunks of one blob go in side by side.
 */
import {
  assert,
  type BlobHeader,
  decodeBlobHeader,
  encodeBlobHeader,
  err,
  ok,
  type Result,
} from "@duro/crypto/types";
import { blobIds, deviceIds, vaultIds } from "@duro/protocol";
import type postgres from "postgres";
import type {
  BlobName,
  BlobStore,
  NewBlob,
  NotAnnounced,
  PayerUsage,
  StoredBlob,
} from "../ports/blobStore.ts";
import { removeBlobs } from "./removeBlobs.ts";
import { type Sql, storedBytesId, storedId } from "./sql.ts";
import { transact } from "./transact.ts";

/** The pool, or one transaction of it. */
type Query = postgres.ISql<{ bigint: number; uuid: string }>;

const chunkHashByteLength = 32;

export const createPostgresBlobStore = (sql: Sql): BlobStore => ({
  announce: async (blob, hasRoom) => {
    const known = await announceAgain(sql, blob);
    if (known !== undefined) return ok(known);
    return transact(sql, (tx) => announceNew(tx, blob, hasRoom));
  },

  blob: async (name) => {
    const [row] = await sql<BlobRow[]>`
      select header, uploader, missing_count, dropped_at_ms is not null as is_dropped
      from blobs where ${isNamed(sql, name)}`;
    return row && storedBlob(name, row);
  },

  missing: async (name) => {
    const rows = await sql<{ missing: number }[]>`
      select generate_series(0, chunk_count - 1) as missing from blobs
      where ${isNamed(sql, name)} and missing_count > 0
      except select chunk_index from blob_chunks where ${isNamed(sql, name)}
      order by missing`;
    return rows.map(({ missing }) => missing);
  },

  place: async (name, index) => {
    const [row] = await sql<PlaceRow[]>`
      select header, dropped_at_ms is not null as is_dropped,
        substring(chunk_hashes from ${index * chunkHashByteLength + 1} for ${chunkHashByteLength})
          as hash,
        exists (
          select from blob_chunks where ${isNamed(sql, name)} and chunk_index = ${index}
        ) as is_stored
      from blobs where ${isNamed(sql, name)}`;
    if (row === undefined) return undefined;
    const { header, hash, is_dropped: isDropped, is_stored: isStored } = row;
    return {
      header: storedHeader(header),
      isDropped,
      hash: hash.length === 0 ? undefined : hash,
      isStored,
    };
  },

  // One statement: whenever a connection breaks, chunk and count are both there or both not.
  putChunk: async (name, { index, bytes }, nowMs) => {
    const { vault_id: vault, blob_id: blob } = nameColumns(name);
    const [put] = await sql<{ is_known: boolean }[]>`
      with known as (
        select from blobs
        where ${isNamed(sql, name)} and dropped_at_ms is null and chunk_count > ${index}
        -- keeps the blob from being removed, and no other chunk waiting
        for key share
      ), stored as (
        insert into blob_chunks (vault_id, blob_id, chunk_index, bytes)
        select ${vault}, ${blob}, ${index}, ${bytes} from known
        on conflict do nothing
        returning chunk_index
      ), counted as (
        update blobs
        set missing_count = missing_count - 1, active_at_ms = greatest(active_at_ms, ${nowMs})
        where ${isNamed(sql, name)} and exists (select from stored)
      )
      select exists (select from known) as is_known`;
    return put?.is_known === true ? ok(undefined) : err({ type: "BlobUnknown" });
  },

  readChunk: async (name, index, section) => {
    const part =
      section === undefined
        ? sql`bytes`
        : sql`substring(bytes from ${section.start + 1} for ${section.end - section.start})`;
    const [row] = await sql<{ bytes: Uint8Array }[]>`
      select ${part} as bytes from blob_chunks
      where ${isNamed(sql, name)} and chunk_index = ${index}`;
    return row?.bytes;
  },

  drop: async (name, proof, nowMs) => {
    const { count } = await sql`
      update blobs
      set dropped_at_ms = ${nowMs}, dropped_by = ${proof.device},
        drop_said_at_ms = ${proof.saidAtMs}, drop_signature = ${proof.signature}
      where ${isNamed(sql, name)} and dropped_at_ms is null`;
    if (count > 0) return true;
    const [blob] = await sql`select from blobs where ${isNamed(sql, name)}`;
    return blob !== undefined;
  },

  removeDropped: (beforeMs, chunkCountMax) =>
    removeBlobs(sql, { why: "dropped", beforeMs }, chunkCountMax),
  removeUnfinished: (beforeMs, chunkCountMax) =>
    removeBlobs(sql, { why: "unfinished", beforeMs }, chunkCountMax),

  createToken: async (token) => {
    await sql`
      insert into blob_tokens ${sql({
        token_hash: token.hash,
        vault_id: token.vault,
        blob_id: token.blob === undefined ? null : blobIds.toBytes(token.blob),
        is_write: token.isWrite,
        device_id: token.device,
        expires_at_ms: token.expiresAtMs,
      })}`;
  },

  token: async (hash, nowMs) => {
    const [row] = await sql<TokenRow[]>`
      select vault_id, blob_id, is_write, device_id, expires_at_ms from blob_tokens
      where token_hash = ${hash} and expires_at_ms > ${nowMs}`;
    return (
      row && {
        vault: storedId(vaultIds, row.vault_id),
        blob: row.blob_id === null ? undefined : storedBytesId(blobIds, row.blob_id),
        isWrite: row.is_write,
        device: storedId(deviceIds, row.device_id),
        expiresAtMs: row.expires_at_ms,
      }
    );
  },
});

interface BlobRow {
  readonly header: Uint8Array;
  readonly uploader: string;
  readonly missing_count: number;
  readonly is_dropped: boolean;
}

interface PlaceRow {
  readonly header: Uint8Array;
  readonly is_dropped: boolean;
  /** Empty behind the last one. */
  readonly hash: Uint8Array;
  readonly is_stored: boolean;
}

interface TokenRow {
  readonly vault_id: string;
  readonly blob_id: Uint8Array | null;
  readonly is_write: boolean;
  readonly device_id: string;
  readonly expires_at_ms: number;
}

const nameColumns = ({ vault, blob }: BlobName) => ({
  vault_id: vault,
  blob_id: blobIds.toBytes(blob),
});

const isNamed = (query: Query, { vault, blob }: BlobName) =>
  query`vault_id = ${vault} and blob_id = ${blobIds.toBytes(blob)}`;

const storedHeader = (bytes: Uint8Array): BlobHeader => {
  const header = decodeBlobHeader(bytes);
  assert(header.ok, "what was stored is a header");
  return header.value;
};

const storedBlob = ({ vault, blob }: BlobName, row: BlobRow): StoredBlob => ({
  vault,
  blob,
  header: storedHeader(row.header),
  uploader: storedId(deviceIds, row.uploader),
  missingCount: row.missing_count,
  isDropped: row.is_dropped,
});

/** Undefined: it is new. */
const announceAgain = async (query: Query, blob: NewBlob): Promise<StoredBlob | undefined> => {
  const [row] = await query<BlobRow[]>`
    update blobs
    set active_at_ms = greatest(active_at_ms, ${blob.nowMs}), dropped_at_ms = null,
      dropped_by = null, drop_said_at_ms = null, drop_signature = null
    where ${isNamed(query, blob)}
    returning header, uploader, missing_count, false as is_dropped`;
  return row && storedBlob(blob, row);
};

const announceNew = async (
  tx: Query,
  blob: NewBlob,
  hasRoom: (usage: PayerUsage) => boolean,
): Promise<Result<StoredBlob, NotAnnounced>> => {
  const usage = await lockPayer(tx, blob);
  if (usage === undefined) return err({ type: "VaultUnknown" });
  // Somebody else may have announced it while we waited.
  const known = await announceAgain(tx, blob);
  if (known !== undefined) return ok(known);
  if (!hasRoom(usage)) return err({ type: "NoRoom", usage });
  const { header, uploader } = blob;
  await tx`
    insert into blobs ${tx({
      ...nameColumns(blob),
      header: encodeBlobHeader(header),
      chunk_count: header.chunkCount,
      chunk_hashes: blob.chunkHashes,
      byte_length: blob.byteLength,
      missing_count: header.chunkCount,
      uploader,
      active_at_ms: blob.nowMs,
    })}`;
  await tx`
    update vaults set used_byte_length = used_byte_length + ${blob.byteLength}
    where vault_id = ${blob.vault}`;
  return ok({
    vault: blob.vault,
    blob: blob.blob,
    header,
    uploader,
    missingCount: header.chunkCount,
    isDropped: false,
  });
};

/** Locks the account and the vault: other vaults of the same payer may be announced to just now. */
const lockPayer = async (
  tx: Query,
  { vault }: Pick<BlobName, "vault">,
): Promise<PayerUsage | undefined> => {
  const [account] = await tx<{ user_id: string; quota_byte_length: number | null }[]>`
    select user_id, quota_byte_length from accounts
    where user_id = (select payer from vaults where vault_id = ${vault})
    for no key update`;
  if (account === undefined) return undefined;
  const [paid] = await tx`
    select from vaults where vault_id = ${vault} and payer = ${account.user_id}
    for no key update`;
  if (paid === undefined) return undefined;
  const [used] = await tx<{ byte_length: number }[]>`
    select sum(used_byte_length)::bigint as byte_length from vaults
    where payer = ${account.user_id}`;
  return {
    usedByteLength: used?.byte_length ?? 0,
    quotaByteLength: account.quota_byte_length ?? undefined,
  };
};
