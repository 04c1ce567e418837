import { createManualClock } from "../testing/manualClock.ts";
import { clockContract } from "../testing/clock.contract.ts";
import { systemClock } from "./systemClock.ts";

clockContract("systemClock", () => ({
  clock: systemClock,
  pass: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
}));

clockContract("manualClock", () => {
  const clock = createManualClock();
  return { clock, pass: async (ms) => clock.pass(ms) };
});
