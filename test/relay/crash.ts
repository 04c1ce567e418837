/**
 * `npm run crash:relay -- --rounds 100 --kind relay|postgres|both|each --seed N`: kills a relay that
 * works, or its Postgres, so many times, and looks each time whether everything is there that it promised.
 */
import { parseArgs } from "node:util";
import { runCrashRounds, spread } from "./tools/crashRounds.ts";
import type { KillKind } from "./tools/kills.ts";
import { endEverything } from "./tools/program.ts";

const kinds = ["relay", "postgres", "both"] as const;
type Kind = (typeof kinds)[number];

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    kind: { type: "string", default: "each" },
    seed: { type: "string", default: `${Date.now() % 2 ** 31}` },
  },
});

const [rounds, seed] = [Number(values.rounds), Number(values.seed)];
const wanted: readonly Kind[] = kinds.filter(
  (kind) => kind === values.kind || (values.kind === "each" && kind !== "both"),
);
if (wanted.length === 0 || !(rounds >= 1) || !Number.isSafeInteger(rounds + seed)) {
  console.error(`--rounds and --seed take a number, --kind one of ${kinds.join(", ")}, each`);
  process.exit(2);
}

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void endEverything().finally(() => process.exit(130)));

/** Of the rounds on Postgres every fifth takes one connection's process and not the whole. */
const backendEvery = 5;

const killsOf = (kind: Kind): readonly KillKind[] =>
  Array.from({ length: rounds }, (_, at) =>
    kind === "postgres" && at % backendEvery === backendEvery - 1 ? "backend" : kind,
  );

const runKind = async (kind: Kind): Promise<boolean> => {
  console.log(`${kind}: ${rounds} rounds, seed ${seed}`);
  const report = await runCrashRounds({
    kills: killsOf(kind),
    seed,
    onRound: (round, killed, { counts, faults }) => {
      const { receiptedEnvelopes, records, chunks } = counts;
      console.log(
        `${round}/${rounds} ${killed}: ${receiptedEnvelopes} envelopes receipted, ${records} records, ${chunks} chunks, ${faults.length} faults`,
      );
    },
  });
  const { counts, faults, endedMs, restartMs, envelopes, chunks, seconds } = report;
  console.log(JSON.stringify({ kind, rounds, seed, ...counts, envelopes, storedChunks: chunks }));
  console.log(
    `${Math.round(seconds)} s; start again ${spread(restartMs)}; gone after Postgres was killed ${spread(endedMs)}`,
  );
  for (const sentence of faults) console.log(`FAULT ${sentence}`);
  return faults.length === 0;
};

try {
  for (const kind of wanted) if (!(await runKind(kind))) process.exitCode = 1;
} finally {
  await endEverything();
}
