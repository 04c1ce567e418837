/**
 * `npm run relay:crash -- --rounds 100 --kill relay|postgres|both|each`: kills a relay that works, or
 * its Postgres, so many times, and looks each time whether everything is there that it promised.
 */
import { parseArgs } from "node:util";
import { type KillKind, killKinds, runCrashRounds, spread } from "./tools/crashRounds.ts";
import { endEverything } from "./tools/program.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    kill: { type: "string", default: "each" },
  },
});

const rounds = Number(values.rounds);
const kinds: readonly KillKind[] = killKinds.filter(
  (kind) => kind === values.kill || values.kill === "each",
);
if (kinds.length === 0 || !Number.isSafeInteger(rounds) || rounds < 1) {
  console.error(`--rounds takes a number, --kill one of ${killKinds.join(", ")}, each`);
  process.exit(2);
}

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void endEverything().finally(() => process.exit(130)));

const kills = Array.from({ length: rounds }, () => kinds).flat();
try {
  const report = await runCrashRounds({
    kills,
    onRound: (round, kind, { ledger }) => {
      const { receiptedEnvelopes, records, chunks } = ledger.counts;
      console.log(
        `${round}/${kills.length} ${kind}: ${receiptedEnvelopes} envelopes receipted, ${records} records, ${chunks} chunks, ${ledger.faults.length} faults`,
      );
    },
  });
  const { counts, faults, endedMs, restartMs, envelopes, chunks, seconds } = report;
  console.log(
    JSON.stringify({ rounds: report.rounds, ...counts, envelopes, storedChunks: chunks }),
  );
  console.log(
    `${Math.round(seconds)} s; start again ${spread(restartMs)}; gone after Postgres was killed ${spread(endedMs)}`,
  );
  for (const sentence of faults) console.log(`FAULT ${sentence}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await endEverything();
}
