/** The things that happen in a run: what people do, and what goes wrong. */
import {
  backUpMachine,
  backUpRelay,
  cloneMachine,
  cloneNameOf,
  isClone,
  restoreMachine,
  rollRelayBack,
} from "./history.ts";
import { addDevice, addMember, removeMember, revokeDevice, rotate } from "./changes.ts";
import { compact } from "./compacting.ts";
import { markerOf } from "./deletedText.ts";
import type { Machine } from "./machine.ts";
import { isPhone } from "./people.ts";
import type { Weights } from "./profile.ts";
import type { Rng } from "./rng.ts";
import { tidyRelay } from "./tidying.ts";
import type { World } from "./world.ts";

export type ActionName = keyof Weights;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** What a command does: it tells the person once the edit is saved, and not before. */
const edit = async (world: World, machine: Machine, rng: Rng): Promise<void> => {
  const { ledger, scheduler, profile, canary, fault, transcript } = world;
  const { program } = machine;
  if (program === undefined) return;
  const document = rng.below(profile.documentCount);
  const made = ledger.made(machine.name, document);
  transcript.note(`${made.id} is made in document ${document}`);
  const text = markerOf(canary, made.id) + "x".repeat(rng.below(profile.textLengthMax));
  try {
    const isSaved = await program.edit(document, made.id, text, rng.fork(made.id));
    transcript.note(`${made.id} is ${isSaved ? "" : "not "}saved`);
    if (isSaved) ledger.saved(made, scheduler.nowMs);
  } catch (cause) {
    fault(`${machine.name} could not edit: ${String(cause)}`);
  }
};

/** Two of one are enough. */
const mayClone = ({ machines }: World, name: string): boolean =>
  !isClone(name) &&
  machines.some((machine) => machine.name === name && hasJoined(machine)) &&
  !machines.some((other) => other.name === cloneNameOf(name));

const hasJoined = ({ resident, program }: Machine): boolean =>
  resident.pairsAs === undefined || program !== undefined;

const some = <Item>(rng: Rng, items: readonly Item[], work: (item: Item) => void): boolean => {
  if (items.length === 0) return false;
  work(rng.pick(items));
  return true;
};

/** False: nothing to do it to. */
export const act = (world: World, rng: Rng, action: ActionName): boolean => {
  const { machines, nodes, profile, rare, scheduler, transcript } = world;
  const { note } = transcript;
  const isSilent = rng.chance(profile.silentProbability);
  const on = machines.filter(({ isOn }) => isOn);
  const working = machines.filter(({ program }) => program !== undefined);
  const writers = working.filter(({ resident }) => !isPhone(resident));
  const up = nodes.filter(({ isUp }) => isUp);
  switch (action) {
    case "edit":
      return some(rng, writers, (machine) => void edit(world, machine, rng));
    case "machineCrash":
      return some(rng, on, (machine) => machine.crash(isSilent));
    case "machineStop":
      return some(rng, working, (machine) => void machine.stop());
    case "machineStart":
      return some(
        rng,
        machines.filter(({ isOn }) => !isOn),
        (machine) => machine.start(),
      );
    case "lineBreak":
      return some(rng, on, ({ line, name }) => {
        note(`${name}'s connection breaks`);
        line.breakAll();
      });
    case "lineHalfBreak":
      return some(rng, on, ({ line, name }) => {
        note(`${name}'s connection breaks, and one side does not notice`);
        line.breakHalf();
      });
    case "lineStall":
      return some(rng, machines, ({ line, name }) => {
        note(`${name} is cut off`);
        line.stall();
      });
    case "lineResume":
      return some(
        rng,
        machines.filter(({ line, name }) => line.pace.isStalled && !world.changes.alone.has(name)),
        ({ line, name }) => {
          note(`${name} is back`);
          line.resume();
        },
      );
    case "relayCrash":
      return some(rng, up, (node) => node.crash(isSilent));
    case "relayStop":
      return some(rng, up, (node) => void node.stop());
    case "relayStart":
      return some(
        rng,
        nodes.filter(({ isUp }) => !isUp),
        (node) => node.start(),
      );
    case "diskFull":
      return some(rng, machines, ({ disk, name }) => {
        note(`${name}'s disk is full`);
        disk.isFull = true;
      });
    case "diskFreed":
      return some(
        rng,
        machines.filter(({ disk }) => disk.isFull),
        ({ disk, name }) => {
          note(`${name} has room again`);
          disk.isFull = false;
        },
      );
    case "clockStep":
      return some(rng, machines, ({ clock, name }) => {
        const byMs = rng.between(-dayMs, dayMs);
        if (byMs < 0) rare.reached("a clock goes back");
        note(`${name}'s clock is set by ${byMs} ms`);
        clock.step(byMs);
      });
    case "relayBackup":
      return backUpRelay(world);
    case "relayRollback":
      return rollRelayBack(world, rng);
    case "machineBackup":
      return some(rng, machines, (machine) => backUpMachine(world, machine));
    case "machineRestore":
      return some(
        rng,
        machines.filter(({ name }) => world.history.machines.has(name)),
        (machine) => restoreMachine(world, machine),
      );
    case "machineClone":
      return some(
        rng,
        machines.filter(({ name }) => mayClone(world, name)),
        (machine) => cloneMachine(world, machine),
      );
    case "rotate":
      return rotate(world, rng);
    case "removeMember":
      return removeMember(world, rng);
    case "addMember":
      return addMember(world, rng);
    case "revokeDevice":
      return revokeDevice(world, rng);
    case "compact":
      return some(rng, working, (machine) => compact(world, machine, rng));
    case "tidy":
      scheduler.holdFor(tidyRelay(world, rng.chance(0.5)));
      return true;
    case "addDevice":
      return addDevice(world, rng);
    case "longPause":
      rare.reached("nothing happens for an hour");
      return true;
  }
};

/** What passes before the next thing. */
export const pauseAfter = (world: World, rng: Rng, action: ActionName): number =>
  action === "longPause" ? hourMs : rng.waitMs(world.profile.pauseMs);

/** By weight. */
export const drawAction = (weights: Weights, rng: Rng): ActionName => {
  const entries = Object.entries(weights) as [ActionName, number][];
  const sum = entries.reduce((total, [, weight]) => total + weight, 0);
  let at = (rng.below(2 ** 32) / 2 ** 32) * sum;
  for (const [name, weight] of entries) {
    at -= weight;
    if (at < 0) return name;
  }
  return "edit";
};
