/** A person with devices and one vault, from a seed: whoever has the seed has the keys. */
import type { DeviceKeys } from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import { encodeRecord, type LogRecord } from "@duro/crypto/verify";
import { limits } from "@duro/protocol";
import {
  createPerson,
  createVault,
  type Person,
  type Vault,
  withDevice,
} from "../../../packages/crypto/src/testing/people.ts";
import { seededRandomBytes } from "../../../packages/crypto/src/testing/seededRandomBytes.ts";
import {
  nextRequest,
  registerRecords,
} from "../../../packages/server/src/testing/registerPerson.ts";
import { openSession } from "../relay/session.ts";

export interface World {
  readonly person: Person;
  readonly devices: readonly DeviceKeys[];
  readonly vault: Vault;
}

export const createWorld = (seed: string, deviceCount: number): World => {
  const deps = { randomBytes: seededRandomBytes(seed) };
  let person = createPerson(deps);
  const devices = [person.device];
  while (devices.length < deviceCount) {
    const more = withDevice(deps, person);
    person = more.person;
    devices.push(more.device);
  }
  return { person, devices, vault: createVault(deps, person) };
};

/** At the relay, with what does not fit into a registration sent behind it. */
export const registerWorld = async (url: string, { person, vault }: World): Promise<void> => {
  const first = person.records.slice(0, limits.registrationRecordCountMax);
  const answer = await registerRecords(url, first);
  assert(answer.ok, "a new person may register");
  const session = await openSession(url, person.device);
  const append = async (record: LogRecord): Promise<void> => {
    session.send({ type: "AppendRecord", request: nextRequest(), record: encodeRecord(record) });
    await session.next("RecordAppended");
  };
  for (const record of person.records.slice(first.length)) await append(record);
  for (const record of vault.records) await append(record);
  session.socket.close();
};
