/** Rooms for attacks: one person with several devices, or several people. */
import { addMemberRecord, type DeviceKeys, pinRecord } from "@duro/crypto";
import {
  authorOf,
  createPerson,
  createVault,
  type Person,
  withDevice,
  withVaultRecord,
} from "@duro/crypto/testing/people";
import type { LogRecord, Role } from "@duro/crypto/verify";
import { deps, openStation, type Room, type Station, type StationOptions } from "./station.ts";

/** The vault's log with one record more. */
export const withRecord = (room: Room, record: LogRecord, key = room.vault.key): Room => ({
  ...room,
  vault: withVaultRecord(room.vault, record, room.people, key),
});

export interface OwnRoom extends Room {
  readonly person: Person;
  readonly devices: readonly DeviceKeys[];
}

/** One person, whose devices the vault knows. */
export const createOwnRoom = (deviceCount: number): OwnRoom => {
  let person = createPerson(deps);
  const devices: DeviceKeys[] = [person.device];
  while (devices.length < deviceCount) {
    const added = withDevice(deps, person);
    person = added.person;
    devices.push(added.device);
  }
  const founded = { people: [person], vault: createVault(deps, person) };
  const pin = pinRecord(founded.vault.state, authorOf(person), [person.state]);
  return { ...withRecord(founded, pin), person, devices };
};

/** Stations of that many devices of one person, at a relay that has nothing yet. */
export const openOwnStations = async (count: number, options: StationOptions = {}) => {
  const room = createOwnRoom(count);
  const { user } = room.person.state;
  const open = async (at: number, more: StationOptions = options): Promise<Station> => {
    const device = room.devices[at] ?? room.person.device;
    const station = await openStation(room, user, device, more);
    await station.connect();
    return station;
  };
  return { room, vault: room.vault.state.vault, open };
};

/** An owner and others, each with a role and one device. */
export const createSharedRoom = (...roles: readonly Role[]) => {
  const owner = createPerson(deps);
  const others = roles.map(() => createPerson(deps));
  let room: Room = { people: [owner, ...others], vault: createVault(deps, owner) };
  for (const [at, { state: identity }] of others.entries()) {
    const { state, key } = room.vault;
    const role = roles[at] ?? 1;
    room = withRecord(room, addMemberRecord(deps, state, authorOf(owner), { identity, role }, key));
  }
  return { room, owner, others };
};

export const openOf = async (
  room: Room,
  person: Person,
  options: StationOptions = {},
): Promise<Station> => {
  const station = await openStation(room, person.state.user, person.device, options);
  await station.connect();
  return station;
};
