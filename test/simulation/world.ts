/** Puts a world together from one seed: people, machines, a relay, and everything between them. */
import { assert, LogKind } from "@duro/crypto/types";
import { createRelayKeys, type RelayKeys } from "@duro/crypto/receipt";
import { type RelayGeneration, relayGenerations, RelayTag, type VaultId } from "@duro/protocol";
import type { AlarmType } from "../../packages/client/src/index.ts";
import { createLocalBus } from "../../packages/server/src/testing/localNotifier.ts";
import {
  type MemoryRelayStores,
  openMemoryRelayStores,
} from "../../packages/server/src/testing/memoryRelayStores.ts";
import type { TidiedVault } from "../../packages/server/src/testing/memoryTidyStore.ts";
import { type Branches, createBranches } from "./branches.ts";
import { buildMachine, type Ground, healedLatencyMs } from "./buildMachine.ts";
import { type Changes, createChanges } from "./changes.ts";
import { createDeviceClock, type DeviceClock } from "./deviceClock.ts";
import { createHistory, type History } from "./history.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import type { Machine } from "./machine.ts";
import { machineOf } from "./machineOf.ts";
import { createMeddling } from "./meddling.ts";
import type { StorePace } from "./mortalStores.ts";
import { createNetwork } from "./network.ts";
import { createPairings, type Pairings } from "./pairing.ts";
import { type Books, createBooks, registerBooks, type Resident } from "./people.ts";
import type { Profile } from "./profile.ts";
import type { KnownLog, StartProgram } from "./program.ts";
import type { RareStates } from "./rareStates.ts";
import { createRelayNode, type RelayNode } from "./relayHost.ts";
import type { Rng } from "./rng.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { createTampering } from "./tampering.ts";
import { createTap, type Tap } from "./tap.ts";
import { createWithholding, type Withholding } from "./withholding.ts";
import { createTranscript, type Transcript } from "./transcript.ts";

export type TidiedVaults = Map<VaultId, TidiedVault>;

export interface World {
  readonly rng: Rng;
  readonly profile: Profile;
  readonly scheduler: Scheduler;
  readonly transcript: Transcript;
  readonly rare: RareStates;
  readonly ledger: Ledger;
  readonly books: Books;
  readonly machines: readonly Machine[];
  readonly nodes: readonly RelayNode[];
  readonly stores: MemoryRelayStores;
  /** What the relay's tidying left behind. */
  readonly tidied: TidiedVaults;
  readonly withholding: Withholding;
  readonly branches: Branches;
  readonly relayClock: DeviceClock;
  readonly tap: Tap;
  readonly canary: string;
  /** What broke a promise, in the order in which it was seen. */
  readonly faults: readonly string[];
  readonly fault: (sentence: string) => void;
  readonly history: History;
  /** What programs raised before they were stopped or crashed. */
  readonly alarmsOfEarlierLives: readonly AlarmType[];
  readonly changes: Changes;
  readonly pairings: Pairings;
  /** One more, that nobody has started yet. */
  addMachine(resident: Resident): Machine;
  /** As a relay has another after its database was restored. */
  renewGeneration(): void;
  /** From now on nothing goes wrong by itself. */
  heal(): void;
  readonly isHealed: boolean;
}

const relayHost = "relay.example";
const relayUrl = `https://${relayHost}`;
/** A healthy database. */
const healedStoreMs = 1;
/** How late news between nodes may come. */
const newsMeanMs = 20;

export interface WorldOptions {
  readonly rng: Rng;
  readonly profile: Profile;
  readonly rare: RareStates;
  readonly startProgram: StartProgram;
}

