/** The file of the vault log: a golden of each type of record, then what is refused. */
import type { Vault } from "../../../packages/crypto/src/testing/people.ts";
import { createVault } from "../../../packages/crypto/src/testing/people.ts";
import type { VectorCase, VectorFile } from "../format.ts";
import { describeVault, type VaultLogInput, type VaultLogTables } from "../run/vaultLog.ts";
import { golden } from "./cases.ts";
import { vaultFaults } from "./vaultFaults.ts";
import { foundingSteps, furtherSteps, walk } from "./vaultSteps.ts";
import { vaultViolations } from "./vaultViolations.ts";
import { identityTable, type VaultWorld, vaultWorld } from "./vaultWorld.ts";
import { depsOf, recordsHex } from "./world.ts";

const allSteps = [...foundingSteps, ...furtherSteps];

/** The vault behind each record. */
export const wholeLog = ({ team }: VaultWorld): readonly Vault[] => {
  const founded = createVault(depsOf("vault"), team.owner);
  return [founded, ...walk({ ...team, vault: founded }, allSteps)];
};

const goldens = (vaults: readonly Vault[]): readonly VectorCase<VaultLogInput>[] => {
  const whys = ["type 1: a GENESIS, by its owner", ...allSteps.map(([why]) => why)];
  return vaults.map(({ state }, at) =>
    golden(`record ${at}`, whys[at] ?? "", { base: "vault", take: at + 1 }, describeVault(state)),
  );
};

export const makeVaultLog = (): VectorFile<VaultLogInput, VaultLogTables> => {
  const world = vaultWorld();
  const vaults = wholeLog(world);
  return {
    layer: "vault-log",
    about:
      "Records of a vault log (docs/protocol.md §3.1, §3.3). All identity logs of the table are here in every case. A case takes records of a vault log in the table, then those of its own; all of them hold but the one in question.",
    identityLogs: identityTable(world),
    logs: { vault: recordsHex(vaults.at(-1)?.records ?? []) },
    cases: [...goldens(vaults), ...vaultFaults(world), ...vaultViolations(world)],
  };
};
