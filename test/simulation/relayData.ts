/** What a relay's database holds, kept aside and put back: a backup, and a rollback. */
import type { MemoryRelayData } from "../../packages/server/src/testing/memoryRelayData.ts";

const copyOfLists = <Key, Row>(lists: ReadonlyMap<Key, readonly Row[]>): Map<Key, Row[]> =>
  new Map([...lists].map(([key, rows]) => [key, [...rows]]));

/** Rows are replaced and never changed, so the maps and lists are all there is to copy. */
export const copyOfRelayData = (data: MemoryRelayData): MemoryRelayData => ({
  firstAccount: { ...data.firstAccount },
  accounts: new Map(data.accounts),
  devices: new Map(data.devices),
  invites: new Map(data.invites),
  usedNonces: new Map(data.usedNonces),
  identityRecords: new Map(data.identityRecords),
  vaults: new Map(data.vaults),
  vaultRecords: new Map(data.vaultRecords),
  vaultAccess: new Map(data.vaultAccess),
  vaultIdentities: new Map(data.vaultIdentities),
  chains: new Map([...data.chains].map(([vault, chains]) => [vault, new Map(chains)])),
  envelopes: copyOfLists(data.envelopes),
  forkedHeads: copyOfLists(data.forkedHeads),
  checkpoints: copyOfLists(data.checkpoints),
  attests: copyOfLists(data.attests),
});

const refill = <Key, Value>(map: Map<Key, Value>, from: ReadonlyMap<Key, Value>): void => {
  map.clear();
  for (const [key, value] of from) map.set(key, value);
};

/** In place, since the stores hold on to it. No node may be running. */
export const putBack = (data: MemoryRelayData, kept: MemoryRelayData): void => {
  const from = copyOfRelayData(kept);
  data.firstAccount.isAdmitted = from.firstAccount.isAdmitted;
  refill(data.accounts, from.accounts);
  refill(data.devices, from.devices);
  refill(data.invites, from.invites);
  refill(data.usedNonces, from.usedNonces);
  refill(data.identityRecords, from.identityRecords);
  refill(data.vaults, from.vaults);
  refill(data.vaultRecords, from.vaultRecords);
  refill(data.vaultAccess, from.vaultAccess);
  refill(data.vaultIdentities, from.vaultIdentities);
  refill(data.chains, from.chains);
  refill(data.envelopes, from.envelopes);
  refill(data.forkedHeads, from.forkedHeads);
  refill(data.checkpoints, from.checkpoints);
  refill(data.attests, from.attests);
};
