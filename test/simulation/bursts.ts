/** Somebody who types very fast: so many small edits that what keeps them is merged. */
import { assert } from "@duro/crypto/types";
import { isPhone } from "./people.ts";
import type { Rng } from "./rng.ts";
import type { World } from "./world.ts";

/** More than an outbox holds before it is merged, and more than two levels of a document begin with. */
const editCountMin = 300;
const editCountMax = 400;

export const burst = (world: World, rng: Rng): boolean => {
  const { machines, changes, ledger, scheduler, fault, transcript } = world;
  const able = machines.filter(
    ({ program, resident, name }) =>
      program !== undefined && !isPhone(resident) && !changes.bursting.has(name),
  );
  if (able.length === 0) return false;
  const machine = rng.pick(able);
  const { name, program, line } = machine;
  assert(program !== undefined, "only who runs was picked");
  const editCount = rng.between(editCountMin, editCountMax);
  changes.bursting.add(name);
  // Whoever types for hours has no relay meanwhile: what is sealed at once does not wait.
  const isAlone = rng.chance(0.7);
  if (isAlone) {
    changes.alone.add(name);
    line.stall();
    line.breakAll();
  }
  transcript.note(`${name} types ${editCount} times${isAlone ? ", alone" : ""}`);
  const type = async (): Promise<void> => {
    for (let at = 0; at < editCount && machine.program === program; at++) {
      const made = ledger.made(name, 0);
      if (await program.edit(0, made.id, "x", rng.fork(made.id)))
        ledger.saved(made, scheduler.nowMs);
    }
    changes.alone.delete(name);
    if (isAlone) line.resume();
  };
  type().catch((cause: unknown) => fault(`${name} could not type: ${String(cause)}`));
  return true;
};
