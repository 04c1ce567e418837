/** Puts a world together from one seed: people, machines, a relay, and everything between them. */
import { LogKind } from "@duro/crypto/types";
import { createRelayKeys } from "@duro/crypto/receipt";
import { type RelayGeneration, relayGenerations, type VaultId } from "@duro/protocol";
import type { AlarmType } from "../../packages/client/src/index.ts";
import { createLocalBus } from "../../packages/server/src/testing/localNotifier.ts";
import {
  type MemoryRelayStores,
  openMemoryRelayStores,
} from "../../packages/server/src/testing/memoryRelayStores.ts";
import type { TidiedVault } from "../../packages/server/src/testing/memoryTidyStore.ts";
import { type Changes, createChanges } from "./changes.ts";
import { stepsIn } from "./checkpointTraces.ts";
import { createDeviceClock, type DeviceClock } from "./deviceClock.ts";
import { createDisk } from "./disk.ts";
import { createHistory, type History } from "./history.ts";
import { createHttpLine } from "./httpLine.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createMachine, type Machine } from "./machine.ts";
import type { StorePace } from "./mortalStores.ts";
import { createNetwork, type Network } from "./network.ts";
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
  /** One more, that nobody has started yet. */
  addMachine(resident: Resident): Machine;
  /** As a relay has another after its database was restored. */
  renewGeneration(): void;
  /** From now on nothing goes wrong by itself. */
  heal(): void;
}

const relayHost = "relay.example";
const relayUrl = `https://${relayHost}`;
/** A healthy line and a healthy database. */
const healedLatencyMs = 20;
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
    imageOf: (name) => machines.find((machine) => machine.name === name)?.disk.image,
    onFault: fault,
  });
  let isHealed = false;

  const nodes: RelayNode[] = [];
  const chooser = rng.fork("balancer");
  const withholding = createWithholding();
  const network = createNetwork({
    scheduler,
    rng: rng.fork("network"),
    rare,
    onFrame: tap.frame,
    pass: withholding.pass,
    tamper: createTampering({
      rng: rng.fork("tampering"),
      rare,
      note,
      probability: () => (isHealed ? 0 : profile.tamperProbability),
    }),
    acceptAt: () => {
      const up = nodes.flatMap(({ accept }) => (accept === undefined ? [] : [accept]));
      return up.length === 0 ? undefined : chooser.pick(up);
    },
  });
  let generation: RelayGeneration = relayGenerations.fromBytes(deps.randomBytes(32));
  const healable = { isHealed: () => isHealed, generation: () => generation };
  nodes.push(
    ...createNodes(
      { ...options, scheduler, note, fault, stores, network, relayClock, ...healable },
      deps,
    ),
  );
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
    nodes,
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
    relayClock,
    tap,
    canary,
    faults,
    fault,
    history: createHistory(),
    alarmsOfEarlierLives: ground.alarms,
    changes: createChanges(),
    addMachine: (resident) => {
      const machine = buildMachine(ground, resident);
      machines.push(machine);
      return machine;
    },
    renewGeneration: () => {
      generation = relayGenerations.fromBytes(deps.randomBytes(32));
    },
    heal: () => {
      isHealed = true;
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

interface Ground extends WorldOptions {
  readonly scheduler: Scheduler;
  readonly note: (line: string) => void;
  readonly fault: (sentence: string) => void;
  readonly network: Network;
}

interface RelayGround extends Ground {
  readonly relayClock: DeviceClock;
  readonly stores: MemoryRelayStores;
  readonly isHealed: () => boolean;
  readonly generation: () => RelayGeneration;
}

const createNodes = (
  ground: RelayGround,
  deps: { readonly randomBytes: (byteLength: number) => Uint8Array },
): readonly RelayNode[] => {
  const { rng, profile, rare, scheduler, note, fault, network, stores, isHealed } = ground;
  const news = rng.fork("news");
  const bus = createLocalBus((deliver) => {
    if (!isHealed() && news.chance(profile.newsLossProbability))
      rare.reached("news between nodes is lost");
    else scheduler.after(news.waitMs(newsMeanMs), deliver);
  });
  const keys = createRelayKeys(deps);
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
      `node ${at + 1}`,
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

interface MachineGround extends Ground {
  readonly logsNow: () => readonly KnownLog[];
  readonly nodes: readonly RelayNode[];
  readonly books: Books;
  readonly canary: string;
  readonly alarms: AlarmType[];
  readonly isHealed: () => boolean;
}

const buildMachine = (ground: MachineGround, resident: Resident): Machine => {
  const { rng, profile, rare, scheduler, note, fault, network, books, startProgram } = ground;
  const own = rng.fork(resident.machine);
  const isSlow = own.chance(profile.slowLineProbability);
  const skewMs = profile.skewMsMax === 0 ? 0 : own.between(-profile.skewMsMax, profile.skewMsMax);
  const diskDeps = { scheduler, rng: own.fork("disk"), rare };
  const disk = createDisk(diskDeps, profile);
  const harm = own.fork("harm");
  const chooser = own.fork("balancer");
  disk.onCommit = (writes, untilDurableMs, untilKnownMs) => {
    for (const state of stepsIn(writes, books.vault.state.vault)) rare.reached(state);
    if (ground.isHealed() || !harm.chance(profile.crashInCommitProbability)) return;
    const delayMs = (harm.below(1_000) / 1_000) * (untilDurableMs + untilKnownMs);
    scheduler.after(delayMs, () => machine.crash(false));
  };
  const isHealed = ground.isHealed();
  const line = network.line(resident.machine, {
    latencyMs: isHealed ? healedLatencyMs : profile.latencyMs,
    bytesPerMs: isSlow && !isHealed ? profile.slowBytesPerMs : Infinity,
  });
  const { envelopesPerCheckpoint } = profile;
  const http = createHttpLine(
    {
      scheduler,
      rng: own.fork("http"),
      rare,
      pace: line.pace,
      note,
      lossProbability: () => (ground.isHealed() ? 0 : profile.httpLossProbability),
      desk: () => {
        const up = ground.nodes.flatMap(({ desk }) => (desk === undefined ? [] : [desk]));
        return up.length === 0 ? undefined : chooser.pick(up);
      },
      onRequest: (_, durationMs) => {
        if (ground.isHealed() || !harm.chance(profile.crashInRequestProbability)) return;
        scheduler.after((harm.below(1_000) / 1_000) * durationMs, () => machine.crash(false));
      },
    },
    resident.machine,
  );
  const machine = createMachine({
    resident,
    disk,
    clock: createDeviceClock(scheduler, skewMs),
    line,
    http,
    perCheckpoint:
      envelopesPerCheckpoint === undefined
        ? undefined
        : { envelopeCount: envelopesPerCheckpoint, byteLength: Infinity },
    rng: own.fork("program"),
    rare,
    books,
    logsNow: ground.logsNow,
    canary: ground.canary,
    onEnd: (program) => void ground.alarms.push(...program.alarms),
    relayUrl,
    startProgram,
    note,
    onFault: fault,
  });
  return machine;
};
