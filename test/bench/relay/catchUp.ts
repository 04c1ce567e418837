/** Catching up by one client, against a plain query for the same rows. */
import type { CatchUpSide } from "./catchUpSide.ts";
import { numberText, ratiosOf, spreadOf, spreadText } from "./figures.ts";
import { startSide } from "./jobs.ts";
import { type Measured, measured, profiled } from "./measured.ts";
import type { BenchOptions } from "./options.ts";
import type { PlainSelectSide } from "./plainSelectSide.ts";
import { startRelayProcess } from "./relayProcess.ts";
import { type Goal, printTable } from "./table.ts";

const envelopeCount = 50_000;
const goalRatio = 2;
/** They are short. */
const repetitionFactor = 2;

export const benchCatchUp = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const { profileFolder } = options;
  const relay = await startRelayProcess({ loadsInside: profileFolder !== undefined });
  const load = startSide<CatchUpSide>(new URL("./catchUpSide.ts", import.meta.url));
  const peer = startSide<PlainSelectSide>(new URL("./plainSelectSide.ts", import.meta.url));
  const { url } = relay;
  const { value: vault } = await load.ask("fill", { url, envelopeCount });
  await peer.ask("connect", relay.database);
  const ours: Measured<{ readonly ms: number }>[] = [];
  const theirs: Measured<number>[] = [];
  const readOurs = () => measured([relay], () => load.ask("read", { url }));
  const readTheirs = () => measured([relay], () => peer.ask("read", { vault }));
  await readOurs();
  await readTheirs();
  for (let repetition = 0; repetition < options.repetitions * repetitionFactor; repetition++) {
    ours.push(await profiled(relay, profileFolder, "catch-up", readOurs));
    theirs.push(await readTheirs());
  }
  await load.stop();
  await peer.stop();
  await relay.stop();
  const oursMs = ours.map(({ value }) => value.ms);
  const theirsMs = theirs.map(({ wallMs }) => wallMs);
  const ratio = ratiosOf(oursMs, theirsMs);
  const cpuText = (runs: readonly Measured<unknown>[]): string =>
    (["serverMs", "postgresMs", "loadMs"] as const)
      .map((side) => numberText(spreadOf(runs.map((run) => run[side])).median))
      .join(" ");
  console.log(`Catching up: ${numberText(envelopeCount)} envelopes, ms`);
  printTable(
    ["", "ms", "ms of processor (relay, Postgres, client)", "others"],
    [["relay", oursMs, ours] as const, ["plain query", theirsMs, theirs] as const].map(
      ([name, values, runs]) => [
        name,
        spreadText(spreadOf(values)),
        cpuText(runs),
        numberText(spreadOf(runs.map(({ othersCount }) => othersCount)).median),
      ],
    ),
  );
  return [
    {
      what: `catching up ${numberText(envelopeCount)} envelopes, of a plain query`,
      goal: `<= ${goalRatio}`,
      found: spreadText(ratio),
      isMet: ratio.median <= goalRatio,
    },
  ];
};
