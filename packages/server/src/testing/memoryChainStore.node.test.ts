import { asSignPublicKey, DeviceScope, noRecord } from "@duro/crypto/types";
import { chainStoreContract } from "./chainStore.contract.ts";
import { createMemoryChainStore } from "./memoryChainStore.ts";
import { createMemoryRelayData } from "./memoryRelayData.ts";
import { userOf } from "./storeSamples.ts";

chainStoreContract("memory", async () => {
  const data = createMemoryRelayData();
  return {
    nodes: [createMemoryChainStore(data), createMemoryChainStore(data)],
    foundVault: async (vault, payer) => {
      const logHead = { index: 0, id: noRecord };
      data.vaults.set(vault, { payer, logHead, position: 0, usedByteLength: 0, createdAtMs: 1 });
    },
    setQuota: async (user, quotaByteLength) => {
      data.accounts.set(user, { registeredAtMs: 1, quotaByteLength, deleteAfterMs: undefined });
    },
    addDevice: async (device, isRevoked) => {
      const signKey = asSignPublicKey(new Uint8Array(32));
      const known = { scope: DeviceScope.Full, expiresAtMs: undefined, seenAtMs: undefined };
      data.devices.set(device, { device, user: userOf(1), signKey, isRevoked, ...known });
    },
    trash: async (vault, position) => {
      const envelopes = data.envelopes.get(vault);
      const envelope = envelopes?.[position - 1];
      if (envelopes !== undefined && envelope !== undefined)
        envelopes[position - 1] = { ...envelope, body: undefined };
    },
    kept: async (vault) => ({
      usedByteLength: data.vaults.get(vault)?.usedByteLength ?? 0,
      checkpoints: data.checkpoints.get(vault) ?? [],
      attests: data.attests.get(vault) ?? [],
      forks: data.forkedHeads.get(vault) ?? [],
    }),
    close: async () => {},
  };
});
