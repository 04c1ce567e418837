/** People and vaults of a measurement, from a seed: whoever has the seed has the keys. */
import { assert } from "@duro/crypto/types";
import { encodeRecord } from "@duro/crypto/verify";
import {
  createPerson,
  createVault,
  type Person,
  type Vault,
} from "../../../packages/crypto/src/testing/people.ts";
import { seededRandomBytes } from "../../../packages/crypto/src/testing/seededRandomBytes.ts";
import {
  nextRequest,
  registerRecords,
} from "../../../packages/server/src/testing/registerPerson.ts";
import { openSession } from "./session.ts";

/** So many records pass at once, without waiting for the connection's budget to fill. */
export const vaultsPerUser = 100;

export interface Household {
  readonly person: Person;
  readonly vaults: readonly Vault[];
}

/** As many people as the vaults need. */
const createHouseholds = (seed: string, vaultCount: number): readonly Household[] => {
  const userCount = Math.ceil(vaultCount / vaultsPerUser);
  return Array.from({ length: userCount }, (_, user) => {
    const deps = { randomBytes: seededRandomBytes(`${seed} ${user}`) };
    const person = createPerson(deps);
    const count = Math.floor((vaultCount + userCount - 1 - user) / userCount);
    return { person, vaults: Array.from({ length: count }, () => createVault(deps, person)) };
  });
};

const registerHousehold = async (url: string, { person, vaults }: Household): Promise<void> => {
  const answer = await registerRecords(url, person.records);
  assert(answer.ok, "a new person may register");
  const session = await openSession(url, person.device);
  for (const vault of vaults)
    for (const record of vault.records)
      session.send({ type: "AppendRecord", request: nextRequest(), record: encodeRecord(record) });
  const recordCount = vaults.reduce((sum, { records }) => sum + records.length, 0);
  await session.next("RecordAppended", recordCount);
  session.socket.close();
};

export const createWorld = async (
  url: string,
  seed: string,
  vaultCount: number,
): Promise<readonly Household[]> => {
  const households = createHouseholds(seed, vaultCount);
  for (const household of households) await registerHousehold(url, household);
  return households;
};

/** One person with one vault. */
export const createOneVault = async (
  url: string,
  seed: string,
): Promise<{ readonly person: Person; readonly vault: Vault }> => {
  const [household] = await createWorld(url, seed, 1);
  const [vault] = household?.vaults ?? [];
  assert(household !== undefined && vault !== undefined, "a person with a vault");
  return { person: household.person, vault };
};
