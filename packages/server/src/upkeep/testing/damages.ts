/** One change to a relay's database each, as a disk, a person or a program might make it. */
import type { Sql } from "../../postgres/sql.ts";
import type { FindingType } from "../check/finding.ts";
import type { FilledRelay } from "./filledRelay.ts";

export interface Damage {
  readonly what: string;
  readonly finds: FindingType;
  /** Seen without reading every byte. */
  readonly isQuick?: true;
  readonly damage: (sql: Sql, filled: Named) => Promise<unknown>;
}

/** Who and what stands there, in the terms of SQL. */
export type Named = Pick<FilledRelay, "world" | "alice" | "bob" | "blob">;

const vaultOf = ({ world }: Named): string => world.vaultId;
const ownerOf = ({ world }: Named): string => world.people.alice.state.user;
/** A user who is nobody. */
const nobody = "ab".repeat(16);

/** Of the owner's chain. */
const isHead = (sql: Sql, named: Named, seq: number) =>
  sql`vault_id = ${vaultOf(named)} and chain_id = ${named.alice.chain} and seq = ${seq}`;
const isBody = (sql: Sql, named: Named, seq: number) =>
  sql`vault_id = ${vaultOf(named)} and position =
    (select position from envelope_heads where ${isHead(sql, named, seq)})`;
/** The newest of the owner's and of everybody's. */
const isNewest = (sql: Sql, named: Named, table: "checkpoints" | "attests") =>
  sql`vault_id = ${vaultOf(named)} and position =
    (select max(position) from ${sql(table)} where vault_id = ${vaultOf(named)})`;

/** One bit of one byte. */
const flipped = (sql: Sql, column: string, at: number) =>
  sql`set_byte(${sql(column)}, ${at}::int, get_byte(${sql(column)}, ${at}::int) # 1)`;
const flippedFromEnd = (sql: Sql, column: string, fromEnd: number) =>
  sql`set_byte(${sql(column)}, octet_length(${sql(column)}) - ${fromEnd}::int,
    get_byte(${sql(column)}, octet_length(${sql(column)}) - ${fromEnd}::int) # 1)`;

const ofUsers: readonly Damage[] = [
  {
    what: "a bit of an identity record's content",
    finds: "RecordMisplaced",
    isQuick: true,
    damage: (sql, named) => sql`
      update identity_records set record = ${flipped(sql, "record", 150)}
      where user_id = ${ownerOf(named)} and record_index = 1`,
  },
  {
    what: "a bit of an identity record's signature",
    finds: "IdentityLogBroken",
    isQuick: true,
    damage: (sql, named) => sql`
      update identity_records set record = ${flippedFromEnd(sql, "record", 1)}
      where user_id = ${ownerOf(named)} and record_index = 1`,
  },
  {
    what: "an identity record cut short",
    finds: "RecordUnreadable",
    isQuick: true,
    damage: (sql, named) => sql`
      update identity_records set record = substr(record, 1, 200)
      where user_id = ${ownerOf(named)} and record_index = 1`,
  },
  {
    what: "an identity record under another id",
    finds: "RecordMisplaced",
    isQuick: true,
    damage: (sql, named) => sql`
      update identity_records set record_id = ${flipped(sql, "record_id", 3)}
      where user_id = ${ownerOf(named)} and record_index = 0`,
  },
  {
    what: "an identity record that is gone from the middle",
    finds: "IdentityLogBroken",
    isQuick: true,
    damage: (sql, named) => sql`
      delete from identity_records where user_id = ${ownerOf(named)} and record_index = 1`,
  },
  {
    what: "the newest identity record gone",
    finds: "DevicesDiffer",
    isQuick: true,
    damage: (sql, named) => sql`
      delete from identity_records where user_id = ${ownerOf(named)} and record_index = 2`,
  },
  {
    what: "a whole identity log gone",
    finds: "AccountWithoutLog",
    isQuick: true,
    damage: (sql, named) => sql`delete from identity_records where user_id = ${ownerOf(named)}`,
  },
  {
    what: "a device revoked by nobody",
    finds: "DevicesDiffer",
    isQuick: true,
    damage: (sql, named) => sql`
      update devices set is_revoked = true where device_id = ${named.world.people.spare.id}`,
  },
  {
    what: "a device with another key",
    finds: "DevicesDiffer",
    isQuick: true,
    damage: (sql, named) => sql`
      update devices set sign_key = ${flipped(sql, "sign_key", 0)}
      where device_id = ${named.world.people.spare.id}`,
  },
  {
    what: "a device gone",
    finds: "DevicesDiffer",
    isQuick: true,
    damage: (sql, named) => sql`
      delete from devices where device_id = ${named.world.people.spare.id}`,
  },
  {
    what: "a device more than the log names",
    finds: "DevicesDiffer",
    isQuick: true,
    damage: (sql, named) => sql`
      insert into devices (device_id, user_id, sign_key, scope, is_revoked)
      select ${nobody}, user_id, sign_key, scope, false from devices
      where device_id = ${named.world.people.spare.id}`,
  },
  {
    what: "an account gone and its devices not",
    finds: "DevicesWithoutAccount",
    damage: (sql, named) => sql`delete from accounts where user_id = ${ownerOf(named)}`,
  },
];

