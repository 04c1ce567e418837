/**
 * A vault that people write to and that is tidied. What stands in the stores came through the relay's own
 * checks, and time is what the test says.
 */
import type { DeviceKeys } from "@duro/crypto";
import {
  createPerson,
  createVault,
  type Deps,
  incarnationOf,
  type Person,
  type Vault,
  withDevice,
  withMember,
  withoutMember,
  withVaultRecord,
} from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { createRelayKeys } from "@duro/crypto/receipt";
import { asSignature, assert, sizes } from "@duro/crypto/types";
import { encodeRecord, type LogRecord, Role } from "@duro/crypto/verify";
import { type BlobId, type ChainMark, relayGenerations, type VaultId } from "@duro/protocol";
import { accessOf } from "../domain/access.ts";
import type { TidyStore } from "../ports/tidyStore.ts";
import { type Appender, createAppender } from "../relay/appender.ts";
import type { RelayStores } from "../relay/context.ts";
import { createKnownLogs, type KnownLogs } from "../relay/knownLogs.ts";
import { createReceiptSigner } from "../relay/receipts.ts";
import { systemTimers } from "../relay/timers.ts";
import { runTidying, type TidyingReport } from "../tidy/runTidying.ts";
import { blobSample } from "./blobSamples.ts";
import { createTidyWriter, type TidyWriter } from "./tidyWriter.ts";
import { registerPerson, storeVault } from "./testVault.ts";

export interface TidyStores extends RelayStores {
  readonly tidyStore: TidyStore;
  close(): Promise<void>;
}

export const dayMs = 86_400_000;

/** Owner, with a second full device; and two who write. */
export interface People {
  readonly alice: Person;
  readonly spare: DeviceKeys;
  readonly bob: Person;
  readonly carol: Person;
}

export interface TidyWorld {
  readonly stores: TidyStores;
  readonly logs: KnownLogs;
  readonly people: People;
  readonly vaultId: VaultId;
  nowMs: number;
  vault: Vault;
  /** A chain of this device, from its OPEN on. */
  openChain(person: Person, device?: DeviceKeys, incarnation?: number): Promise<TidyWriter>;
  /** Whole and not dropped. */
  storeBlob(number: number): Promise<BlobId>;
  dropBlob(number: number): Promise<void>;
  /** The owner removes them; of their first device's first chain this much counts, of others nothing. */
  remove(person: Person, countingUpTo: ChainMark | undefined): Promise<void>;
  appendRecord(record: LogRecord): Promise<void>;
  tidy(): Promise<TidyingReport>;
  /** Seqs that a reader gets with their bodies, rising. */
  bodiesOf(writer: TidyWriter): Promise<readonly number[]>;
  usedByteLength(): Promise<number>;
}

export type WorldOptions = {
  readonly seed?: string;
  /** Who may write, beside the owner. */
  readonly members?: readonly ("bob" | "carol")[];
};

const createPeople = (deps: Deps): People => {
  const { person: alice, device: spare } = withDevice(deps, createPerson(deps));
  return { alice, spare, bob: createPerson(deps), carol: createPerson(deps) };
};

const foundVault = (deps: Deps, people: People, members: readonly ("bob" | "carol")[]): Vault =>
  members.reduce(
    (vault, name) => withMember(deps, vault, people.alice, people[name], Role.Writer),
    createVault(deps, people.alice),
  );

const createWorldAppender = (
  deps: Deps,
  { chainStore }: TidyStores,
  logs: KnownLogs,
  nowMs: () => number,
): Appender =>
  createAppender({
    chainStore,
    logs,
    signReceipt: createReceiptSigner(
      createRelayKeys(deps),
      relayGenerations.fromBytes(new Uint8Array(32)),
    ),
    nowMs,
    nextTurn: () => systemTimers.nextTurn(),
    quotaByteLength: undefined,
    onStored: () => {},
    onFlush: () => {},
    onFailure: (cause) => {
      throw cause;
    },
  });

