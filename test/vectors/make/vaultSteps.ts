/** The steps by which a record of every type comes to stand in one vault log. */
import { boxRecord } from "../../../packages/crypto/src/logs/authorVault.ts";
import type { LogRecord } from "../../../packages/crypto/src/logs/record.ts";
import { Role, VaultType } from "../../../packages/crypto/src/logs/vaultRecords.ts";
import {
  authorOf,
  incarnationOf,
  type Person,
  type Vault,
  withMember,
  withoutMember,
  withVaultRecord,
} from "../../../packages/crypto/src/testing/people.ts";
import {
  chainCut,
  cutOf,
  resigned,
  twoHeads,
  vaultRecord,
} from "../../../packages/crypto/src/testing/records.ts";
import { grantOf, type Team } from "../../../packages/crypto/src/testing/team.ts";
import {
  cutting,
  pin,
  policyOf,
  roleChange,
  rotated,
  ungranting,
} from "../../../packages/crypto/src/testing/vaultMoves.ts";
import { depsOf } from "./world.ts";

/** The same team with randomness of its own, so that a case depends on its name alone. */
export const withSeed = (team: Team, seed: string): Team => ({
  ...team,
  deps: depsOf(`vault ${seed}`),
});

type Step = readonly [why: string, step: (team: Team) => Vault];

const adding =
  (member: (team: Team) => Person, role: Role) =>
  (team: Team): Vault =>
    withMember(team.deps, team.vault, team.owner, member(team), role);

const appending =
  (recordOf: (team: Team) => LogRecord) =>
  (team: Team): Vault =>
    withVaultRecord(team.vault, recordOf(team), team.people);

const boxForGuest = ({ deps, vault, owner, guest }: Team): LogRecord =>
  boxRecord(deps, vault.state, authorOf(owner), guest.state, vault.key);

const proofAgainstWriter = ({ deps, vault, admin, writer }: Team): LogRecord =>
  vaultRecord(
    vault,
    admin,
    {
      type: "equivocation",
      user: writer.state.user,
      device: writer.device.id,
      incarnation: incarnationOf(1),
      heads: twoHeads(deps, vault, writer.device, { seq: 3 }),
    },
    { reliedOn: [writer] },
  );

const anchorByWriter = (team: Team): LogRecord => {
  const { writer } = team;
  const cuts = [{ device: writer.device.id, chains: [chainCut(incarnationOf(2), 7)] }];
  return cutting(team, "chainAnchor", cuts, { author: writer });
};

type Position = Pick<LogRecord, "index" | "id">;

/** A branch that fell: another record 1 behind the same genesis. */
export const resolving = (
  { vault, owner }: Team,
  change: { readonly common?: Position; readonly fallen?: Position } = {},
): LogRecord => {
  const [first, second] = vault.records;
  if (first === undefined || second === undefined) throw new RangeError("a team has records");
  const fallen = resigned(second, [owner.device], { header: { type: VaultType.Pin } });
  const payload = {
    type: "resolve",
    common: { index: 0, id: first.id },
    fallen: { index: 1, id: fallen.id },
    ...change,
  } as const;
  return vaultRecord(vault, owner, payload);
};

const withoutGuest = ({ deps, vault, owner, admin, writer, guest }: Team): Vault =>
  withoutMember(deps, vault, owner, guest, cutOf(guest.device, 2), [owner, admin, writer, guest]);

/** Records 1 to 4: what nearly every case starts from. */
export const foundingSteps: readonly Step[] = [
  ["type 2: an ADD_MEMBER of an admin", adding(({ admin }) => admin, Role.Admin)],
  ["type 2: an ADD_MEMBER of a writer", adding(({ writer }) => writer, Role.Writer)],
  ["type 2: an ADD_MEMBER of a viewer", adding(({ guest }) => guest, Role.Viewer)],
  [
    "type 8: a GRANT_VIEWER of one's own viewer device",
    appending(({ deps, vault, writer, phone }) => grantOf(deps, vault, writer, phone.id)),
  ],
];

/** Records 5 to 16. */
export const furtherSteps: readonly Step[] = [
  [
    "type 15: a PIN of another member",
    appending(({ vault, owner, writer }) => vaultRecord(vault, owner, pin, { reliedOn: [writer] })),
  ],
  [
    "type 3: a SET_ROLE from viewer to writer",
    appending((team) => roleChange(team, team.guest, Role.Writer)),
  ],
  [
    "type 6: a CUT_DEVICE of another's device, by an admin",
    appending((team) => cutting(team, "cutDevice", cutOf(team.spare, 5))),
  ],
  [
    "type 7: a RAISE_CUT of the same chain",
    appending((team) => cutting(team, "raiseCut", cutOf(team.spare, 9))),
  ],
  ["type 5: a ROTATE, after which nothing is owed", (team) => rotated(team).vault],
  ["type 10: a BOX of the current epoch", appending(boxForGuest)],
  ["type 11: an EQUIVOCATION, proved by two heads", appending(proofAgainstWriter)],
  ["type 13: a CHAIN_ANCHOR of one's own chain", appending(anchorByWriter)],
  [
    "type 14: a POLICY that allows type 99",
    appending((team) => policyOf(team, { extraTypes: [99] })),
  ],
  [
    "type 9: an UNGRANT of a viewer device, by an owner",
    appending((team) => ungranting(team, team.writer, team.phone)),
  ],
  ["type 12: a RESOLVE of a fork behind record 0", appending((team) => resolving(team))],
  ["type 4: a REMOVE_MEMBER with a cut and the next epoch", withoutGuest],
];

/** The vault behind each step. */
export const walk = (team: Team, steps: readonly Step[]): readonly Vault[] => {
  const vaults: Vault[] = [];
  for (const [why, step] of steps)
    vaults.push(step(withSeed({ ...team, vault: vaults.at(-1) ?? team.vault }, why)));
  return vaults;
};
