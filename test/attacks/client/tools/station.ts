/**
 * The vault core of one device, for attacks on it: it follows logs and hears nothing but real frames,
 * and what it says and reports is at hand. `Room` is who belongs and what the vault's log says.
 */
import { type DeviceKeys, systemRandomBytes } from "@duro/crypto";
import { createRelayKeys, signReceipt } from "@duro/crypto/receipt";
import type { Person, Vault } from "@duro/crypto/testing/people";
import { assert, type ChainId, LogKind, relayGenerations } from "@duro/crypto/types";
import { encodeRecord, envelopeIdOf, type LogRecord } from "@duro/crypto/verify";
import {
  channelNumbers,
  decodeRelayFrame,
  type DocId,
  docIds,
  encodeRelayFrame,
  type LogName,
  type Run,
  runToEnvelopes,
  type UserId,
  vaultPositions,
  type Vector,
} from "@duro/protocol";
import type { Alarm } from "../../../../packages/client/src/alarms/alarms.ts";
import {
  type FollowedLogs,
  openFollowedLogs,
} from "../../../../packages/client/src/logs/followedLogs.ts";
import { createKeyRing } from "../../../../packages/client/src/logs/keyRing.ts";
import type { LocalStore } from "../../../../packages/client/src/ports/localStore.ts";
import { createDirectGuard } from "../../../../packages/client/src/testing/directGuard.ts";
import {
  createManualClock,
  type ManualClock,
} from "../../../../packages/client/src/testing/manualClock.ts";
import {
  createMemoryDisk,
  type MemoryDisk,
  openMemoryLocalStore,
} from "../../../../packages/client/src/testing/memoryLocalStore.ts";
import { seedStore } from "../../../../packages/client/src/testing/seedStore.ts";
import type { ApplyGuard } from "../../../../packages/client/src/updates/applyGuard.ts";
import type { RunTaken } from "../../../../packages/client/src/vault/takeRun.ts";
import { openVaultCore, type VaultCore } from "../../../../packages/client/src/vault/vault.ts";
import type { LogView } from "../../../../packages/client/src/vault/view.ts";

export const deps = { randomBytes: systemRandomBytes };

export const docOf = (byte: number): DocId => docIds.fromBytes(new Uint8Array(16).fill(byte));

export interface Room {
  readonly people: readonly Person[];
  readonly vault: Vault;
}

export interface Station {
  readonly core: VaultCore;
  readonly logs: FollowedLogs;
  readonly clock: ManualClock;
  readonly disk: MemoryDisk;
  readonly puts: readonly Run[];
  readonly pulls: readonly Vector[];
  readonly refused: readonly { readonly chain: ChainId; readonly taken: RunTaken }[];
  readonly unknownAuthors: readonly UserId[];
  readonly chainsElsewhere: readonly ChainId[];
  readonly relayFaults: readonly string[];
  /** That stand now. */
  readonly alarms: readonly Alarm["type"][];
  /** Those that are over, too. */
  readonly alarmsSoFar: readonly Alarm["type"][];
  /** A bug, or a store that fails. */
  readonly failures: readonly unknown[];
  /** Records that the relay hands out; then the vault looks again. */
  follow(name: LogName, records: readonly LogRecord[]): ReturnType<FollowedLogs["take"]>;
  /** The relay's heads, as it says them: from there on there is a connection. */
  connect(chains?: Vector): Promise<void>;
  /** Everybody's log and the vault's, as the room has them. */
  catchUp(room: Room): Promise<void>;
  /** Each run as a frame of its own. */
  hear(...runs: readonly Run[]): Promise<void>;
  /** False: it is no frame of envelopes. */
  hearBytes(bytes: Uint8Array): Promise<boolean>;
  /** A receipt for that run, as its relay signs it. */
  receipt(run: Run, options?: { readonly isForged?: boolean }): Promise<void>;
  /** Writes at the end of a document, and makes it durable. */
  type(text: string, doc?: DocId): Promise<void>;
  text(doc?: DocId): Promise<string>;
  sealAll(): Promise<void>;
  /** How far each chain counts, by chain. */
  readonly counted: Readonly<Record<string, number>>;
  /** The rows of everything that is derived from envelopes: the same lists where nothing was written. */
  readonly content: readonly unknown[];
}

export interface StationOptions {
  readonly disk?: MemoryDisk;
  readonly store?: LocalStore;
  readonly guard?: ApplyGuard;
  /** What is edited is sealed with it. */
  readonly isIdle?: boolean;
}

const contentTables = ["chains", "envelopes", "documents", "updates", "outbox"] as const;

export const frameOf = (...runs: readonly Run[]): Uint8Array =>
  encodeRelayFrame({
    type: "Envelopes",
    channel: channelNumbers.fromNumber(1),
    position: vaultPositions.fromNumber(1),
    runs,
  });

const relayKeys = createRelayKeys(deps);
const generation = relayGenerations.fromBytes(new Uint8Array(32).fill(7));

