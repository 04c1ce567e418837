/** Appends records, one at a time, and again the one that was never answered. */
import { setTimeout as sleep } from "node:timers/promises";
import { pinRecord } from "../../../packages/crypto/src/index.ts";
import {
  authorOf,
  type Person,
  type Vault,
  withDevice,
  withoutDevice,
  withVaultRecord,
} from "../../../packages/crypto/src/testing/people.ts";
import { assert, DeviceScope } from "../../../packages/crypto/src/types.ts";
import { encodeRecord, isActive, type LogRecord } from "../../../packages/crypto/src/verify.ts";
import type { LogName } from "../../../packages/protocol/src/index.ts";
import { fault, type Ledger, noteRecord } from "./ledger.ts";
import type { Load } from "./putLoad.ts";
import { refusalIn, type Session } from "./session.ts";
import { deps, identityName, vaultName, type World } from "./world.ts";

const pauseMsMax = 250;

interface Pending {
  readonly name: LogName;
  readonly record: LogRecord;
  /** Makes it part of the world, once it was answered. */
  readonly apply: () => void;
}

/** What a user's first device writes: its own identity log, and its vault's log. */
export interface RecordSource {
  readonly user: number;
  pending: Pending | undefined;
  /** Counts up, so that kinds take turns. */
  turn: number;
}

const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index];
  assert(found !== undefined, "a world has a person and a vault at each place");
  return found;
};

const grownPerson = (person: Person): Person => {
  const phone = [...person.state.devices.values()].find(
    (device) => device.scope === DeviceScope.Viewer && isActive(device),
  );
  if (phone === undefined) return withDevice(deps, person, DeviceScope.Viewer).person;
  return withoutDevice(deps, person, { ...person.device, id: phone.id });
};

const nextPending = (world: World, source: RecordSource): Pending => {
  const { user } = source;
  source.turn += 1;
  const person = at(world.people, user);
  if (source.turn % 2 === 0) {
    const grown = grownPerson(person);
    return {
      name: identityName(person.state.user),
      record: at(grown.records, grown.records.length - 1),
      apply: () => {
        world.people[user] = grown;
      },
    };
  }
  const vault: Vault = at(world.vaults, user);
  const record = pinRecord(vault.state, authorOf(person), [person.state]);
  const grown = withVaultRecord(vault, record, [person]);
  return {
    name: vaultName(vault.state.vault),
    record,
    apply: () => {
      world.vaults[user] = grown;
    },
  };
};

export const runRecordLoad = async (
  session: Session,
  source: RecordSource,
  { world, ledger, load }: { readonly world: World; readonly ledger: Ledger; readonly load: Load },
): Promise<void> => {
  if (source.pending !== undefined) ledger.counts.resentRecords += 1;
  while (session.isOpen()) {
    if (load.isEnding() && source.pending === undefined) return;
    const pending = (source.pending ??= nextPending(world, source));
    const bytes = encodeRecord(pending.record);
    const answer = await session.ask((request) => ({
      type: "AppendRecord",
      request,
      record: bytes,
    }));
    if (answer === undefined) return;
    if (answer.type !== "RecordAppended") {
      if (answer.type === "Refusal") fault(ledger, `a record was refused: ${refusalIn(answer)}`);
      return;
    }
    if (answer.index !== pending.record.index || answer.id !== pending.record.id)
      fault(ledger, "a record was answered with another's place");
    noteRecord(ledger, pending.name, answer.index, bytes);
    pending.apply();
    source.pending = undefined;
    await sleep(load.chance.below(pauseMsMax));
  }
};
