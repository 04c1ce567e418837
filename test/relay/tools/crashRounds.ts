/**
 * Kills a relay, its Postgres or both at a random moment of its work, starts it again, and holds what
 * it then says against the ledger. The chains, logs and blobs of one world go on from round to round.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Chance, createChance } from "./chance.ts";
import { isAlive, killIfThere, newFolder, waitUntil } from "./folders.ts";
import { type KillKind, killAndWait } from "./kills.ts";
import { createLedger, fault, type Ledger, type LedgerCounts } from "./ledger.ts";
import { type LoadOptions, runLoad, type Worker, workersOf } from "./load.ts";
import { postmasterOf, type Program, startProgram } from "./program.ts";
import { createVerifier, noteRelayAt, type Verifier } from "./verify.ts";
import { verifyTables } from "./verifySql.ts";
import { createWorld, type World } from "./world.ts";

export interface CrashReport {
  readonly counts: LedgerCounts;
  readonly faults: readonly string[];
  /** Of a relay whose Postgres was killed: until its process was gone. */
  readonly endedMs: readonly number[];
  /** From the start of the program to its URL. */
  readonly restartMs: readonly number[];
  /** As the tables have them at the end. */
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

interface Running {
  readonly data: string;
  program: Program;
  url: string;
}

interface Rounds {
  readonly running: Running;
  readonly chance: Chance;
  readonly world: World;
  readonly workers: readonly Worker[];
  readonly verifier: Verifier;
  readonly ledger: Ledger;
  readonly endedMs: number[];
  readonly restartMs: number[];
}

export const startOn = (data: string): Program =>
  startProgram(["--json", "--port", "0", "--data", data, "--registration", "open"]);

export interface CrashOptions {
  readonly kills: readonly KillKind[];
  readonly seed: number;
  readonly onRound?: (round: number, kind: KillKind, ledger: Ledger) => void;
  /** Everything is read again from the first position after so many rounds. */
  readonly verifyAllEvery?: number;
}

export const runCrashRounds = async (options: CrashOptions): Promise<CrashReport> => {
  const { kills, onRound, verifyAllEvery = 25 } = options;
  const startedAtMs = performance.now();
  const rounds = await beginRounds(options);
  const { running, verifier, ledger, endedMs, restartMs } = rounds;
  for (const [at, kind] of kills.entries()) {
    await runRound(rounds, kind);
    await ((at + 1) % verifyAllEvery === 0 ? verifier.verifyAll : verifier.verify)(running.url);
    onRound?.(at + 1, kind, ledger);
    if (ledger.faults.length > 0) break;
  }
  await finish(rounds);
  const tables = await verifyTables(running.data, ledger);
  const { code } = await running.program.stop();
  if (code !== 0) fault(ledger, `asked to stop at the end, it ended with ${code}`);
  await checkByItself(running.data, ledger);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  return { counts: ledger.counts, faults: ledger.faults, endedMs, restartMs, ...tables, seconds };
};

const beginRounds = async ({ seed }: CrashOptions): Promise<Rounds> => {
  const ledger = createLedger();
  const data = newFolder();
  const program = startOn(data);
  const running: Running = { data, program, url: await program.url() };
  await noteRelayAt(ledger, running.url);
  const world = await createWorld(running.url, ledger, { userCount: 3, vaultsPerWriter: 2 });
  return {
    running,
    chance: createChance(seed),
    world,
    workers: workersOf(world),
    verifier: createVerifier(world, ledger),
    ledger,
    endedMs: [],
    restartMs: [],
  };
};

const loadOptions = (
  { running, world, ledger, verifier, chance }: Rounds,
  isEnding: () => boolean,
): LoadOptions => ({
  url: running.url,
  world,
  ledger,
  load: { isEnding, chance },
  vectorOf: verifier.vectorOf,
});

const runRound = async (rounds: Rounds, kind: KillKind): Promise<void> => {
  const { running, workers, ledger, chance, endedMs, restartMs } = rounds;
  const receiptsBefore = ledger.counts.receipts;
  let isEnding = false;
  const loading = runLoad(
    workers,
    loadOptions(rounds, () => isEnding),
  );
  const isWorking = (): boolean => ledger.counts.receipts >= receiptsBefore + receiptsBeforeKill;
  if (!(await waitUntil(isWorking, loadMsMax))) fault(ledger, "nothing is receipted any more");
  await sleep(chance.below(killAfterMsMax));
  const killed = await killAndWait(kind, { ...running, ledger, chance });
  isEnding = true;
  await loading;
  if (killed.endedMs !== undefined) endedMs.push(killed.endedMs);
  if (!killed.mustStart) return;
  if (chance.below(earlyKillEvery) === 0) await killEarly(rounds, kind);
  const program = startOn(running.data);
  running.program = program;
  running.url = await program.url();
  restartMs.push(program.firstLineMs() ?? 0);
};

/** Whoever starts again may die of it, at any point of the start. */
const killEarly = async ({ running: { data }, chance }: Rounds, kind: KillKind): Promise<void> => {
  const program = startOn(data);
  await sleep(chance.below(earlyKillMsMax));
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
  if (!isAlive(running.program.pid)) fault(ledger, "the relay has ended by itself");
};

/** What its operator would ask: does every byte hold? */
export const checkByItself = async (data: string, ledger: Ledger): Promise<void> => {
  const check = startProgram(["check", "--full", "--json", "--data", data]);
  const { code } = await check.ended;
  if (code !== 0)
    fault(ledger, `duro-relay check ended with ${code}: ${check.out().slice(0, reportLengthMax)}`);
};

const reportLengthMax = 500;

/** The middle of them, and the longest. */
export const spread = (values: readonly number[]): string => {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (part: number): string =>
    `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0)}`;
  return sorted.length === 0 ? "none" : `${at(0.5)} ms, at most ${at(1)} ms`;
};
