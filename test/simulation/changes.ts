/** What people change about who belongs to them: keys anew, members gone and back, devices given up. */
import { createDeviceKeys } from "@duro/crypto";
import type { ChainCut, DeviceCut } from "@duro/crypto/verify";
import type { DeviceId, UserId } from "@duro/protocol";
import type { Machine } from "./machine.ts";
import { isPhone, type Resident } from "./people.ts";
import type { Rng } from "./rng.ts";
import type { Steward } from "./steward.ts";
import type { World } from "./world.ts";

type Stewarding = (steward: Steward) => Promise<string>;

/** Somebody at a machine of this person does it, where there is one that runs. */
export const onMachineOf = (
  { machines, transcript, fault, changes }: World,
  rng: Rng,
  person: number,
  what: string,
  work: Stewarding,
): boolean => {
  const able = machines.filter(
    ({ resident, program }) =>
      resident.owner === person &&
      program?.steward !== undefined &&
      !changes.givenUp.has(resident.keys.id),
  );
  if (able.length === 0) return false;
  const { name, program } = rng.pick(able);
  const steward = program?.steward;
  if (steward === undefined) return false;
  const doIt = async (): Promise<void> => {
    transcript.note(`${name}: ${what}`);
    try {
      transcript.note(`${name}: ${what}, ${await work(steward)}`);
    } catch (cause) {
      fault(`${name} could not do it: ${what}: ${String(cause)}`);
    }
  };
  void doIt();
  return true;
};

/** What was wished for, so that nobody is held to what may have been taken from them. */
export interface Changes {
  /** Who was to be removed at any time: what they wrote may not count. */
  readonly touched: Set<UserId>;
  readonly givenUp: Set<DeviceId>;
  /** By its name: the phone on which it was typed, where nobody may type. */
  readonly typed: Map<string, string>;
  /** Machines on which somebody typed very fast: one each is enough. */
  readonly bursting: Set<string>;
  /** Whose line stays cut until that is over. */
  readonly alone: Set<string>;
}

export const createChanges = (): Changes => ({
  touched: new Set(),
  givenUp: new Set(),
  typed: new Map(),
  bursting: new Set(),
  alone: new Set(),
});

export const rotate = (world: World, rng: Rng): boolean =>
  onMachineOf(world, rng, rng.below(world.books.people.length), "makes a new key", (steward) =>
    steward.rotate(),
  );

/** All that the relay has of a person's chains, as whoever removes them sees it. */
const cutsOf = ({ stores, books }: World, user: UserId): readonly DeviceCut[] => {
  const byDevice = new Map<DeviceId, ChainCut[]>();
  const chains = stores.data.chains.get(books.vault.state.vault)?.values() ?? [];
  for (const { device, user: author, incarnation, seq, headId } of chains) {
    if (author !== user) continue;
    const cuts = byDevice.get(device) ?? [];
    byDevice.set(device, cuts);
    cuts.push({ incarnation, seq, id: headId });
  }
  return [...byDevice]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([device, cuts]) => ({
      device,
      chains: cuts.toSorted((left, right) => (left.incarnation < right.incarnation ? -1 : 1)),
    }));
};

const drawOther = (world: World, rng: Rng): number | undefined => {
  const count = world.books.people.length;
  return count < 2 ? undefined : rng.between(1, count - 1);
};

export const removeMember = (world: World, rng: Rng): boolean => {
  const other = drawOther(world, rng);
  const user = other === undefined ? undefined : world.books.people[other]?.state.user;
  if (user === undefined) return false;
  const isDone = onMachineOf(world, rng, 0, `removes person ${other}`, (steward) =>
    steward.removeMember(user, () => cutsOf(world, user)),
  );
  if (isDone) {
    world.changes.touched.add(user);
    world.rare.reached("a member is removed");
  }
  return isDone;
};

export const addMember = (world: World, rng: Rng): boolean => {
  const { touched } = world.changes;
  if (touched.size === 0) return false;
  const user = rng.pick([...touched]);
  const isDone = onMachineOf(world, rng, 0, "takes somebody in again", (steward) =>
    steward.addMember(user),
  );
  if (isDone) world.rare.reached("a member comes back");
  return isDone;
};

/** Never the last one of a person. */
export const revokeDevice = (world: World, rng: Rng): boolean => {
  const { books, changes, rare } = world;
  const person = rng.below(books.people.length);
  const left = books.residents.filter(
    (resident) =>
      resident.owner === person &&
      !changes.givenUp.has(resident.keys.id) &&
      !isPhone(resident) &&
      hasJoined(world, resident),
  );
  if (left.length < 2) return false;
  const gone = rng.pick(left);
  // At another machine than that one.
  changes.givenUp.add(gone.keys.id);
  const isDone = onMachineOf(world, rng, person, `gives up ${gone.machine}`, (steward) =>
    steward.revokeDevice(gone.keys.id),
  );
  if (isDone) rare.reached("a device is revoked");
  else changes.givenUp.delete(gone.keys.id);
  return isDone;
};

/** Whoever pairs may be in the log and still stand outside. */
const hasJoined = ({ machines }: World, { pairsAs, machine }: Resident): boolean =>
  pairsAs === undefined || machines.find(({ name }) => name === machine)?.program !== undefined;

const machineCountMax = 5;

/** Another machine of somebody's, let in by one that they have: it begins with nothing. */
export const addDevice = (world: World, rng: Rng): boolean => {
  if (world.machines.length >= machineCountMax) return false;
  const owner = rng.below(world.books.people.length);
  if (rng.chance(0.3) && recoverNow(world, owner) !== undefined) return true;
  const { resident, letIn } = newcomerOf(world, owner);
  return onMachineOf(world, rng, owner, `adds ${resident.machine}`, async (steward) => {
    const { said } = await letIn(steward);
    return said;
  });
};

/** At the first machine that can. Undefined: none can. */
export const addDeviceNow = async (world: World, owner: number): Promise<Machine | undefined> => {
  const able = world.machines.find(
    ({ resident, program }) =>
      resident.owner === owner &&
      program?.steward !== undefined &&
      !world.changes.givenUp.has(resident.keys.id),
  );
  const steward = able?.program?.steward;
  return steward && (await newcomerOf(world, owner).letIn(steward)).machine;
};

const newcomerOf = (world: World, owner: number) => {
  const { books, rare, stores } = world;
  const keys = createDeviceKeys(books.deps);
  const resident: Resident = { machine: `newcomer-${books.residents.length}`, keys, owner };
  const letIn = async (steward: Steward) => {
    const said = await steward.addDevice(keys);
    if (!stores.data.devices.has(keys.id)) return { said, machine: undefined };
    rare.reached("a device is added");
    books.residents.push(resident);
    const machine = world.addMachine(resident);
    machine.start();
    return { said, machine };
  };
  return { resident, letIn };
};

/** Nobody lets it in: the words do. Undefined: they have none. */
export const recoverNow = (world: World, owner: number): Machine | undefined => {
  const { books, rare } = world;
  const phrase = books.phrases[owner];
  if (phrase === undefined) return undefined;
  const keys = createDeviceKeys(books.deps);
  const name = `newcomer-${books.residents.length}`;
  const resident: Resident = { machine: name, keys, owner, phrase };
  books.residents.push(resident);
  rare.reached("a device comes back by 24 words");
  const machine = world.addMachine(resident);
  machine.start();
  return machine;
};
