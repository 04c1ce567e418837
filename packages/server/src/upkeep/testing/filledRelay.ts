/** A relay's database with something in every table, all of it through the relay's own checks. */
import { signBlobDrop } from "@duro/crypto";
import { createRelayKeys, type RelayKeys, systemRandomBytes } from "@duro/crypto/receipt";
import { withDevice } from "@duro/crypto/testing/people";
import { withGrant } from "@duro/crypto/testing/team";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { assert, type BlobId, DeviceScope } from "@duro/crypto/types";
import { encodeRecord, type LogRecord } from "@duro/crypto/verify";
import { loginNonces, mailboxNumbers } from "@duro/protocol";
import { accessOf } from "../../domain/access.ts";
import { devicesOf } from "../../domain/devices.ts";
import { claimRelay } from "../../postgres/generation.ts";
import { blobSample } from "../../testing/blobSamples.ts";
import { tidyStoresOf } from "../../testing/postgresTidyStores.ts";
import { openTestDatabase, type TestDatabase } from "../../testing/testDatabase.ts";
import {
  createTidyWorld,
  dayMs,
  type TidyStores,
  type TidyWorld,
} from "../../testing/tidyWorld.ts";
import type { TidyWriter } from "../../testing/tidyWriter.ts";

export interface FilledRelay extends TestDatabase {
  readonly stores: TidyStores;
  readonly keys: RelayKeys;
  readonly world: TidyWorld;
  readonly alice: TidyWriter;
  readonly bob: TidyWriter;
  /** Whole, of several chunks. */
  readonly blob: BlobId;
}

export const openFilledRelay = async (): Promise<FilledRelay> => {
  const database = await openTestDatabase();
  const stores = tidyStoresOf(database.sql);
  const keys = createRelayKeys({ randomBytes: systemRandomBytes });
  await claimRelay(database.sql, keys.signKey, systemRandomBytes);
  const world = await createTidyWorld(stores, { seed: "filled", members: ["bob", "carol"] });
  const { alice: owner, bob: member, carol } = world.people;
  const alice = await world.openChain(owner);
  const bob = await world.openChain(member);
  await grantPhone(world);
  await writeChains(world, alice, bob);
  const blob = await fillBlobs(world);
  await forkChain(world);
  await fillRest(world);
  // The vault relies on their log, which stays.
  await stores.accountStore.remove(carol.state.user);
  // Nothing is in it, and it is there.
  await createTidyWorld(stores, { seed: "another", members: [] });
  return {
    ...database,
    stores,
    keys,
    world,
    alice,
    bob,
    blob,
    close: async () => {
      await stores.close();
      await database.close();
    },
  };
};

/** A phone of the owner, which may open the vault. */
const grantPhone = async (world: TidyWorld): Promise<void> => {
  const { logStore } = world.stores;
  const deps = { randomBytes: seededRandomBytes("phone") };
  const { person, device } = withDevice(deps, world.people.alice, DeviceScope.Viewer);
  const added = newestOf(person.records);
  const devices = devicesOf(person.state);
  const isAdded = await logStore.appendIdentity(person.state.user, added.record, devices);
  await world.logs.identity(person.state.user);
  const granted = withGrant(deps, world.vault, person, device.id);
  const { record, pinned } = newestOf(granted.records);
  const access = accessOf(granted.state);
  const stored = { ...record, pinned };
  const isGranted = await logStore.appendVault(world.vaultId, stored, access, undefined);
  assert(isAdded.ok && isGranted.ok, "nobody else appends");
  world.vault = granted;
  world.logs.advanceVault(granted.state);
};

const newestOf = (records: readonly LogRecord[]) => {
  const newest = records.at(-1);
  assert(newest !== undefined, "there is a record");
  const { index, id, previous, pins } = newest;
  const record = { index, id, previous, bytes: encodeRecord(newest) };
  return { record, pinned: pins.map(({ user }) => user) };
};

/** One whole, one half there, one dropped. */
const fillBlobs = async (world: TidyWorld): Promise<BlobId> => {
  const { stores, vaultId: vault, nowMs, people } = world;
  const { device } = people.alice;
  const samples = [
    { sample: blobSample(vault, { number: 1, chunkCount: 3 }), chunkCount: 3 },
    { sample: blobSample(vault, { number: 2, chunkCount: 2 }), chunkCount: 1 },
    { sample: blobSample(vault, { number: 3, chunkCount: 1 }), chunkCount: 1 },
  ] as const;
  for (const { sample, chunkCount } of samples) {
    await stores.blobStore.announce({ ...sample, uploader: device.id, nowMs }, () => true);
    for (const [index, bytes] of sample.chunks.slice(0, chunkCount).entries())
      await stores.blobStore.putChunk(sample, { index, bytes }, nowMs);
  }
  const dropped = samples[2].sample;
  const drop = { vault, blob: dropped.blob, device: device.id, nowMs };
  const signature = signBlobDrop(device.signSecret, drop);
  await stores.blobStore.drop(dropped, { device: device.id, saidAtMs: nowMs, signature }, nowMs);
  return samples[0].sample.blob;
};

/** Data, beacons, a checkpoint that counts and one that waits; some bodies in the trash, some gone. */
const writeChains = async (world: TidyWorld, alice: TidyWriter, bob: TidyWriter): Promise<void> => {
  const checkpointBlob = await world.storeBlob(9);
  await alice.data(4, 300);
  await bob.data(6, 2_000);
  await alice.beacon(true);
  await alice.beacon(true);
  const coverage = [alice.mark, bob.mark];
  const first = await alice.checkpoint({ coverage, blobs: [checkpointBlob] });
  await bob.attest(first);
  await world.tidy();
  world.nowMs += 15 * dayMs;
  await world.tidy();
  await alice.data(3, 70_000);
  const second = await alice.checkpoint({
    coverage: [alice.mark, bob.mark],
    blobs: [checkpointBlob],
    isPurge: true,
  });
  await bob.attest(second);
  await world.tidy();
  await alice.data(2);
  await alice.checkpoint({ coverage: [alice.mark] });
  await bob.data(1);
};

/** The same device begins the same chain again. */
const forkChain = async (world: TidyWorld): Promise<void> => {
  const again = await world.openChain(world.people.alice).catch((cause: unknown) => String(cause));
  assert(typeof again === "string" && again.includes("ChainForked"), "it is kept as evidence");
};

const fillRest = async ({ stores, nowMs, vaultId, people }: TidyWorld): Promise<void> => {
  const expiresAtMs = nowMs + dayMs;
  const codeHash = new Uint8Array(32).fill(5);
  const { user } = people.alice.state;
  await stores.accountStore.createInvite({ codeHash, createdAtMs: nowMs, expiresAtMs });
  await stores.accountStore.useNonce(
    loginNonces.fromBytes(new Uint8Array(32).fill(6)),
    expiresAtMs,
  );
  await stores.accountStore.setQuota(user, 5_000_000_000);
  await stores.accountStore.seen([people.alice.device.id], nowMs);
  await stores.blobStore.createToken({
    hash: new Uint8Array(32).fill(7),
    vault: vaultId,
    blob: undefined,
    isWrite: true,
    device: people.alice.device.id,
    expiresAtMs,
  });
  const number = mailboxNumbers.parse(77);
  assert(number.ok, "a mailbox's number");
  const mailbox = await stores.mailboxStore.open(() => number.value, nowMs);
  assert(mailbox.ok, "a mailbox is free");
  await stores.mailboxStore.join(number.value, nowMs);
  await stores.mailboxStore.send(mailbox.value, "opener", new Uint8Array([1, 2]), nowMs);
};
