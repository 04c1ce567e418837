/** Users with two devices each, and a vault of each that all of them write to, at a relay that runs. */
import { type DeviceKeys, systemRandomBytes } from "../../../packages/crypto/src/index.ts";
import {
  createPerson,
  createVault,
  type Person,
  type Vault,
  withDevice,
  withMember,
} from "../../../packages/crypto/src/testing/people.ts";
import { assert, incarnations, LogKind } from "../../../packages/crypto/src/types.ts";
import { encodeRecord, type LogRecord, Role } from "../../../packages/crypto/src/verify.ts";
import type { LogName, UserId, VaultId } from "../../../packages/protocol/src/index.ts";
import { connectClient } from "../../../packages/server/src/testing/relayClient.ts";
import {
  appendRecords,
  registerRecords,
} from "../../../packages/server/src/testing/registerPerson.ts";
import { createChainWriter } from "../../../packages/server/src/testing/testVault.ts";
import { type Ledger, noteRecord } from "./ledger.ts";
import { createPutSource, type PutSource } from "./putSource.ts";

export const deps = { randomBytes: systemRandomBytes };

export interface Writer {
  /** Whose device it is. */
  readonly user: number;
  readonly device: DeviceKeys;
  readonly sources: readonly PutSource[];
}

export interface World {
  /** As they are now: their logs grow. */
  readonly people: Person[];
  /** The one at the same place is its owner. */
  readonly vaults: Vault[];
  readonly writers: readonly Writer[];
}

export const identityName = (user: UserId): LogName => ({ kind: LogKind.Identity, log: user });
export const vaultName = (vault: VaultId): LogName => ({ kind: LogKind.Vault, log: vault });

const noteRecords = (ledger: Ledger, name: LogName, records: readonly LogRecord[]): void => {
  for (const record of records) noteRecord(ledger, name, record.index, encodeRecord(record));
};

const sourceOf = (person: Person, vault: Vault, device: DeviceKeys): PutSource =>
  createPutSource(
    vault.state.vault,
    createChainWriter(
      deps,
      { person, vault, device },
      incarnations.fromBytes(systemRandomBytes(incarnations.byteLength)),
    ),
  );

export const createWorld = async (
  url: string,
  ledger: Ledger,
  { userCount, vaultsPerWriter }: { readonly userCount: number; readonly vaultsPerWriter: number },
): Promise<World> => {
  const equipped = Array.from({ length: userCount }, () => withDevice(deps, createPerson(deps)));
  const people = equipped.map(({ person }) => person);
  for (const person of people) {
    const answer = await registerRecords(url, person.records);
    assert(answer.status === 201, `a person is registered, not ${answer.status}`);
    noteRecords(ledger, identityName(person.state.user), person.records);
  }
  const vaults: Vault[] = [];
  for (const owner of people) {
    let vault = createVault(deps, owner);
    for (const member of people)
      if (member !== owner) vault = withMember(deps, vault, owner, member, Role.Writer);
    const client = await connectClient(url);
    await client.login(owner.device);
    await appendRecords(client, vault.records);
    await client.close();
    noteRecords(ledger, vaultName(vault.state.vault), vault.records);
    vaults.push(vault);
  }
  const writers = equipped.flatMap(({ person, device: second }, user) =>
    [person.device, second].map((device) => ({
      user,
      device,
      // Its own vault, and those behind it.
      sources: Array.from({ length: vaultsPerWriter }, (_, at) => {
        const vault = vaults[(user + at) % vaults.length];
        assert(vault !== undefined, "there is a vault for each");
        return sourceOf(person, vault, device);
      }),
    })),
  );
  return { people, vaults, writers };
};