export const openStation = async (
  room: Room,
  user: UserId,
  device: DeviceKeys,
  {
    disk = createMemoryDisk(),
    store = openMemoryLocalStore(disk),
    guard = createDirectGuard(),
    isIdle = false,
  }: StationOptions = {},
): Promise<Station> => {
  const { vault } = room.vault.state;
  const records = room.people.flatMap((person) => person.records);
  if (disk.tables.get("records")?.length === 0)
    await seedStore(openMemoryLocalStore(disk), user, [...records, ...room.vault.records]);
  const logs = await openFollowedLogs(store);
  const keyRing = createKeyRing(device);
  const viewNow = (): LogView => {
    const state = logs.vault(vault);
    const own = logs.identity(user);
    assert(state !== undefined && own !== undefined, "the logs are here");
    const { byEpoch, failures: keyFailures } = keyRing.vaultKeys(own, state);
    const { identityAt, identity } = logs;
    return { state, keys: byEpoch, keyFailures, identityAt, identity };
  };

  const clock = createManualClock();
  const puts: Run[] = [];
  const pulls: Vector[] = [];
  const refused: { readonly chain: ChainId; readonly taken: RunTaken }[] = [];
  const unknownAuthors: UserId[] = [];
  const chainsElsewhere: ChainId[] = [];
  const relayFaults: string[] = [];
  const failures: unknown[] = [];
  const nothing = (): void => {};
  const core = await openVaultCore(
    {
      store,
      clock,
      guard,
      owner: { user, device, randomBytes: deps.randomBytes },
      watch: {
        clock,
        logs,
        relay: () => ({ key: relayKeys.signKey, generation }),
        onRelayFault: (fault) => void relayFaults.push(fault),
        onAlarms: nothing,
      },
      link: {
        dirty: nothing,
        sealed: nothing,
        sealLater: nothing,
        put: (_, run) => void puts.push(run),
        taken: nothing,
        isIdle: () => isIdle,
        pull: (_, vector) => void pulls.push(vector),
      },
      onChange: nothing,
      onDocuments: () => {},
      onAuthorUnknown: (author) => void unknownAuthors.push(author),
      onRefused: (chain, taken) => {
        refused.push({ chain, taken });
        core.watch.runRefused(chain, taken);
      },
      isLogHere: () => true,
      onLogAhead: nothing,
      onOwnChainElsewhere: (chain) => void chainsElsewhere.push(chain),
      onFailure: (cause) => void failures.push(cause),
    },
    vault,
    viewNow(),
  );

  const hearBytes = async (bytes: Uint8Array): Promise<boolean> => {
    const frame = decodeRelayFrame(bytes);
    if (!frame.ok || frame.value.type !== "Envelopes") return false;
    await core.envelopes(frame.value.runs, bytes.length);
    return true;
  };
  const follow: Station["follow"] = async (name, some) => {
    const from = some[0]?.index ?? 0;
    const taken = await logs.take(name, from, some.map(encodeRecord));
    await core.viewChanged(viewNow());
    return taken;
  };

  return {
    core,
    logs,
    clock,
    disk,
    puts,
    pulls,
    refused,
    unknownAuthors,
    chainsElsewhere,
    relayFaults,
    get alarms() {
      const standing = [...core.watch.book.byKey.values()];
      return standing.filter((one) => one.healedAtMs === undefined).map(({ alarm }) => alarm.type);
    },
    get alarmsSoFar() {
      return [...core.watch.book.byKey.values()].map(({ alarm }) => alarm.type);
    },
    failures,
    follow,
    connect: async (chains = []) => {
      const ourLogHead = logs.head({ kind: LogKind.Vault, log: vault });
      assert(ourLogHead !== undefined, "the vault's log is here");
      await core.connected(chains, { logHead: ourLogHead, ourLogHead });
    },
    catchUp: async (now) => {
      for (const { state, records: some } of now.people)
        await follow({ kind: LogKind.Identity, log: state.user }, some);
      await follow({ kind: LogKind.Vault, log: vault }, now.vault.records);
    },
    hear: async (...runs) => {
      for (const run of runs) assert(await hearBytes(frameOf(run)), "a frame of envelopes");
    },
    hearBytes,
    receipt: async (run, { isForged = false } = {}) => {
      const envelopes = runToEnvelopes(vault, run, envelopeIdOf).map(({ head }) =>
        envelopeIdOf(head),
      );
      const keys = isForged ? createRelayKeys(deps) : relayKeys;
      const claim = { vault, generation, firstPosition: 1, envelopes, nowMs: clock.nowMs() };
      core.receipt({
        firstPosition: vaultPositions.fromNumber(1),
        nowMs: claim.nowMs,
        chain: run.chain,
        firstSeq: run.firstSeq,
        count: run.envelopes.length,
        signature: signReceipt(keys, claim),
      });
      await core.idle();
    },
    type: async (text, doc = docOf(1)) => {
      const { ydoc } = await core.hold(doc);
      const target = ydoc.getText("t");
      target.insert(target.length, text);
      const saved = await core.saved();
      assert(saved.ok, "the store has room");
      core.release(doc);
    },
    text: async (doc = docOf(1)) => {
      const { ydoc } = await core.hold(doc);
      const text = ydoc.getText("t").toJSON();
      core.release(doc);
      return text;
    },
    sealAll: async () => {
      for (let left = core.memory.waiting.length; left > 0; left = core.memory.waiting.length) {
        await core.seal();
        if (core.memory.waiting.length === left) return;
      }
    },
    get counted() {
      const rows = [...core.memory.chains.values()];
      return Object.fromEntries(rows.map(({ chain, counted }) => [chain, counted]));
    },
    get content() {
      return contentTables.map((table) => disk.tables.get(table));
    },
  };
};