const ofVaults: readonly Damage[] = [
  {
    what: "a bit of a vault record's signature",
    finds: "VaultLogBroken",
    isQuick: true,
    damage: (sql, named) => sql`
      update vault_records set record = ${flippedFromEnd(sql, "record", 1)}
      where vault_id = ${vaultOf(named)} and record_index = 1`,
  },
  {
    what: "a vault record in another's place",
    finds: "RecordMisplaced",
    isQuick: true,
    damage: (sql, named) => sql`
      update vault_records r set record = o.record from vault_records o
      where r.vault_id = ${vaultOf(named)} and o.vault_id = r.vault_id
        and r.record_index = 1 and o.record_index = 2`,
  },
  {
    what: "a vault record gone from the middle",
    finds: "VaultLogBroken",
    isQuick: true,
    damage: (sql, named) => sql`
      delete from vault_records where vault_id = ${vaultOf(named)} and record_index = 1`,
  },
  {
    what: "the newest vault record gone",
    finds: "VaultHeadDiffers",
    isQuick: true,
    damage: (sql, named) => sql`
      delete from vault_records where vault_id = ${vaultOf(named)} and record_index = 3`,
  },
  {
    what: "a vault's whole log gone",
    finds: "VaultLogBroken",
    isQuick: true,
    damage: (sql, named) => sql`delete from vault_records where vault_id = ${vaultOf(named)}`,
  },
  {
    what: "a vault that names another newest record",
    finds: "VaultHeadDiffers",
    isQuick: true,
    damage: (sql, named) => sql`
      update vaults set log_head = ${flipped(sql, "log_head", 0)}
      where vault_id = ${vaultOf(named)}`,
  },
  {
    what: "a member with a higher role",
    finds: "MembersDiffer",
    isQuick: true,
    damage: (sql, named) => sql`
      update vault_members set role = 4
      where vault_id = ${vaultOf(named)} and user_id = ${named.world.people.bob.state.user}`,
  },
  {
    what: "a member more",
    finds: "MembersDiffer",
    isQuick: true,
    damage: (sql, named) => sql`
      insert into vault_members (vault_id, user_id, role) values (${vaultOf(named)}, ${nobody}, 1)`,
  },
  {
    what: "a granted phone gone",
    finds: "MembersDiffer",
    isQuick: true,
    damage: (sql, named) => sql`delete from vault_viewers where vault_id = ${vaultOf(named)}`,
  },
  {
    what: "an identity log that is not kept for a vault any more",
    finds: "PinnedUsersDiffer",
    isQuick: true,
    damage: (sql, named) => sql`
      delete from vault_identities
      where vault_id = ${vaultOf(named)} and user_id = ${named.world.people.carol.state.user}`,
  },
  {
    what: "a payer who is nobody",
    finds: "PayerUnknown",
    isQuick: true,
    damage: (sql, named) => sql`
      update vaults set payer = ${nobody} where vault_id = ${vaultOf(named)}`,
  },
  {
    what: "a counter of positions that is one too high",
    finds: "PositionsBroken",
    isQuick: true,
    damage: (sql, named) => sql`
      update vaults set position = position + 1 where vault_id = ${vaultOf(named)}`,
  },
  {
    what: "a position that was left out",
    finds: "PositionsBroken",
    isQuick: true,
    damage: async (sql, named) => {
      await sql`
        update envelope_bodies set position = position + 100 where ${isBody(sql, named, 2)}`;
      await sql`
        update envelope_heads set position = position + 100 where ${isHead(sql, named, 2)}`;
    },
  },
  {
    what: "a byte more in use than there is",
    finds: "UsedBytesDiffer",
    isQuick: true,
    damage: (sql, named) => sql`
      update vaults set used_byte_length = used_byte_length + 1
      where vault_id = ${vaultOf(named)}`,
  },
  {
    what: "a body that is gone",
    finds: "UsedBytesDiffer",
    isQuick: true,
    damage: (sql, named) => sql`
      delete from envelope_bodies
      where vault_id = ${vaultOf(named)} and position = (
        select max(position) from envelope_bodies where vault_id = ${vaultOf(named)}
      )`,
  },
  {
    what: "rows of a vault that is gone",
    finds: "RowsWithoutVault",
    damage: (sql, named) => sql`delete from vaults where vault_id = ${vaultOf(named)}`,
  },
];

