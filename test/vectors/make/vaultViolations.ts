/** A record for every rule of a vault log, lawful in every other respect. */
import { VaultType } from "../../../packages/crypto/src/logs/vaultRecords.ts";
import { vaultRecord } from "../../../packages/crypto/src/testing/records.ts";
import type { Team } from "../../../packages/crypto/src/testing/team.ts";
import { newType, policyOf, stepped } from "../../../packages/crypto/src/testing/vaultMoves.ts";
import type { VectorCase } from "../format.ts";
import type { VaultLogInput } from "../run/vaultLog.ts";
import { fault } from "./cases.ts";
import { vaultCutViolations } from "./vaultCutViolations.ts";
import { vaultKeyViolations } from "./vaultKeyViolations.ts";
import { beginning, vaultMemberViolations } from "./vaultMemberViolations.ts";
import { vaultRoleViolations } from "./vaultRoleViolations.ts";
import { resolving } from "./vaultSteps.ts";
import type { VaultWorld } from "./vaultWorld.ts";
import { breaking, breakingFirst, type VaultRule, type Violation } from "./violation.ts";

const positionOf = ({ vault }: Team, index: number) => {
  const record = vault.records[index];
  if (record === undefined) throw new RangeError("a team has records");
  return { index, id: record.id };
};

const forkViolations = ({ team }: VaultWorld): readonly Violation[] => {
  const stranger = beginning(team).id;
  const broken = (name: string, why: string, change: Parameters<typeof resolving>[1]) =>
    breaking(team, name, why, resolving(team, change));
  return [
    broken("a fork behind a record that is not here", "both branches share it", {
      common: { index: 0, id: stranger },
    }),
    broken("a fork behind a record of another index", "a record has one place", {
      common: { ...positionOf(team, 0), index: 1 },
    }),
    broken("a fallen branch that stands here", "what stands has not fallen", {
      fallen: positionOf(team, 1),
    }),
    broken("a fallen branch that ends where the fork is", "it lies behind the fork", {
      fallen: { index: 0, id: stranger },
    }),
  ];
};

const versionViolations = ({ team }: VaultWorld): readonly Violation[] => [
  breaking(team, "a policy with a lower version", "only raised", policyOf(team, { versionMin: 0 })),
  breaking(
    team,
    "a policy that allows a type of version 1",
    "those need no leave",
    policyOf(team, { extraTypes: [VaultType.Rotate, 99] }),
  ),
  breakingFirst(
    "a genesis with version 0",
    "there is no such",
    beginning(team, {}, { versionMin: 0 }),
  ),
  breakingFirst(
    "a genesis with version 2",
    "nobody could have written it",
    beginning(team, {}, { versionMin: 2 }),
  ),
];

const typeViolations = ({ team }: VaultWorld): readonly Violation[] => {
  const allowing = stepped(team, policyOf(team, { extraTypes: [98] }));
  return [
    breaking(
      team,
      "a record of type 99 without a policy",
      "nobody could know what it does",
      vaultRecord(team.vault, team.owner, newType),
    ),
    breaking(
      allowing,
      "a record of type 99 under a policy for 98",
      "a policy names its types",
      vaultRecord(allowing.vault, team.owner, newType),
    ),
  ];
};

type BrokenRules = Readonly<
  Record<VaultRule | `ID1 ${string}` | `ID2 ${string}`, readonly Violation[]>
>;

const violations = (world: VaultWorld): BrokenRules => ({
  ...vaultMemberViolations(world),
  ...vaultKeyViolations(world),
  ...vaultCutViolations(world),
  "VL4 the role allows it": vaultRoleViolations(world),
  "VL16 both branches share the record named": forkViolations(world),
  "VL17 a version is only raised": versionViolations(world),
  "VL22 a new type of record needs a policy first": typeViolations(world),
});

export const vaultViolations = (world: VaultWorld): readonly VectorCase<VaultLogInput>[] =>
  Object.entries(violations(world)).flatMap(([rule, broken]) =>
    broken.map(({ name, why, input }) =>
      fault("RuleViolated", name, why, input, { stage: "apply", rule }),
    ),
  );
