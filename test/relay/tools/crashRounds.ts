/**
 * Kills a relay, its Postgres or both at a random moment of its work, starts it again, and holds what
 * it then says against the ledger. The chains, logs and blobs of one world go on from round to round.
 */
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, killIfThere, newFolder, waitUntil } from "./folders.ts";
import { createLedger, fault, type Ledger, type LedgerCounts } from "./ledger.ts";
import { runLoad, type Worker, workersOf } from "./load.ts";
import { postmasterOf, type Program, startProgram } from "./program.ts";
import { createVerifier, noteRelayAt, type Verifier } from "./verify.ts";
import { verifyTables } from "./verifySql.ts";
import { createWorld, type World } from "./world.ts";

export const killKinds = ["relay", "postgres", "both"] as const;
export type KillKind = (typeof killKinds)[number];

export interface CrashReport {
  readonly counts: LedgerCounts;
  readonly faults: readonly string[];
  readonly rounds: Readonly<Record<KillKind, number>>;
  /** Of a relay whose Postgres was killed: until its process was gone. */
  readonly endedMs: readonly number[];
  /** From the start of the program to its URL. */
  readonly restartMs: readonly number[];
  readonly envelopes: number;
  readonly chunks: number;
  readonly seconds: number;
}

/** From the first receipts on: a flush, a fan-out, a record and a chunk are under way. */
const receiptsBeforeKill = 10;
const killAfterMsMax = 900;
const loadMsMax = 30_000;
/** One restart in this many is killed too, before it has said its URL. */
const earlyKillEvery = 10;
const earlyKillMsMax = 600;
/** A relay whose database is gone has ten seconds to say so and go. */
const endMsMax = 12_000;

interface Running {
  readonly data: string;
  program: Program;
  url: string;
}

interface Rounds {
  readonly running: Running;
  readonly world: World;
  readonly workers: readonly Worker[];
  readonly verifier: Verifier;
  readonly ledger: Ledger;
  readonly endedMs: number[];
  readonly restartMs: number[];
}

const start = (data: string): Program =>
  startProgram(["--json", "--port", "0", "--data", data, "--registration", "open"]);

export interface CrashOptions {
  readonly kills: readonly KillKind[];
  readonly onRound?: (round: number, kind: KillKind, rounds: Pick<Rounds, "ledger">) => void;
  /** Everything is read again from the first position after so many rounds. */
  readonly verifyAllEvery?: number;
}

export const runCrashRounds = async (options: CrashOptions): Promise<CrashReport> => {
  const { kills, onRound, verifyAllEvery = 25 } = options;
  const startedAtMs = performance.now();
  const ledger = createLedger();
  const data = newFolder();
  const program = start(data);
  const running: Running = { data, program, url: await program.url() };
  await noteRelayAt(ledger, running.url);
  const world = await createWorld(running.url, ledger, { userCount: 3, vaultsPerWriter: 2 });
  const rounds: Rounds = {
    running,
    world,
    workers: workersOf(world),
    verifier: createVerifier(world, ledger),
    ledger,
    endedMs: [],
    restartMs: [],
  };
  for (const [at, kind] of kills.entries()) {
    await runRound(rounds, kind);
    const { verifier } = rounds;
    await ((at + 1) % verifyAllEvery === 0 ? verifier.verifyAll : verifier.verify)(running.url);
    onRound?.(at + 1, kind, rounds);
    if (ledger.faults.length > 0) break;
  }
  await finish(rounds);
  const tables = await verifyTables(data, ledger);
  const { code } = await running.program.stop();
  if (code !== 0) fault(ledger, `asked to stop at the end, it ended with ${code}`);
  // await checkByItself(data, ledger);
  return {
    counts: ledger.counts,
    faults: ledger.faults,
    rounds: countKinds(kills),
    endedMs: rounds.endedMs,
    restartMs: rounds.restartMs,
    ...tables,
    seconds: (performance.now() - startedAtMs) / 1_000,
  };
};

