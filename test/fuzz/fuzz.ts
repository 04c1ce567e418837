/**
 * `npm run fuzz -- --seconds N [--seed S]`: mutated and random bytes at every decoder. A decoder may
 * answer with a value or with one of its named errors. An exception, an unnamed error, one answer
 * that takes long, or memory that grows is a failure, and prints what makes it happen again.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createDice, mutate, randomBytesFrom } from "./mutate.ts";
import { cryptoTargets } from "./cryptoTargets.ts";
import { protocolTargets } from "./protocolTargets.ts";
import type { FuzzTarget } from "./target.ts";

const fuzzTargets: readonly FuzzTarget[] = [...cryptoTargets, ...protocolTargets];

const numberAfter = (flag: string, otherwise: number): number => {
  const at = process.argv.indexOf(flag);
  if (at === -1) return otherwise;
  const value = Number(process.argv[at + 1]);
  if (!Number.isFinite(value) || value < 0) {
    console.error(`${flag} takes a number, as in: npm run fuzz -- ${flag} 60`);
    process.exit(2);
  }
  return value;
};

const seconds = numberAfter("--seconds", 60);
const seed = Math.floor(numberAfter("--seed", Date.now() % 0x7fff_ffff));

/** No single input may hold the thread for longer; the slowest lawful one is a full record. */
const answerMsMax = 250;
/** Heap after collection may wander this far from where it was after warming up. */
const heapGrowthBytesMax = 24 * 1024 * 1024;
const warmUpShare = 0.1;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const heapBytes = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

interface Tally {
  runs: number;
  accepted: number;
  slowestMs: number;
  readonly refusals: Map<string, number>;
}

const tallies = new Map<FuzzTarget, Tally>();
const failures: string[] = [];
const dice = createDice(seed);

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 4096)).toString("hex");

const fail = (target: FuzzTarget, input: Uint8Array, what: string): void => {
  failures.push(`${target.name}: ${what}\n  input ${input.length} bytes: ${hexOf(input)}`);
};

const inputFor = (target: FuzzTarget): Uint8Array => {
  const specimen = target.specimens[dice.below(target.specimens.length)] ?? new Uint8Array();
  const other = target.specimens[dice.below(target.specimens.length)] ?? specimen;
  return dice.below(10) === 0
    ? randomBytesFrom(dice, dice.below(512))
    : mutate(dice, specimen, other);
};

const answerMs = (target: FuzzTarget, input: Uint8Array): number => {
  const startedAt = performance.now();
  target.answer(input);
  return performance.now() - startedAt;
};

const runOnce = (target: FuzzTarget, tally: Tally): void => {
  const input = inputFor(target);
  const startedAt = performance.now();
  try {
    const outcome = target.answer(input);
    const tookMs = performance.now() - startedAt;
    tally.slowestMs = Math.max(tally.slowestMs, tookMs);
    if (outcome === "ok") tally.accepted++;
    else if (target.errors.has(outcome))
      tally.refusals.set(outcome, (tally.refusals.get(outcome) ?? 0) + 1);
    else fail(target, input, `an error nobody named: ${outcome}`);
    // The machine may pause; an input that is slow is slow again.
    if (
      tookMs > answerMsMax &&
      Math.min(answerMs(target, input), answerMs(target, input)) > answerMsMax
    )
      fail(target, input, `took ${tookMs.toFixed(0)} ms`);
  } catch (cause) {
    const thrown = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    fail(target, input, `threw ${thrown}`);
  }
  tally.runs++;
};

console.log(`fuzzing ${fuzzTargets.length} decoders for ${seconds} s, seed ${seed}`);
for (const target of fuzzTargets)
  tallies.set(target, { runs: 0, accepted: 0, slowestMs: 0, refusals: new Map() });

const startedAt = performance.now();
const elapsedSeconds = (): number => (performance.now() - startedAt) / 1000;
let heapAtWarm: number | undefined;
let heapPeak = 0;
let nextSampleAt = seconds * warmUpShare;

// Every target gets the same time rather than the same number of runs: slow ones are the large ones.
const sliceMs = 10;
while (elapsedSeconds() < seconds && failures.length < 10) {
  for (const [target, tally] of tallies) {
    const sliceEnd = performance.now() + sliceMs;
    while (performance.now() < sliceEnd && failures.length < 10) runOnce(target, tally);
  }
  if (elapsedSeconds() >= nextSampleAt) {
    const heap = heapBytes();
    heapAtWarm ??= heap;
    heapPeak = Math.max(heapPeak, heap);
    nextSampleAt = elapsedSeconds() + Math.max(1, seconds / 20);
  }
}

const heapGrowth = heapPeak - (heapAtWarm ?? heapPeak);
if (heapGrowth > heapGrowthBytesMax)
  failures.push(`the heap grew by ${(heapGrowth / 1048576).toFixed(1)} MiB after warming up`);

let total = 0;
for (const [target, { runs, accepted, slowestMs, refusals }] of tallies) {
  total += runs;
  const refused = [...refusals]
    .toSorted(([, left], [, right]) => right - left)
    .map(([type, count]) => `${type} ${count}`)
    .join(", ");
  console.log(
    `${target.name.padEnd(28)} ${String(runs).padStart(9)} runs, ${accepted} accepted, slowest ${slowestMs.toFixed(1)} ms; ${refused}`,
  );
  if (runs === 0) failures.push(`${target.name} never ran`);
}
console.log(
  `${total} runs in ${elapsedSeconds().toFixed(0)} s, heap ${((heapAtWarm ?? 0) / 1048576).toFixed(1)} MiB after warming up, at most ${(heapPeak / 1048576).toFixed(1)} MiB later`,
);
for (const failure of failures) console.error(`FAILED ${failure}`);
if (failures.length > 0)
  console.error(`again: npm run fuzz -- --seconds ${seconds} --seed ${seed}`);
process.exit(failures.length === 0 ? 0 : 1);
