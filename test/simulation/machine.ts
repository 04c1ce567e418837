/** One machine: its disk, its clock, its line, and a program that starts, stops and crashes on it. */
import type { Clock } from "../../packages/client/src/ports/clock.ts";
import type { SinceCheckpoint } from "../../packages/client/src/checkpoints/checkpointDue.ts";
import type { HttpLine } from "./httpLine.ts";
import type { DeviceClock } from "./deviceClock.ts";
import type { Disk } from "./disk.ts";
import type { DiskImage } from "./diskTables.ts";
import type { Line } from "./network.ts";
import type { Sitting } from "./pairing.ts";
import { type Books, isPhone, type Resident } from "./people.ts";
import type { KnownLog, Program, StartProgram } from "./program.ts";
import { type RareState, type RareStates, rareStateOfAlarm } from "./rareStates.ts";
import { traceOf } from "./checkpointTraces.ts";
import type { Rng } from "./rng.ts";

export interface Machine {
  readonly name: string;
  readonly resident: Resident;
  readonly disk: Disk;
  readonly line: Line;
  readonly clock: DeviceClock;
  readonly isOn: boolean;
  /** Undefined while it is off, or still starting. */
  readonly program: Program | undefined;
  start(): void;
  stop(): Promise<void>;
  /** `isSilent`: nobody tells the relay. */
  crash(isSilent: boolean): void;
}

export interface MachineDeps {
  readonly resident: Resident;
  readonly disk: Disk;
  readonly clock: DeviceClock;
  readonly line: Line;
  readonly http: HttpLine;
  readonly rng: Rng;
  readonly rare: RareStates;
  readonly books: Books;
  readonly logsNow: () => readonly KnownLog[];
  readonly canary: string;
  readonly relayUrl: string;
  readonly perCheckpoint: SinceCheckpoint | undefined;
  readonly startProgram: StartProgram;
  readonly sitDown: () => Promise<Sitting | undefined>;
  readonly note: (line: string) => void;
  /** Stopped or crashed. */
  readonly onEnd: (program: Program) => void;
  readonly onFault: (sentence: string) => void;
}

/** One life of a program: once it is over nothing reaches it, and it reaches nothing. */
interface Life {
  isOver: boolean;
  program: Program | undefined;
}

const wordsOf = (cause: unknown): string =>
  cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);

export const createMachine = (deps: MachineDeps): Machine => {
  const { resident, disk, clock, line, note, rng, rare } = deps;
  const name = resident.machine;
  let life: Life | undefined;
  let lifeCount = 0;

  const clockOf = (of: Life): Clock => ({
    nowMs: () => clock.nowMs(),
    after: (delayMs, work) =>
      clock.after(delayMs, () => {
        if (!of.isOver) work();
      }),
  });

  const start = async (of: Life, randomness: Rng): Promise<void> => {
    const program = await deps.startProgram({
      machine: name,
      store: disk.open(),
      transport: line.transport,
      http: deps.http,
      clock: clockOf(of),
      randomBytes: (byteLength) => randomness.bytes(byteLength),
      device: resident.keys,
      relayUrl: deps.relayUrl,
      perCheckpoint: deps.perCheckpoint,
      books: deps.books,
      owner: resident.owner,
      isPhone: isPhone(resident),
      phrase: resident.phrase,
      sitDown: resident.pairsAs === undefined ? undefined : deps.sitDown,
      logsNow: deps.logsNow,
      canary: deps.canary,
      note: (text) => {
        if (!of.isOver) note(text);
      },
      onAlarm: (type) => {
        if (of.isOver) return;
        note(`${name} raises ${type}`);
        const state = rareStateOfAlarm(type);
        if (state !== undefined) rare.reached(state);
      },
      fail: (cause) => {
        if (!of.isOver) deps.onFault(`${name} failed: ${wordsOf(cause)}`);
      },
    });
    if (!of.isOver) of.program = program;
  };

  return {
    name,
    resident,
    disk,
    line,
    clock,
    get isOn() {
      return life !== undefined;
    },
    get program() {
      return life?.program;
    },
    start: () => {
      if (life !== undefined) return;
      lifeCount += 1;
      note(`${name} starts`);
      if (line.openCount > 0) rare.reached("a device starts again while its old connection stands");
      const born: Life = { isOver: false, program: undefined };
      life = born;
      start(born, rng.fork(`life ${lifeCount}`)).catch((cause: unknown) => {
        if (!born.isOver) deps.onFault(`${name} could not start: ${wordsOf(cause)}`);
      });
    },
    stop: async () => {
      const stopping = life;
      if (stopping?.program === undefined) return;
      note(`${name} stops in order`);
      const { program } = stopping;
      deps.onEnd(program);
      // Nobody is to ask it for anything meanwhile.
      stopping.program = undefined;
      await program.stop();
      if (stopping.isOver) return;
      stopping.isOver = true;
      deps.http.machineGone();
      if (life === stopping) life = undefined;
    },
    crash: (isSilent) => {
      if (life === undefined) return;
      note(`${name} crashes${isSilent ? ", and nobody is told" : ""}`);
      if (life.program !== undefined) deps.onEnd(life.program);
      life.isOver = true;
      life = undefined;
      for (const state of crashStates(deps, disk.image)) rare.reached(state);
      disk.crash();
      deps.http.machineGone();
      line.machineGone(isSilent);
    },
  };
};

/** What of a checkpoint a crash comes between. */
const crashStates = ({ http, books }: MachineDeps, image: DiskImage): readonly RareState[] => {
  const { isDrafted, base } = traceOf(image, books.vault.state.vault);
  return [
    ...((http.underWay.get("PUT") ?? 0) > 0
      ? (["a device crashes while it brings a checkpoint to the relay"] as const)
      : []),
    ...((http.underWay.get("GET") ?? 0) > 0
      ? (["a device crashes while it fetches a checkpoint"] as const)
      : []),
    ...(isDrafted ? (["a device crashes before it has said its checkpoint"] as const) : []),
    ...(base?.isPruned === false ? (["a device crashes before it has dropped all"] as const) : []),
  ];
};
