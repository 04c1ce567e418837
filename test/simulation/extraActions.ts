/** What happens beside the rest, where a world has it: on a stream of its own, after each step. */
import { burst } from "./bursts.ts";
import type { ExtraName } from "./extras.ts";
import { giveUpPhone, pairMachine, pairPhone, typeOnPhone } from "./phones.ts";
import type { Rng } from "./rng.ts";
import type { World } from "./world.ts";

const workOf: Readonly<Record<ExtraName, (world: World, rng: Rng) => boolean>> = {
  pair: pairMachine,
  pairViewer: pairPhone,
  giveUpViewer: giveUpPhone,
  typeOnViewer: typeOnPhone,
  burst,
};

/** The names of those that were done. */
export const actBeside = (world: World, rng: Rng): readonly ExtraName[] => {
  const weights = Object.entries(world.profile.extras.weights) as [ExtraName, number][];
  return weights.flatMap(([name, weight]) =>
    rng.chance(weight) && workOf[name](world, rng) ? [name] : [],
  );
};
