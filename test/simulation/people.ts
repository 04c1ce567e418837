/** Who there is: people with their machines' keys, and the vault they share, known to the relay from the start. */
import type { DeviceKeys, Phrase } from "@duro/crypto";
import {
  createPerson,
  createVault,
  type Deps,
  type Person,
  type Vault,
  withDevice,
  withMember,
  withPaper,
} from "@duro/crypto/testing/people";
import { DeviceScope } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import {
  type KnownStores,
  registerPerson,
  storeVault,
} from "../../packages/server/src/testing/testVault.ts";

export interface Resident {
  readonly machine: string;
  readonly keys: DeviceKeys;
  /** By number, in `people`. */
  readonly owner: number;
  /** It lets itself in by these words. Undefined: somebody has let it in. */
  readonly phrase?: Phrase | undefined;
  /** It pairs with another machine of its owner, as this. Undefined: it came in by another way. */
  readonly pairsAs?: typeof DeviceScope.Full | typeof DeviceScope.Viewer | undefined;
}

/** A phone, that only reads. */
export const isPhone = ({ pairsAs }: Resident): boolean => pairsAs === DeviceScope.Viewer;

/** The world's own books: what everybody should come to know. */
export interface Books {
  readonly deps: Deps;
  people: readonly Person[];
  vault: Vault;
  readonly residents: Resident[];
  /** By person: the sheet in their drawer. */
  readonly phrases: readonly (Phrase | undefined)[];
}

const personNames = ["alice", "bob", "carol", "dave"];
const machineNames = ["laptop", "desktop", "server", "studio", "spare"];

/** `deviceCounts`: how many machines each person has. The first person owns the vault, the others write. */
export const createBooks = (
  deps: Deps,
  deviceCounts: readonly number[],
  hasPaper: boolean,
): Books => {
  const residents: Resident[] = [];
  const phrases: (Phrase | undefined)[] = [];
  const people = deviceCounts.map((deviceCount, owner) => {
    let person = createPerson(deps);
    const keys = [person.device];
    while (keys.length < deviceCount) {
      const more = withDevice(deps, person);
      person = more.person;
      keys.push(more.device);
    }
    for (const [at, of] of keys.entries())
      residents.push({ machine: `${personNames[owner]}-${machineNames[at]}`, keys: of, owner });
    const onPaper = hasPaper ? withPaper(deps, person) : undefined;
    phrases.push(onPaper?.phrase);
    return onPaper?.person ?? person;
  });
  const [first, ...others] = people;
  if (first === undefined) throw new RangeError("somebody owns the vault");
  let vault = createVault(deps, first);
  for (const other of others) vault = withMember(deps, vault, first, other, Role.Writer);
  return { deps, people, vault, residents, phrases };
};

export const registerBooks = async (stores: KnownStores, books: Books): Promise<void> => {
  for (const person of books.people) await registerPerson(stores, person);
  const [payer] = books.people;
  if (payer !== undefined) await storeVault(stores, books.vault, payer);
};
