/** Puts one machine of a world together: its disk, its clock, its lines, and what goes wrong with them. */
import type { AlarmType } from "../../packages/client/src/index.ts";
import type { Branches } from "./branches.ts";
import { stepsIn } from "./checkpointTraces.ts";
import { createDeviceClock } from "./deviceClock.ts";
import { createDisk } from "./disk.ts";
import { createHttpLine } from "./httpLine.ts";
import { createMachine, type Machine } from "./machine.ts";
import { createMergeHarm } from "./mergeHarm.ts";
import type { Network } from "./network.ts";
import type { Pairings } from "./pairing.ts";
import type { Books, Resident } from "./people.ts";
import type { KnownLog } from "./program.ts";
import type { Scheduler } from "./scheduler.ts";
import type { WorldOptions } from "./world.ts";

/** A healthy line. */
export const healedLatencyMs = 20;

export interface Ground extends WorldOptions {
  readonly scheduler: Scheduler;
  readonly note: (line: string) => void;
  readonly fault: (sentence: string) => void;
  readonly network: Network;
}

export interface MachineGround extends Ground {
  readonly logsNow: () => readonly KnownLog[];
  readonly branches: Branches;
  readonly books: Books;
  readonly canary: string;
  readonly relayUrl: string;
  readonly alarms: AlarmType[];
  readonly pairings: Pairings;
  readonly isHealed: () => boolean;
}

export const buildMachine = (ground: MachineGround, resident: Resident): Machine => {
  const { rng, profile, rare, scheduler, note, fault, network, books, startProgram } = ground;
  const own = rng.fork(resident.machine);
  const isSlow = own.chance(profile.slowLineProbability);
  const skewMs = profile.skewMsMax === 0 ? 0 : own.between(-profile.skewMsMax, profile.skewMsMax);
  const diskDeps = { scheduler, rng: own.fork("disk"), rare };
  const disk = createDisk(diskDeps, profile);
  const harm = own.fork("harm");
  const harmMerge = createMergeHarm({
    scheduler,
    rng: own.fork("harm to merges"),
    rare,
    probability: () => (ground.isHealed() ? 0 : profile.extras.crashInMergeProbability),
    isOn: () => machine.isOn,
    crash: () => machine.crash(false),
  });
  const chooser = own.fork("balancer");
  disk.onCommit = (writes, untilDurableMs, untilKnownMs) => {
    for (const state of stepsIn(writes, books.vault.state.vault)) rare.reached(state);
    const momentsMs = [0, untilDurableMs, untilDurableMs + untilKnownMs + 1];
    harmMerge(writes, momentsMs);
    if (resident.pairsAs !== undefined) ground.pairings.step(resident.machine, momentsMs);
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
        const at = ground.branches.nodesOf(resident.machine);
        const up = at.flatMap(({ desk }) => (desk === undefined ? [] : [desk]));
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
    relayUrl: ground.relayUrl,
    startProgram,
    sitDown: () => ground.pairings.sitDown(resident),
    note,
    onFault: fault,
  });
  return machine;
};
