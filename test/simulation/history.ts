/** What only a machine of time does: a backup put back, a copy that goes on beside the first. */
import type { ChainId, VaultId } from "@duro/protocol";
import type { DiskImage } from "./diskTables.ts";
import type { Machine } from "./machine.ts";
import type { MemoryRelayData } from "../../packages/server/src/testing/memoryRelayData.ts";
import { copyOfRelayData, putBack } from "./relayData.ts";
import type { Rng } from "./rng.ts";
import type { TidiedVaults, World } from "./world.ts";

export interface History {
  relay: { readonly data: MemoryRelayData; readonly tidied: TidiedVaults } | undefined;
  readonly machines: Map<string, { readonly image: DiskImage; readonly atMs: number }>;
  /** From here on what was receipted may be missing, until a device gives it back. */
  isRolledBack: boolean;
  /** Envelopes that the relay had stored, and lost. */
  lostCount: number;
  /** Records, the same. */
  lostRecordCount: number;
  /** Where the envelopes stood. */
  readonly taken: Set<string>;
  /** Machines that went on from an older state, or are there twice: what they say of that is true. */
  readonly doubled: Set<string>;
}

export const createHistory = (): History => ({
  relay: undefined,
  machines: new Map(),
  isRolledBack: false,
  lostCount: 0,
  lostRecordCount: 0,
  taken: new Set(),
  doubled: new Set(),
});

const copyOfTidied = (vaults: TidiedVaults): TidiedVaults =>
  new Map(
    [...vaults].map(([vault, { tidied, trash }]) => [vault, { tidied, trash: new Map(trash) }]),
  );

export const backUpRelay = ({ history, stores, tidied, transcript }: World): boolean => {
  history.relay = { data: copyOfRelayData(stores.data), tidied: copyOfTidied(tidied) };
  transcript.note("the relay is backed up");
  return true;
};

export const placeOf = (vault: VaultId, chain: ChainId, seq: number): string =>
  `${vault} ${chain} ${seq}`;

const placesOf = ({ envelopes }: MemoryRelayData): ReadonlySet<string> =>
  new Set(
    [...envelopes].flatMap(([vault, all]) =>
      all.map(({ chain, seq }) => placeOf(vault, chain, seq)),
    ),
  );

const recordCountOf = ({ identityRecords, vaultRecords }: MemoryRelayData): number =>
  [...identityRecords.values(), ...vaultRecords.values()].reduce(
    (count, records) => count + records.length,
    0,
  );

export const rollRelayBack = (world: World, rng: Rng): boolean => {
  const { history, stores, nodes, transcript, rare } = world;
  if (history.relay === undefined) return false;
  for (const node of nodes) node.crash(false);
  const isNewGeneration = rng.chance(0.5);
  transcript.note(`the relay is put back${isNewGeneration ? "" : ", and hides it"}`);
  rare.reached(isNewGeneration ? "the relay is restored" : "the relay is rolled back in secret");
  const before = placesOf(stores.data);
  const recordCount = recordCountOf(stores.data);
  putBack(stores.data, history.relay.data);
  world.tidied.clear();
  for (const [vault, kept] of copyOfTidied(history.relay.tidied)) world.tidied.set(vault, kept);
  const after = placesOf(stores.data);
  const lost = [...before].filter((place) => !after.has(place));
  history.lostCount += lost.length;
  history.lostRecordCount += recordCount - recordCountOf(stores.data);
  for (const place of lost) history.taken.add(place);
  history.isRolledBack = true;
  if (isNewGeneration) world.renewGeneration();
  for (const node of nodes) node.start();
  return true;
};

export const backUpMachine = (
  { history, scheduler, transcript }: World,
  machine: Machine,
): void => {
  history.machines.set(machine.name, { image: machine.disk.image, atMs: scheduler.nowMs });
  transcript.note(`${machine.name} is backed up`);
};

export const restoreMachine = (world: World, machine: Machine): void => {
  const { history, ledger, rare, transcript } = world;
  const kept = history.machines.get(machine.name);
  if (kept === undefined) return;
  machine.crash(false);
  transcript.note(`${machine.name} is put back`);
  rare.reached("a device goes on from a backup");
  machine.disk.replace(kept.image);
  history.doubled.add(machine.name);
  // What was saved since is gone by a person's own doing, unless it had left the machine.
  ledger.forget(machine.name, ({ savedAtMs }) => savedAtMs !== undefined && savedAtMs <= kept.atMs);
  machine.start();
};

const cloneSuffix = "-copy";

export const cloneNameOf = (name: string): string => `${name}${cloneSuffix}`;
export const isClone = (name: string): boolean => name.endsWith(cloneSuffix);

export const cloneMachine = (world: World, machine: Machine): void => {
  const { history, rare, transcript } = world;
  transcript.note(`${machine.name} is copied`);
  rare.reached("a device is cloned");
  const clone = world.addMachine({ ...machine.resident, machine: cloneNameOf(machine.name) });
  history.doubled.add(machine.name).add(clone.name);
  clone.disk.replace(machine.disk.image);
  clone.start();
};
