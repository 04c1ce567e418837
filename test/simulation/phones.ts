/** Machines that come in by pairing, phones that only read among them, and what people do with those. */
import { createDeviceKeys } from "@duro/crypto";
import { DeviceScope } from "@duro/crypto/types";
import { onMachineOf } from "./changes.ts";
import { markerOf } from "./deletedText.ts";
import type { Machine } from "./machine.ts";
import { isPhone, type Resident } from "./people.ts";
import type { Rng } from "./rng.ts";
import type { World } from "./world.ts";

/** Each is as much work for the others as one more person. */
const machineCountMax = 5;

const pair = (world: World, rng: Rng, pairsAs: NonNullable<Resident["pairsAs"]>): boolean => {
  const { machines, books, transcript } = world;
  if (machines.length >= machineCountMax) return false;
  const owner = rng.below(books.people.length);
  const name = pairsAs === DeviceScope.Viewer ? "phone" : "paired";
  const keys = createDeviceKeys({ randomBytes: (byteLength) => rng.bytes(byteLength) });
  const resident = { machine: `${name}-${books.residents.length}`, keys, owner, pairsAs };
  books.residents.push(resident);
  transcript.note(`person ${owner} unpacks ${resident.machine}`);
  world.addMachine(resident).start();
  return true;
};

export const pairMachine = (world: World, rng: Rng): boolean => pair(world, rng, DeviceScope.Full);

export const pairPhone = (world: World, rng: Rng): boolean => pair(world, rng, DeviceScope.Viewer);

const phonesIn = (world: World): readonly Machine[] =>
  world.machines.filter(
    ({ resident, program }) =>
      isPhone(resident) && program !== undefined && !world.changes.givenUp.has(resident.keys.id),
  );

/** It is granted nothing any more, or is not even a device of its person's. */
export const giveUpPhone = (world: World, rng: Rng): boolean => {
  const phones = phonesIn(world);
  if (phones.length === 0) return false;
  const { name, resident } = rng.pick(phones);
  const { id } = resident.keys;
  const isRevoked = rng.chance(0.5);
  const isDone = onMachineOf(world, rng, resident.owner, `gives up ${name}`, (steward) =>
    isRevoked ? steward.revokeDevice(id) : steward.ungrant(id),
  );
  if (isDone) world.rare.reached("a phone is given up");
  if (isDone) world.changes.givenUp.add(id);
  return isDone;
};

/** No program for a phone offers it: what is typed there all the same is nobody else's. */
export const typeOnPhone = (world: World, rng: Rng): boolean => {
  const phones = phonesIn(world);
  if (phones.length === 0) return false;
  const { name, program } = rng.pick(phones);
  const { canary, changes, fault, transcript, profile } = world;
  const id = `${name}!${changes.typed.size + 1}`;
  changes.typed.set(id, name);
  transcript.note(`${name}: ${id} is typed`);
  const document = rng.below(profile.documentCount);
  program?.edit(document, id, markerOf(canary, id), rng.fork(id)).then(
    () => world.rare.reached("somebody types on a phone"),
    (cause: unknown) => fault(`${name} could not type: ${String(cause)}`),
  );
  return true;
};
