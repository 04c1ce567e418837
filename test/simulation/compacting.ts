/** People who have their checkpoints looked after at once, and machines that crash over it. */
import type { Machine } from "./machine.ts";
import type { Rng } from "./rng.ts";
import type { World } from "./world.ts";

/** Whether anything was done. */
export const compactOn = async (
  { rare, transcript, fault }: World,
  { name, program }: Machine,
): Promise<boolean> => {
  try {
    const done = await program?.compact();
    if (done === undefined) return false;
    const words = Object.entries(done).flatMap(([what, isSo]) => (isSo === true ? [what] : []));
    transcript.note(`${name} looks after checkpoints: ${words.join(", ") || "nothing"}`);
    if (done.hasAttested) rare.reached("a checkpoint is attested by another device");
    return done.hasWritten || done.hasAttested || done.hasLoaded || done.hasPruned;
  } catch (cause) {
    fault(`${name} could not look after checkpoints: ${String(cause)}`);
    return false;
  }
};

/** Commits and requests until a crash, on the average. */
const stepsUntilCrash = 6;

export const compact = (world: World, machine: Machine, rng: Rng): void => {
  const { profile, scheduler } = world;
  void compactOn(world, machine);
  if (!rng.chance(profile.crashInCompactProbability)) return;
  const meanMs = stepsUntilCrash * (profile.commitMs + profile.latencyMs);
  scheduler.after(rng.waitMs(meanMs), () => {
    if (!world.isHealed) machine.crash(false);
  });
};
