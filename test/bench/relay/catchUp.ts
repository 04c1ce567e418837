/** Catching up by one client, against a plain query for the same rows. */
import type { CatchUpSide } from "./catchUpSide.ts";
import { numberText, ratiosOf, spreadOf, spreadText } from "./figures.ts";
import { startSide } from "./jobs.ts";
import {
  driverShareOf,
  type Measured,
  measured,
  microsText,
  othersText,
  profiled,
} from "./measured.ts";
import type { BenchOptions } from "./options.ts";
import type { PlainSelectSide } from "./plainSelectSide.ts";
import { progress } from "./progress.ts";
import { startRelayProcess } from "./relayProcess.ts";
import { atMost, type Goal, printTable } from "./table.ts";

const goalRatio = 2;
/** They are short. */
const repetitionFactor = 2;

export const benchCatchUp = async (options: BenchOptions): Promise<readonly Goal[]> => {
  const { profileFolder, catchUpCount: envelopeCount } = options;
  progress("catching up");
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
  const row = (name: string, ms: readonly number[], runs: readonly Measured<unknown>[]) => [
    name,
    spreadText(spreadOf(ms)),
    microsText(runs, () => envelopeCount),
    numberText(driverShareOf(runs)),
    othersText(runs),
  ];
  console.log(`Catching up: ${numberText(envelopeCount)} envelopes`);
  printTable(
    ["", "ms", "µs each (relay, Postgres, client)", "driver", "others"],
    [row("relay", oursMs, ours), row("plain query", theirsMs, theirs)],
  );
  return [
    atMost({
      what: `catching up ${numberText(envelopeCount)} envelopes, of a plain query`,
      limit: goalRatio,
      found: ratiosOf(oursMs, theirsMs),
      driverShares: [driverShareOf(ours), driverShareOf(theirs)],
    }),
  ];
};
