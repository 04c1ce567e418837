/** Two devices that are killed at work: what they were told to be durable is on both. `crash:devices` does it longer. */
import { afterEach, expect, test } from "vitest";
import { endEverything } from "../relay/tools/program.ts";
import { runDeviceRounds } from "./tools/deviceRounds.ts";

afterEach(endEverything);

test("[CRASH] every word that was confirmed is on both devices, however often they are killed", async () => {
  const seed = Date.now() % 2 ** 31;
  console.log(`seed ${seed}`);
  const report = await runDeviceRounds({ rounds: 12, seed });
  expect(report.faults).toEqual([]);
  expect(report.kills).toBeGreaterThanOrEqual(12);
  expect(report.wordsSaved).toBeGreaterThan(report.kills);
});
