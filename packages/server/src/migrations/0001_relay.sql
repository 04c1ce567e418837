-- The relay's tables. Never edited once released, only followed by another file.
--
-- Ids of 16 bytes are kept as uuid: a fixed width without a header, in every key. Ids of 32 bytes are
-- bytea. Every key of a vault's own tables begins with the vault, so that they can be spread by it.

-- What this relay is. The stored id is one of three parts of its generation.
create table relay (
  is_only_row boolean primary key default true check (is_only_row),
  stored_id bytea not null check (octet_length(stored_id) = 32),
  relay_key bytea not null check (octet_length(relay_key) = 32)
);

-- Accounts and devices

create table accounts (
  user_id uuid primary key,
  registered_at_ms bigint not null,
  -- null: what the relay's configuration says
  quota_byte_length bigint check (quota_byte_length >= 0),
  -- null: nobody asked for it
  delete_after_ms bigint
);
create index accounts_to_delete on accounts (delete_after_ms) where delete_after_ms is not null;

-- Once there was one, nobody registers as the first again: not when that account is long gone either.
create table first_account (
  is_only_row boolean primary key default true check (is_only_row),
  admitted_at_ms bigint not null
);

create table invites (
  code_hash bytea primary key check (octet_length(code_hash) = 32),
  created_at_ms bigint not null,
  expires_at_ms bigint not null,
  used_by uuid
);

-- Folded from the identity logs, in the transaction of the record.
create table devices (
  device_id uuid primary key,
  user_id uuid not null,
  sign_key bytea not null check (octet_length(sign_key) = 32),
  scope smallint not null,
  expires_at_ms bigint,
  is_revoked boolean not null,
  seen_at_ms bigint
);
create index devices_of_user on devices (user_id);

-- A nonce that was used for a login over HTTP is kept as long as it would be taken.
create table used_nonces (
  nonce bytea primary key check (octet_length(nonce) = 32),
  expires_at_ms bigint not null
);

-- Logs

create table identity_records (
  user_id uuid not null,
  record_index bigint not null,
  record_id bytea not null check (octet_length(record_id) = 32),
  record bytea not null check (octet_length(record) between 1 and 1048576),
  primary key (user_id, record_index)
);
alter table identity_records alter column record set storage external;

create table vaults (
  vault_id uuid primary key,
  -- whose quota it uses
  payer uuid not null,
  log_index bigint not null,
  log_head bytea not null check (octet_length(log_head) = 32),
  -- of the newest envelope: counted up in the transaction that stores it, so without gaps
  position bigint not null default 0,
  used_byte_length bigint not null default 0,
  created_at_ms bigint not null,
  -- position and log index when bodies were last tidied, and what names the plan they were held against
  tidied_position bigint not null default 0,
  tidied_log_index bigint not null default 0,
  tidied_plan bytea check (octet_length(tidied_plan) = 32),
  -- when time alone may change what is dropped; null: never
  tidy_due_ms bigint
) with (fillfactor = 50); -- a row grows with every flush: its next version fits beside it, and no index is touched
create index vaults_of_payer on vaults (payer);

create table vault_records (
  vault_id uuid not null,
  record_index bigint not null,
  record_id bytea not null check (octet_length(record_id) = 32),
  record bytea not null check (octet_length(record) between 1 and 1048576),
  primary key (vault_id, record_index)
);
alter table vault_records alter column record set storage external;

-- Folded from the vault logs, in the transaction of the record.
create table vault_members (
  vault_id uuid not null,
  user_id uuid not null,
  role smallint not null,
  primary key (vault_id, user_id)
);
create index vault_members_of_user on vault_members (user_id);

create table vault_viewers (
  vault_id uuid not null,
  device_id uuid not null,
  user_id uuid not null,
  primary key (vault_id, device_id)
);
create index vault_viewers_of_device on vault_viewers (device_id);

-- Chains

create table chains (
  vault_id uuid not null,
  chain_id uuid not null,
  user_id uuid not null,
  device_id uuid not null,
  incarnation uuid not null,
  opened_under bytea not null check (octet_length(opened_under) = 32),
  seq bigint not null,
  head_id bytea not null check (octet_length(head_id) = 32),
  epoch bigint not null,
  log_index bigint not null,
  written_at_ms bigint not null,
  primary key (vault_id, chain_id)
) with (fillfactor = 50); -- as of vaults

create table envelope_heads (
  vault_id uuid not null,
  chain_id uuid not null,
  seq bigint not null,
  position bigint not null,
  kind smallint not null,
  flags smallint not null,
  body_byte_length integer not null,
  -- head and signature, as they were signed
  signed_head bytea not null check (octet_length(signed_head) = 236),
  primary key (vault_id, chain_id, seq)
) partition by hash (vault_id);
create unique index envelope_heads_by_position on envelope_heads (vault_id, position);
-- One a day of each chain: what drops the beacons before it.
create index envelope_heads_full_beacons on envelope_heads (vault_id, chain_id, seq)
  where kind = 3 and flags = 1;