const ofChains: readonly Damage[] = [
  {
    what: "an envelope that names another predecessor",
    finds: "ChainBroken",
    damage: (sql, named) => sql`
      update envelope_heads set signed_head = ${flipped(sql, "signed_head", 50)}
      where ${isHead(sql, named, 3)}`,
  },
  {
    what: "an envelope with another nonce",
    finds: "ChainBroken",
    damage: (sql, named) => sql`
      update envelope_heads set signed_head = ${flipped(sql, "signed_head", 120)}
      where ${isHead(sql, named, 3)}`,
  },
  {
    what: "an envelope under a record that is not there",
    finds: "PlaceWrong",
    damage: (sql, named) => sql`
      update envelope_heads set signed_head = ${flipped(sql, "signed_head", 90)}
      where ${isHead(sql, named, 3)}`,
  },
  {
    what: "an envelope of a version that is not there",
    finds: "HeadUnreadable",
    damage: (sql, named) => sql`
      update envelope_heads set signed_head = set_byte(signed_head, 0, 9)
      where ${isHead(sql, named, 3)}`,
  },
  {
    what: "a signature in the middle of a chain",
    finds: "SignatureWrong",
    damage: (sql, named) => sql`
      update envelope_heads set signed_head = ${flipped(sql, "signed_head", 200)}
      where ${isHead(sql, named, 3)}`,
  },
  {
    what: "the signature of a chain's newest envelope",
    finds: "SignatureWrong",
    isQuick: true,
    damage: (sql, named) => sql`
      update envelope_heads set signed_head = ${flipped(sql, "signed_head", 235)}
      where ${isHead(sql, named, named.alice.mark.seq)}`,
  },
  {
    what: "the newest envelope's nonce",
    finds: "ChainRowDiffers",
    isQuick: true,
    damage: (sql, named) => sql`
      update envelope_heads set signed_head = ${flipped(sql, "signed_head", 120)}
      where ${isHead(sql, named, named.alice.mark.seq)}`,
  },
  ...["kind = 3", "flags = 1", "body_byte_length = body_byte_length + 1"].map((change): Damage => ({
    what: `an envelope listed with ${change}`,
    finds: "HeadRowDiffers",
    damage: (sql, named) => sql`
        update envelope_heads set ${sql.unsafe(change)} where ${isHead(sql, named, 3)}`,
  })),
  {
    what: "an envelope gone from the middle",
    finds: "ChainBroken",
    isQuick: true,
    damage: (sql, named) => sql`delete from envelope_heads where ${isHead(sql, named, 3)}`,
  },
  {
    what: "an envelope of another chain's place",
    finds: "HeadRowDiffers",
    damage: (sql, named) => sql`
      update envelope_heads h set signed_head = o.signed_head from envelope_heads o
      where h.vault_id = ${vaultOf(named)} and o.vault_id = h.vault_id
        and h.chain_id = ${named.alice.chain} and o.chain_id = ${named.bob.chain}
        and h.seq = 3 and o.seq = 3`,
  },
  {
    what: "two envelopes that changed their positions",
    finds: "BodyDiffers",
    damage: async (sql, named) => {
      const newest = named.alice.mark.seq;
      const rows = await sql<{ position: number }[]>`
        select position from envelope_heads
        where vault_id = ${vaultOf(named)} and chain_id = ${named.alice.chain}
          and seq in (${newest}, ${newest - 1})
        order by position`;
      const [lower, upper] = rows.map(({ position }) => position);
      const move = (from: number, to: number) => sql`
        update envelope_heads set position = ${to}
        where vault_id = ${vaultOf(named)} and position = ${from}`;
      await move(lower ?? 0, 1_000_000);
      await move(upper ?? 0, lower ?? 0);
      await move(1_000_000, upper ?? 0);
    },
  },
  ...[
    "seq = seq + 1",
    "epoch = epoch + 1",
    "log_index = log_index - 1",
    "head_id = decode(repeat('ab', 32), 'hex')",
    "opened_under = decode(repeat('ab', 32), 'hex')",
    `device_id = '${nobody}'`,
    `user_id = '${nobody}'`,
    `incarnation = '${nobody}'`,
  ].map((change): Damage => ({
    what: `a chain listed with ${change}`,
    finds: "ChainRowDiffers",
    damage: (sql, named) => sql`
        update chains set ${sql.unsafe(change)}
        where vault_id = ${vaultOf(named)} and chain_id = ${named.alice.chain}`,
  })),
  {
    what: "a chain of somebody whose log is gone",
    finds: "ChainForeign",
    isQuick: true,
    damage: (sql, named) => sql`
      delete from identity_records where user_id = ${named.world.people.bob.state.user}`,
  },
  {
    what: "a chain that is not listed",
    finds: "ChainRowMissing",
    isQuick: true,
    damage: (sql, named) => sql`
      delete from chains where vault_id = ${vaultOf(named)} and chain_id = ${named.alice.chain}`,
  },
];

