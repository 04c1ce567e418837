/** Whoever comes in by pairing is in at last; phones see what the others see, and say nothing. */
import { isActive, isActiveFull } from "@duro/crypto/verify";
import { chainOfKey, chainsOf } from "../../packages/client/src/store/keys.ts";
import { decodeChainRow } from "../../packages/client/src/store/rows.ts";
import { rangeFrom } from "./diskTables.ts";
import type { View } from "./invariants.ts";
import { isPhone } from "./people.ts";
import type { Belonging } from "./standing.ts";
import type { World } from "./world.ts";

/** A machine that is to join, where somebody is there to let it in. Undefined: none is left. */
export const pairingOwed = (
  { machines, books, changes }: World,
  { identities, state }: Belonging,
): string | undefined => {
  for (const { name, resident, program } of machines) {
    if (resident.pairsAs === undefined || program !== undefined) continue;
    const user = books.people[resident.owner]?.state.user;
    const identity = user === undefined ? undefined : identities.get(user);
    const known = identity?.devices.get(resident.keys.id);
    // What was given up does not come back. And who is no member any more knows of no removal, so what
    // they promise a newcomer of the vault is shown to nobody: it stays outside.
    if (user === undefined || identity === undefined || !state.members.has(user)) continue;
    if (known !== undefined && !isActive(known)) continue;
    const isAnybodyThere = machines.some(
      (other) =>
        other.resident.owner === resident.owner &&
        other.program?.doorkeeper !== undefined &&
        !changes.givenUp.has(other.resident.keys.id) &&
        isActiveFull(identity.devices.get(other.resident.keys.id)),
    );
    if (isAnybodyThere) return `${name} is not let in`;
  }
  return undefined;
};

/** Undefined: every phone has what the others have. What was typed on one is there and nowhere else. */
export const readersLag = (
  { changes, machines }: World,
  readers: ReadonlyMap<string, View>,
  view: View | undefined,
): string | undefined => {
  if (view === undefined) return undefined;
  const deviceOf = new Map(machines.map(({ name, resident }) => [name, resident.keys.id]));
  for (const [name, seen] of readers) {
    // A copy has what was typed on the first.
    const isTypedHere = (by: string | undefined): boolean =>
      by !== undefined && deviceOf.get(by) === deviceOf.get(name);
    const isTypedOn = [...changes.typed.values()].some(isTypedHere);
    for (const document of new Set([...view.keys(), ...seen.keys()])) {
      const [one, other] = [view.get(document), seen.get(document)];
      if (!isTypedOn && one?.digest !== other?.digest)
        return `document ${document}: ${name} has ${other?.editIds.size ?? 0} of ${one?.editIds.size ?? 0} edits`;
      for (const id of one?.editIds ?? [])
        if (other?.editIds.has(id) !== true) return `document ${document}: ${name} lacks ${id}`;
      for (const id of other?.editIds ?? [])
        if (one?.editIds.has(id) !== true && !isTypedHere(changes.typed.get(id)))
          return `document ${document}: ${name} has ${id} before the others`;
    }
  }
  return undefined;
};

const chainCountMax = 1_000;

/** What a phone says nobody keeps, since it says nothing. */
export const checkReaders = (world: World): void => {
  const { machines, stores, books, fault, rare } = world;
  const phones = machines.filter(({ resident }) => isPhone(resident));
  const { vault } = books.vault.state;
  const chains = [...(stores.data.chains.get(vault)?.values() ?? [])];
  for (const { name, resident, program, disk } of phones) {
    if (chains.some(({ device, seq }) => device === resident.keys.id && seq > 0))
      fault(`${name} only reads, and has a chain at the relay`);
    const own = rangeFrom(disk.image, "chains", chainsOf(vault), chainCountMax)
      .map(({ key, value }) => decodeChainRow(chainOfKey(key), value))
      .filter(({ device }) => device === resident.keys.id);
    // Its own relay would not take it: another one may.
    if (own.some(({ head }) => head.at > 0)) fault(`${name} only reads, and has sealed something`);
    if (program !== undefined) rare.reached("a phone reads what the others write");
  }
};