export const createWorld = async (options: WorldOptions): Promise<World> => {
  const { rng, profile, rare } = options;
  const scheduler = createScheduler(rng.fork("scheduler"));
  const transcript = createTranscript(() => scheduler.nowMs);
  const note = (line: string): void => transcript.note(line);
  const faults: string[] = [];
  const fault = (sentence: string): void => {
    faults.push(sentence);
    note(`FAULT ${sentence}`);
  };
  const stores = openMemoryRelayStores();
  const tidied: TidiedVaults = new Map();
  const relayClock = createDeviceClock(scheduler, 0);
  const ledger = createLedger();
  const secrets = rng.fork("keys");
  const deps = { randomBytes: (byteLength: number) => secrets.bytes(byteLength) };
  const books = createBooks(deps, profile.deviceCounts, profile.hasPaper);
  await registerBooks(stores, books);
  const canary = `canary-${rng
    .fork("canary")
    .below(2 ** 32)
    .toString(36)}-`;
  const machines: Machine[] = [];
  const tap = createTap({
    transcript,
    ledger,
    rare,
    canary,
    data: stores.data,
    dataOf: (connection) => branches.storesBehind(connection).data,
    imageOf: (name) => machines.find((machine) => machine.name === name)?.disk.image,
    onFault: fault,
  });
  let isHealed = false;
  const changes = createChanges();
  const meddling = createMeddling();
  const pairings = createPairings({
    scheduler,
    rng: rng.fork("pairing"),
    rare,
    note,
    fault,
    books,
    data: stores.data,
    machines: () => machines,
    meddling,
    extras: profile.extras,
    isHealed: () => isHealed,
    isGivenUp: ({ keys }) => changes.givenUp.has(keys.id),
  });

  const nodes: RelayNode[] = [];
  const branches = createBranches({
    stores,
    nodes,
    startNode: (second) => {
      const [node] = createNodes({ ...relayGround(), stores: second }, keys, "other node");
      assert(node !== undefined, "a relay has a node");
      node.start();
      return node;
    },
  });
  const chooser = rng.fork("balancer");
  const withholding = createWithholding();
  const network = createNetwork({
    scheduler,
    rng: rng.fork("network"),
    rare,
    onFrame: (connection, direction, bytes) => {
      branches.storesBehind(connection);
      tap.frame(connection, direction, bytes);
      if (direction === "up") meddling.sent(connection, bytes);
      else if (bytes[0] === RelayTag.MailboxMessage) pairings.step(machineOf(connection));
    },
    pass: (connection, bytes) =>
      withholding.pass(connection, bytes).flatMap((passed) => meddling.pass(connection, passed)),
    tamper: createTampering({
      rng: rng.fork("tampering"),
      rare,
      note,
      probability: () => (isHealed ? 0 : profile.tamperProbability),
    }),
    acceptAt: (_, machine) => {
      const up = branches
        .nodesOf(machine)
        .flatMap(({ accept }) => (accept === undefined ? [] : [accept]));
      return up.length === 0 ? undefined : chooser.pick(up);
    },
  });
  let generation: RelayGeneration = relayGenerations.fromBytes(deps.randomBytes(32));
  const healable = { isHealed: () => isHealed, generation: () => generation };
  const keys = createRelayKeys(deps);
  const relayGround = (): RelayGround => ({
    ...options,
    scheduler,
    note,
    fault,
    stores,
    network,
    relayClock,
    ...healable,
  });
  nodes.push(...createNodes(relayGround(), keys, "node"));
  const alarms: AlarmType[] = [];
  const ground = {
    ...options,
    scheduler,
    note,
    fault,
    network,
    books,
    canary,
    alarms,
    branches,
    pairings,
    relayUrl,
    logsNow: () => logsAt(stores.data, books),
    ...healable,
  };
  machines.push(...books.residents.map((resident) => buildMachine(ground, resident)));
  return {
    rng,
    profile,
    scheduler,
    transcript,
    rare,
    ledger,
    books,
    machines,
    nodes,
    stores,
    tidied,
    withholding,
    branches,
    relayClock,
    tap,
    canary,
    faults,
    fault,
    history: createHistory(),
    alarmsOfEarlierLives: ground.alarms,
    changes,
    pairings,
    addMachine: (resident) => {
      const machine = buildMachine(ground, resident);
      machines.push(machine);
      return machine;
    },
    renewGeneration: () => {
      generation = relayGenerations.fromBytes(deps.randomBytes(32));
    },
    get isHealed() {
      return isHealed;
    },
    heal: () => {
      isHealed = true;
      pairings.giveUp();
      for (const { line, disk } of machines) {
        disk.isFull = false;
        line.pace.latencyMs = healedLatencyMs;
        line.pace.bytesPerMs = Infinity;
        line.resume();
        // Whoever sat on the line is gone, and what they claimed ends with the connection.
        if ((rare.counts.get("a frame is changed on its way") ?? 0) > 0) line.breakAll();
      }
    },
  };
};

interface RelayGround extends Ground {
  readonly relayClock: DeviceClock;
  readonly stores: MemoryRelayStores;
  readonly isHealed: () => boolean;
  readonly generation: () => RelayGeneration;
}

const createNodes = (ground: RelayGround, keys: RelayKeys, name: string): readonly RelayNode[] => {
  const { rng, profile, rare, scheduler, note, fault, network, stores, isHealed } = ground;
  const news = rng.fork("news");
  const bus = createLocalBus((deliver) => {
    if (!isHealed() && news.chance(profile.newsLossProbability))
      rare.reached("news between nodes is lost");
    else scheduler.after(news.waitMs(newsMeanMs), deliver);
  });
  const harm = rng.fork("harm to nodes");
  const onAppend = (node: RelayNode, durationMs: number): void => {
    if (isHealed() || !harm.chance(profile.crashInAppendProbability)) return;
    scheduler.after(harm.below(1_000) * (durationMs / 1_000), () => node.crash(false));
  };
  const pace = (): StorePace =>
    isHealed()
      ? { meanMs: healedStoreMs, failProbability: 0 }
      : { meanMs: profile.relayStoreMs, failProbability: profile.relayFailProbability };
  return Array.from({ length: profile.nodeCount }, (_, at) =>
    createRelayNode(
      {
        scheduler,
        rng: rng.fork("relay"),
        rare,
        note,
        stores,
        bus,
        keys,
        generation: ground.generation,
        host: relayHost,
        nowMs: () => ground.relayClock.nowMs(),
        pace,
        onAppend,
        relayGone: network.relayGone,
        onFault: fault,
      },
      `${name} ${at + 1}`,
    ),
  );
};

const logsAt = (
  { identityRecords, vaultRecords }: MemoryRelayStores["data"],
  { people, vault: { state } }: Books,
): readonly KnownLog[] => [
  ...people.map(({ state: { user } }): KnownLog => ({
    name: { kind: LogKind.Identity, log: user },
    records: (identityRecords.get(user) ?? []).map(({ bytes }) => bytes),
  })),
  {
    name: { kind: LogKind.Vault, log: state.vault },
    records: (vaultRecords.get(state.vault) ?? []).map(({ bytes }) => bytes),
  },
];