const ofBodies: readonly Damage[] = [
  {
    what: "a bit of a body",
    finds: "BodyDiffers",
    damage: (sql, named) => sql`
      update envelope_bodies set body = ${flipped(sql, "body", 100)}
      where ${isBody(sql, named, named.alice.mark.seq)}`,
  },
  {
    what: "a bit of a body in the trash",
    finds: "BodyDiffers",
    damage: (sql, named) => sql`
      update envelope_bodies set body = ${flipped(sql, "body", 100)}
      where vault_id = ${vaultOf(named)} and position = (
        select min(position) from envelope_bodies
        where vault_id = ${vaultOf(named)} and trashed_at_ms is not null
      )`,
  },
  {
    what: "a body cut short",
    finds: "BodyDiffers",
    damage: (sql, named) => sql`
      update envelope_bodies set body = substr(body, 1, 100)
      where ${isBody(sql, named, named.alice.mark.seq)}`,
  },
  {
    what: "another envelope's body",
    finds: "BodyDiffers",
    damage: (sql, named) => sql`
      update envelope_bodies set body = (
        select body from envelope_bodies where ${isBody(sql, named, 1)}
      )
      where ${isBody(sql, named, named.alice.mark.seq)}`,
  },
  {
    what: "the body of a chain's first envelope gone",
    finds: "OpenBodyMissing",
    damage: (sql, named) => sql`delete from envelope_bodies where ${isBody(sql, named, 1)}`,
  },
  {
    what: "a body without an envelope",
    finds: "BodiesWithoutHead",
    isQuick: true,
    damage: (sql, named) => sql`
      insert into envelope_bodies (vault_id, position, body)
      values (${vaultOf(named)}, 1000000, '\\xab')`,
  },
];

const ofClearParts: readonly Damage[] = [
  ...[
    "envelope_id = decode(repeat('ab', 32), 'hex')",
    "is_purge = not is_purge",
    `user_id = '${nobody}'`,
    `device_id = '${nobody}'`,
  ].map((change): Damage => ({
    what: `a checkpoint listed with ${change}`,
    finds: "CheckpointRowDiffers",
    damage: (sql, named) => sql`
        update checkpoints set ${sql.unsafe(change)} where ${isNewest(sql, named, "checkpoints")}`,
  })),
  {
    what: "a checkpoint that is not listed",
    finds: "CheckpointRowDiffers",
    damage: (sql, named) =>
      sql`delete from checkpoints where ${isNewest(sql, named, "checkpoints")}`,
  },
  {
    what: "a checkpoint listed where data stands",
    finds: "CheckpointRowDiffers",
    isQuick: true,
    damage: (sql, named) => sql`
      update checkpoints set position = 1 where ${isNewest(sql, named, "checkpoints")}`,
  },
  ...[
    "checkpoint_id = decode(repeat('ab', 32), 'hex')",
    "is_ok = not is_ok",
    `user_id = '${nobody}'`,
  ].map((change): Damage => ({
    what: `a verdict listed with ${change}`,
    finds: "AttestRowDiffers",
    damage: (sql, named) => sql`
        update attests set ${sql.unsafe(change)} where ${isNewest(sql, named, "attests")}`,
  })),
  {
    what: "a verdict listed where none stands",
    finds: "AttestRowDiffers",
    isQuick: true,
    damage: (sql, named) => sql`
      update attests set position = 1 where ${isNewest(sql, named, "attests")}`,
  },
  {
    what: "evidence with another signature",
    finds: "ForkedHeadWrong",
    isQuick: true,
    damage: (sql) => sql`
      update forked_heads set signed_head = ${flipped(sql, "signed_head", 200)}`,
  },
  {
    what: "evidence under another id",
    finds: "ForkedHeadWrong",
    isQuick: true,
    damage: (sql) => sql`
      update forked_heads set envelope_id = ${flipped(sql, "envelope_id", 0)}`,
  },
  {
    what: "evidence that is what is stored",
    finds: "ForkedHeadWrong",
    isQuick: true,
    damage: (sql, named) => sql`
      update forked_heads f set signed_head = h.signed_head,
        envelope_id = decode(${named.alice.markAt(1).id}, 'hex')
      from envelope_heads h
      where h.vault_id = f.vault_id and h.chain_id = f.chain_id and h.seq = f.seq`,
  },
];