create table envelope_bodies (
  vault_id uuid not null,
  position bigint not null,
  body bytea not null,
  -- set: dropped behind a checkpoint, gone when its days in the trash are over
  trashed_at_ms bigint,
  primary key (vault_id, position)
) partition by hash (vault_id);

do $$
begin
  for part in 0..15 loop
    execute format('create table envelope_heads_%s partition of envelope_heads for values with (modulus 16, remainder %s)', part, part);
    execute format('alter table envelope_heads_%s alter column signed_head set storage main', part);
    execute format('create table envelope_bodies_%s partition of envelope_bodies for values with (modulus 16, remainder %s)', part, part);
    execute format('alter table envelope_bodies_%s alter column body set storage external', part);
    execute format('create index on envelope_bodies_%s (vault_id, trashed_at_ms) where trashed_at_ms is not null', part);
  end loop;
end $$;

-- Second envelopes for one place, kept as evidence against their author.
create table forked_heads (
  vault_id uuid not null,
  chain_id uuid not null,
  seq bigint not null,
  envelope_id bytea not null check (octet_length(envelope_id) = 32),
  signed_head bytea not null check (octet_length(signed_head) = 236),
  seen_at_ms bigint not null,
  primary key (vault_id, chain_id, seq, envelope_id)
);

-- What the relay reads in clear of checkpoints and attests.

create table checkpoints (
  vault_id uuid not null,
  position bigint not null,
  envelope_id bytea not null check (octet_length(envelope_id) = 32),
  user_id uuid not null,
  device_id uuid not null,
  is_purge boolean not null,
  stored_at_ms bigint not null,
  primary key (vault_id, position)
);

create table attests (
  vault_id uuid not null,
  position bigint not null,
  checkpoint_id bytea not null check (octet_length(checkpoint_id) = 32),
  user_id uuid not null,
  device_id uuid not null,
  is_ok boolean not null,
  primary key (vault_id, position)
);

-- Blobs

create table blobs (
  vault_id uuid not null,
  blob_id bytea not null check (octet_length(blob_id) = 32),
  header bytea not null,
  chunk_count integer not null,
  -- 32 bytes each, one behind the other
  chunk_hashes bytea not null check (octet_length(chunk_hashes) = 32 * chunk_count),
  -- of all chunks together; counted in the vault's used bytes as long as this row stands
  byte_length bigint not null,
  -- always chunk_count less the rows in blob_chunks
  missing_count integer not null check (missing_count between 0 and chunk_count),
  uploader uuid not null,
  -- when it was last announced, or a chunk of it came
  active_at_ms bigint not null,
  -- set: a signed drop came, gone when its days in the trash are over
  dropped_at_ms bigint,
  dropped_by uuid,
  drop_said_at_ms bigint,
  drop_signature bytea,
  primary key (vault_id, blob_id)
);
-- Read by the piece: one chunk needs one hash.
alter table blobs alter column chunk_hashes set storage external;
create index blobs_dropped on blobs (dropped_at_ms) where dropped_at_ms is not null;
create index blobs_unfinished on blobs (active_at_ms) where missing_count > 0;

create table blob_chunks (
  vault_id uuid not null,
  blob_id bytea not null,
  chunk_index integer not null,
  bytes bytea not null check (octet_length(bytes) between 1 and 524288),
  primary key (vault_id, blob_id, chunk_index)
) partition by hash (vault_id);

do $$
begin
  for part in 0..15 loop
    execute format('create table blob_chunks_%s partition of blob_chunks for values with (modulus 16, remainder %s)', part, part);
    execute format('alter table blob_chunks_%s alter column bytes set storage external', part);
  end loop;
end $$;

create table blob_tokens (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  vault_id uuid not null,
  -- null: any blob of the vault
  blob_id bytea,
  is_write boolean not null,
  device_id uuid not null,
  expires_at_ms bigint not null
);
create index blob_tokens_over on blob_tokens (expires_at_ms);

-- Pairing: two devices meet here for some minutes. Messages are sealed or public by themselves.
create table mailboxes (
  mailbox integer primary key,
  -- together with the number it names one pairing: numbers are used again
  expires_at_ms bigint not null,
  is_joined boolean not null default false,
  message_count integer not null default 0,
  -- a side that closed it well; when both did, the row is gone
  is_opener_gone boolean not null default false,
  is_joiner_gone boolean not null default false,
  -- without messages from then on, and the number is not free until it expires
  is_burnt boolean not null default false
);

create table mailbox_messages (
  mailbox integer not null references mailboxes on delete cascade,
  message_index integer not null,
  is_from_opener boolean not null,
  message bytea not null check (octet_length(message) <= 16384),
  primary key (mailbox, message_index)
);

-- Whose identity logs the records of a vault rely on. They stay as long as the vault does, also when the
-- account is deleted: without them nobody could read the vault's log.
create table vault_identities (
  vault_id uuid not null,
  user_id uuid not null,
  primary key (vault_id, user_id)
);
create index vault_identities_of_user on vault_identities (user_id);