const countKinds = (kills: readonly KillKind[]): Record<KillKind, number> => {
  const counts = { relay: 0, postgres: 0, both: 0 };
  for (const kind of kills) counts[kind] += 1;
  return counts;
};

const loadOptions = ({ running, world, ledger, verifier }: Rounds, isEnding: () => boolean) => ({
  url: running.url,
  world,
  ledger,
  load: { isEnding },
  vectorOf: verifier.vectorOf,
});

const runRound = async (rounds: Rounds, kind: KillKind): Promise<void> => {
  const { running, workers, ledger } = rounds;
  const receiptsBefore = ledger.counts.receipts;
  const loading = runLoad(
    workers,
    loadOptions(rounds, () => false),
  );
  const isWorking = (): boolean => ledger.counts.receipts >= receiptsBefore + receiptsBeforeKill;
  if (!(await waitUntil(isWorking, loadMsMax))) fault(ledger, "nothing is receipted any more");
  await sleep(randomInt(killAfterMsMax));
  await killAndWait(rounds, kind);
  await loading;
  if (randomInt(earlyKillEvery) === 0) await killEarly(running, kind);
  const program = start(running.data);
  running.program = program;
  running.url = await program.url();
  rounds.restartMs.push(program.firstLineMs() ?? 0);
};

const killAndWait = async (
  { running: { program, data }, ledger, endedMs }: Rounds,
  kind: KillKind,
): Promise<void> => {
  const postmaster = postmasterOf(data);
  switch (kind) {
    case "relay":
      return program.kill();
    case "both":
      killIfThere(postmaster);
      return program.kill();
    case "postgres": {
      const killedAtMs = performance.now();
      killIfThere(postmaster);
      const ended = await Promise.race([program.ended, sleep(endMsMax, undefined)]);
      endedMs.push(performance.now() - killedAtMs);
      if (ended === undefined) {
        fault(ledger, "the relay hangs when its Postgres is gone");
        return program.kill();
      }
      if (ended.code !== 1 || program.failure().code !== "Stopped")
        fault(ledger, `without its Postgres the relay ended with ${ended.code}: ${program.out()}`);
      if (/\n\s+at /u.test(program.err())) fault(ledger, "a stack is in the relay's log");
    }
  }
};

/** Whoever starts again may die of it, at any point of the start. */
const killEarly = async ({ data }: Running, kind: KillKind): Promise<void> => {
  const program = start(data);
  await sleep(randomInt(earlyKillMsMax));
  if (kind !== "relay") {
    try {
      killIfThere(postmasterOf(data));
    } catch {
      // It had none yet.
    }
  }
  await program.kill();
};

/** Whatever was put has its receipt in the end, and then everything is there, once. */
const finish = async (rounds: Rounds): Promise<void> => {
  const { running, workers, world, ledger, verifier } = rounds;
  await runLoad(
    workers,
    loadOptions(rounds, () => true),
  );
  for (const { sources } of world.writers)
    for (const { pending } of sources)
      if (pending.length > 0) fault(ledger, `${pending.length} envelopes never got a receipt`);
  await verifier.verifyAll(running.url);
  if (!(await waitUntil(() => isAlive(running.program.pid), 0)))
    fault(ledger, "the relay has ended by itself");
};

/** What its operator would ask: does every byte hold? */
const checkByItself = async (data: string, ledger: Ledger): Promise<void> => {
  const check = startProgram(["check", "--full", "--json", "--data", data]);
  const { code } = await check.ended;
  if (code !== 0) fault(ledger, `duro-relay check ended with ${code}: ${check.out()}`);
};

/** The middle of them, and the longest. */
export const spread = (values: readonly number[]): string => {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (part: number): string =>
    `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0)}`;
  return sorted.length === 0 ? "none" : `${at(0.5)} ms, at most ${at(1)} ms`;
};