const isBlob = (sql: Sql, named: Named) =>
  sql`vault_id = ${vaultOf(named)} and blob_id = decode(${named.blob}, 'hex')`;

const ofBlobs: readonly Damage[] = [
  {
    what: "a bit of a chunk",
    finds: "ChunkDiffers",
    damage: (sql, named) => sql`
      update blob_chunks set bytes = ${flipped(sql, "bytes", 5)}
      where ${isBlob(sql, named)} and chunk_index = 1`,
  },
  {
    what: "a chunk cut short",
    finds: "ChunkDiffers",
    damage: (sql, named) => sql`
      update blob_chunks set bytes = substr(bytes, 1, 5)
      where ${isBlob(sql, named)} and chunk_index = 1`,
  },
  {
    what: "a chunk that is gone",
    finds: "BlobCountDiffers",
    isQuick: true,
    damage: (sql, named) => sql`
      delete from blob_chunks where ${isBlob(sql, named)} and chunk_index = 1`,
  },
  {
    what: "a chunk in a place that the blob has not",
    finds: "BlobCountDiffers",
    isQuick: true,
    damage: (sql, named) => sql`
      update blob_chunks set chunk_index = 7
      where ${isBlob(sql, named)} and chunk_index = 1`,
  },
  {
    what: "a chunk of a blob that is not there",
    finds: "ChunksWithoutBlob",
    damage: (sql, named) => sql`
      update blob_chunks set blob_id = ${flipped(sql, "blob_id", 0)}
      where ${isBlob(sql, named)} and chunk_index = 1`,
  },
  {
    what: "a bit of the list of hashes",
    finds: "BlobDiffers",
    isQuick: true,
    damage: (sql, named) => sql`
      update blobs set chunk_hashes = ${flipped(sql, "chunk_hashes", 40)}
      where ${isBlob(sql, named)}`,
  },
  {
    what: "a bit of a blob's header",
    finds: "BlobDiffers",
    isQuick: true,
    damage: (sql, named) => sql`
      update blobs set header = ${flipped(sql, "header", 25)} where ${isBlob(sql, named)}`,
  },
  {
    what: "a blob of another length",
    finds: "BlobDiffers",
    isQuick: true,
    damage: (sql, named) => sql`
      update blobs set byte_length = byte_length + 1 where ${isBlob(sql, named)}`,
  },
  {
    what: "a blob said to miss a chunk that is there",
    finds: "BlobCountDiffers",
    isQuick: true,
    damage: (sql, named) => sql`
      update blobs set missing_count = 1 where ${isBlob(sql, named)}`,
  },
  {
    what: "a blob dropped by nobody",
    finds: "DropUnproved",
    isQuick: true,
    damage: (sql, named) => sql`
      update blobs set dropped_at_ms = 1 where ${isBlob(sql, named)}`,
  },
  {
    what: "a drop with another signature",
    finds: "DropUnproved",
    isQuick: true,
    damage: (sql) => sql`
      update blobs set drop_signature = ${flipped(sql, "drop_signature", 0)}
      where drop_signature is not null`,
  },
];

const ofRelay: readonly Damage[] = [
  {
    what: "another relay's key",
    finds: "RelayKeyDiffers",
    isQuick: true,
    damage: (sql) => sql`update relay set relay_key = ${flipped(sql, "relay_key", 0)}`,
  },
];

export const damages: readonly Damage[] = [
  ...ofUsers,
  ...ofVaults,
  ...ofChains,
  ...ofBodies,
  ...ofClearParts,
  ...ofBlobs,
  ...ofRelay,
];
