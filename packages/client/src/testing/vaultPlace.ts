/** Vault cores of several devices of one person, without engine and relay: what one puts is at hand. */
import { systemRandomBytes } from "@duro/crypto";
import type { DeviceKeys } from "@duro/crypto";
import {
  createPerson,
  createVault,
  type Person,
  type Vault,
  withDevice,
  withVaultRecord,
} from "@duro/crypto/testing/people";
import { pinRecord } from "@duro/crypto";
import type { LogRecord } from "@duro/crypto/verify";
import { type DocId, docIds, type Run } from "@duro/protocol";
import { openFollowedLogs } from "../logs/followedLogs.ts";
import { createKeyRing } from "../logs/keyRing.ts";
import type { LocalStore } from "../ports/localStore.ts";
import { openVaultCore, type VaultCore } from "../vault/vault.ts";
import type { LogView } from "../vault/view.ts";
import { createDirectGuard } from "./directGuard.ts";
import { createManualClock, type ManualClock } from "./manualClock.ts";
import { createMemoryDisk, type MemoryDisk, openMemoryLocalStore } from "./memoryLocalStore.ts";

export const deps = { randomBytes: systemRandomBytes };

export const docOf = (byte: number): DocId => docIds.fromBytes(new Uint8Array(16).fill(byte));

/** A person with that many devices, all of which the vault knows. */
export interface Place {
  readonly person: Person;
  readonly devices: readonly DeviceKeys[];
  readonly vault: Vault;
}

export const createPlace = (deviceCount: number): Place => {
  let person = createPerson(deps);
  const devices: DeviceKeys[] = [person.device];
  while (devices.length < deviceCount) {
    const added = withDevice(deps, person);
    person = added.person;
    devices.push(added.device);
  }
  const founded = createVault(deps, person);
  const author = { device: person.device, identity: person.state };
  const pin = pinRecord(founded.state, author, [person.state]);
  return { person, devices, vault: withVaultRecord(founded, pin, [person]) };
};

export const viewOf = ({ person, vault }: Pick<Place, "person" | "vault">): LogView => {
  const { byEpoch, failures } = createKeyRing(person.device).vaultKeys(person.state, vault.state);
  return {
    state: vault.state,
    keys: byEpoch,
    keyFailures: failures,
    identityAt: ({ index, head }) => {
      const state = person.states[index];
      return state?.head.id === head ? state : undefined;
    },
    identity: (user) => (user === person.state.user ? person.state : undefined),
  };
};

export interface OpenedCore {
  readonly core: VaultCore;
  readonly disk: MemoryDisk;
  readonly clock: ManualClock;
  /** Everything it has put, in order. */
  readonly puts: readonly Run[];
  readonly pulls: number;
  /** Bytes of what was dealt with, each time that it said so. */
  readonly taken: readonly number[];
  readonly failures: readonly unknown[];
  /** What it made of runs that no honest relay and no honest device brings. */
  readonly refusals: readonly string[];
  /** Edits and makes them durable. */
  type(text: string, doc?: DocId): Promise<void>;
  text(doc?: DocId): Promise<string>;
  /** Seals everything that waits. */
  sealAll(): Promise<void>;
}

export const openCore = async (
  place: Place,
  device: DeviceKeys,
  {
    disk = createMemoryDisk(),
    store = openMemoryLocalStore(disk),
    view = viewOf(place),
    isIdle = false,
  }: {
    readonly disk?: MemoryDisk;
    readonly store?: LocalStore;
    readonly view?: LogView;
    /** What is edited is sealed with it. */
    readonly isIdle?: boolean;
  } = {},
): Promise<OpenedCore> => {
  const puts: Run[] = [];
  const failures: unknown[] = [];
  const refusals: string[] = [];
  const taken: number[] = [];
  let pulls = 0;
  const nothing = (): void => {};
  const clock = createManualClock();
  const core = await openVaultCore(
    {
      store,
      clock,
      watch: {
        clock,
        logs: await openFollowedLogs(store),
        relay: () => undefined,
        onRelayFault: nothing,
        onAlarms: nothing,
      },
      guard: createDirectGuard(),
      owner: { user: place.person.state.user, device, randomBytes: deps.randomBytes },
      link: {
        dirty: nothing,
        sealed: nothing,
        sealLater: nothing,
        put: (_, run) => void puts.push(run),
        taken: (byteLength) => void taken.push(byteLength),
        isIdle: () => isIdle,
        pull: () => {
          pulls += 1;
        },
      },
      onChange: nothing,
      onDocuments: nothing,
      onAuthorUnknown: nothing,
      onRefused: (_, { kind }) => void refusals.push(kind),
      isLogHere: () => true,
      onLogAhead: nothing,
      onOwnChainElsewhere: nothing,
      onFailure: (cause) => void failures.push(cause),
    },
    place.vault.state.vault,
    view,
  );
  const opened: OpenedCore = {
    core,
    disk,
    clock,
    puts,
    get pulls() {
      return pulls;
    },
    taken,
    failures,
    refusals,
    type: async (text, doc = docOf(1)) => {
      const live = await core.hold(doc);
      const target = live.ydoc.getText("t");
      target.insert(target.length, text);
      await core.saved();
      core.release(doc);
    },
    text: async (doc = docOf(1)) => {
      const live = await core.hold(doc);
      const text = live.ydoc.getText("t").toJSON();
      core.release(doc);
      return text;
    },
    sealAll: async () => {
      for (let left = core.memory.waiting.length; left > 0; left = core.memory.waiting.length) {
        await core.seal();
        if (core.memory.waiting.length === left) return;
      }
    },
  };
  return opened;
};

/** The log of the vault with one record more. */
export const withRecord = (place: Place, record: LogRecord): Place => ({
  ...place,
  vault: withVaultRecord(place.vault, record, [place.person]),
});
