/** What a device does alone: a durable edit beside a bare insert, and the opening of a full vault. */
import { rmSync } from "node:fs";
import { numberText, quantileOf, type Spread, spreadOf, spreadText } from "../relay/figures.ts";
import { type Side, startSide } from "../relay/jobs.ts";
import { progress } from "../relay/progress.ts";
import { atLeast, atMost, type Goal, printTable } from "../relay/table.ts";
import { newFolder } from "./duroClient.ts";
import type { LocalSide, OpenedVault } from "./localSide.ts";
import type { BenchOptions } from "./options.ts";
import { startServer } from "./servers.ts";

const mib = 1_048_576;
const writeGoal = 0.5;
const openMsGoal = 300;
/** Of what all documents together take; less than that is what a document or two take. */
const closedShareGoal = 0.1;

const start = (): Side<LocalSide> => startSide(new URL("./localSide.ts", import.meta.url));

export const benchWrite = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const { localWriteCount: count, repetitions } = options;
  progress("durable writes");
  const side = start();
  await side.ask("writeDurably", { count: Math.ceil(count / 10) });
  const found = (await side.ask("writeDurably", { count: count * repetitions })).value;
  await side.stop();
  const middle = (values: readonly number[]): Spread => ({
    median: quantileOf(values, 0.5),
    min: quantileOf(values, 0.1),
    max: quantileOf(values, 0.9),
  });
  const here = middle(found.map((turn) => turn.here));
  const plain = middle(found.map((turn) => turn.plain));
  console.log(
    "Durable writes a second, one after the other: the middle, and a tenth on either side",
  );
  printTable(
    ["", "writes/s"],
    [
      ["an edit, saved", spreadText(here)],
      ["a bare insert", spreadText(plain)],
    ],
  );
  const ratio = middle(found.map((turn) => turn.here / turn.plain));
  return [
    atLeast({ what: "an edit that is saved: of a bare insert", limit: writeGoal, found: ratio }),
  ];
};

export const benchOpen = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const { storedDocCount: docCount, storedUpdateCount: updateCount, repetitions } = options;
  progress("a full vault: filling");
  const server = await startServer("duro");
  const place = await server.newPlace(1);
  const folder = newFolder();
  const filling = start();
  await filling.ask("store", { place, folder, docCount, updateCount });
  await filling.stop();
  await server.stop();
  progress("a full vault: opening");
  const opened: OpenedVault[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const side = start();
    opened.push((await side.ask("openStored", { place, folder, docCount })).value);
    await side.stop();
  }
  rmSync(folder, { recursive: true, force: true });
  const of = (value: (one: OpenedVault) => number) => spreadOf(opened.map(value));
  const what = `a vault of ${docCount} documents and ${numberText(updateCount)} updates`;
  console.log(`Opening ${what}`);
  printTable(
    ["engine ms", "first document ms", "MiB: engine", "one document", "all", "all closed again"],
    [
      [
        spreadText(of(({ engineMs }) => engineMs)),
        spreadText(of(({ firstDocMs }) => firstDocMs)),
        spreadText(of(({ engineBytes }) => engineBytes / mib)),
        spreadText(of(({ oneDocBytes }) => oneDocBytes / mib)),
        spreadText(of(({ allDocsBytes }) => allDocsBytes / mib)),
        spreadText(of(({ noDocBytes }) => noDocBytes / mib)),
      ],
    ],
  );
  const kept = of(
    (one) => (one.noDocBytes - one.engineBytes) / (one.allDocsBytes - one.engineBytes),
  );
  return [
    atMost({
      what: `${what}: ms to its first document`,
      limit: openMsGoal,
      found: of(({ firstDocMs }) => firstDocMs),
    }),
    atMost({
      what: `${what}: share of memory that stays when all are closed`,
      limit: closedShareGoal,
      found: kept,
    }),
  ];
};