export const createTidyWorld = async (
  stores: TidyStores,
  { seed = "tidy", members = ["bob"] }: WorldOptions = {},
): Promise<TidyWorld> => {
  const deps = { randomBytes: seededRandomBytes(seed) };
  const people = createPeople(deps);
  const { alice, bob, carol } = people;
  for (const person of [alice, bob, carol]) await registerPerson(stores, person);
  const founded = foundVault(deps, people, members);
  await storeVault(stores, founded, alice);
  const logs = createKnownLogs(stores.logStore);
  const appender = createWorldAppender(deps, stores, logs, () => world.nowMs);

  const world: TidyWorld = {
    stores,
    logs,
    people,
    vaultId: founded.state.vault,
    nowMs: 1_000 * dayMs,
    vault: founded,

    openChain: async (person, device = person.device, incarnation = 1) => {
      const author = { person, device, incarnation: incarnationOf(incarnation) };
      const writer = createTidyWriter({ deps, appender, vaultNow: () => world.vault }, author);
      await writer.open();
      return writer;
    },

    storeBlob: (number) => storeBlob(world, number),
    dropBlob: (number) => dropBlob(world, number),

    remove: async (person, mark) => {
      const chains =
        mark === undefined ? [] : [{ incarnation: incarnationOf(1), seq: mark.seq, id: mark.id }];
      const cuts = [{ device: person.device.id, chains }];
      const everybody = [alice, bob, carol];
      const next = withoutMember(deps, world.vault, alice, person, cuts, everybody);
      await appendNewest(world, next);
    },

    appendRecord: (record) =>
      appendNewest(world, withVaultRecord(world.vault, record, [alice, bob, carol])),

    tidy: async () => {
      const failures: unknown[] = [];
      const onFailure = (_: string, cause: unknown): void => void failures.push(cause);
      const limits = { nowMs: () => world.nowMs, shouldStop: () => false };
      const report = await runTidying({ ...stores, logs, onFailure }, limits);
      if (failures.length > 0) throw failures[0];
      assert(report !== undefined, "nobody else is at it");
      return report;
    },

    bodiesOf: async ({ chain }) => {
      const name = { vault: world.vaultId, chain };
      const stored = await stores.chainStore.range(name, 1, 10_000, true);
      return stored.flatMap(({ seq, body }) => (body === undefined ? [] : [seq]));
    },

    usedByteLength: async () => {
      const usage = await stores.accountStore.usage(alice.state.user);
      return usage?.usedByteLength ?? 0;
    },
  };

  return world;
};

const storeBlob = async ({ stores, people, vaultId, nowMs }: TidyWorld, number: number) => {
  const sample = blobSample(vaultId, { number, chunkCount: 1 });
  const [bytes] = sample.chunks;
  assert(bytes !== undefined, "it has a chunk");
  const uploader = people.alice.device.id;
  const announced = await stores.blobStore.announce({ ...sample, uploader, nowMs }, () => true);
  const put = await stores.blobStore.putChunk(sample, { index: 0, bytes }, nowMs);
  assert(announced.ok && put.ok, "a blob goes in");
  return sample.blob;
};

const dropBlob = async ({ stores, people, vaultId, nowMs }: TidyWorld, number: number) => {
  const proof = {
    device: people.alice.device.id,
    saidAtMs: nowMs,
    signature: asSignature(new Uint8Array(sizes.signatureByteLength)),
  };
  const name = blobSample(vaultId, { number, chunkCount: 1 });
  assert(await stores.blobStore.drop(name, proof, nowMs), "the blob is there");
};

const appendNewest = async (world: TidyWorld, next: Vault): Promise<void> => {
  const record = next.records.at(-1);
  assert(record !== undefined, "there is a new record");
  const { index, id, previous } = record;
  const pinned = record.pins.map(({ user }) => user);
  const appended = await world.stores.logStore.appendVault(
    world.vaultId,
    { index, id, previous, bytes: encodeRecord(record), pinned },
    accessOf(next.state),
    undefined,
  );
  assert(appended.ok, "nobody else appends");
  world.vault = next;
  world.logs.advanceVault(next.state);
};
