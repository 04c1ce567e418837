/** Who hears of a vault's log: whoever has access by it, also where they have not opened the vault yet. */
import { DeviceScope, LogKind } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { createPerson, createVault, type Person, withMember } from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import type { RelayInput } from "@duro/protocol";
import { expect, test } from "vitest";
import { openMemoryRelayStores } from "../testing/memoryRelayStores.ts";
import { registerPerson, storeVault } from "../testing/testVault.ts";
import { createHub } from "./hub.ts";
import { createKnownLogs } from "./knownLogs.ts";

const deps = { randomBytes: seededRandomBytes("hub access") };

test("[RELAY8] somebody who is let in hears of it at once, and a stranger does not", async () => {
  const [owner, member, stranger] = [createPerson(deps), createPerson(deps), createPerson(deps)];
  const stores = openMemoryRelayStores();
  for (const person of [owner, member, stranger]) await registerPerson(stores, person);
  const vault = withMember(deps, createVault(deps, owner), owner, member, Role.Writer);
  await storeVault(stores, vault, owner);
  const hub = createHub({
    chainStore: stores.chainStore,
    logs: createKnownLogs(stores.logStore),
    onFailure: (cause) => {
      throw cause;
    },
  });
  const listen = ({ state, device }: Person): RelayInput[] => {
    const heard: RelayInput[] = [];
    const take = (input: RelayInput): void => void heard.push(input);
    hub.join({ user: state.user, device: device.id, scope: DeviceScope.Full, take });
    return heard;
  };
  const [ofMember, ofStranger] = [listen(member), listen(stranger)];
  const name = { kind: LogKind.Vault, log: vault.state.vault };
  await hub.logGrew(name, vault.state.head);
  expect(ofMember).toEqual([{ kind: "logGrew", name, head: vault.state.head }]);
  expect(ofStranger).toEqual([]);
});
