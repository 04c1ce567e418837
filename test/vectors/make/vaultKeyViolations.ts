/** Who gets a box of which epoch, and of which key. */
import type { Rotation } from "../../../packages/crypto/src/logs/vaultRecords.ts";
import type { RuleName } from "../../../packages/crypto/src/logs/violation.ts";
import type { Person } from "../../../packages/crypto/src/testing/people.ts";
import {
  vaultPayloadOf,
  type VaultPayloadOf,
  vaultRecord,
} from "../../../packages/crypto/src/testing/records.ts";
import type { Team } from "../../../packages/crypto/src/testing/team.ts";
import {
  addedOutsider,
  anyBox,
  granting,
  memberBoxFor,
  removing,
  rotating,
  ungranting,
} from "../../../packages/crypto/src/testing/vaultMoves.ts";
import { beginning, genesisBoxViolation } from "./vaultMemberViolations.ts";
import { withSeed } from "./vaultSteps.ts";
import { known, type VaultWorld } from "./vaultWorld.ts";
import { breaking, breakingFirst, type Violation } from "./violation.ts";
import { byDevice, deviceOf } from "./world.ts";

const byUser = <T extends { readonly user: string }>(boxes: readonly T[]): readonly T[] =>
  boxes.toSorted((left, right) => (left.user < right.user ? -1 : 1));

const boxing = (team: Team, change: Partial<VaultPayloadOf<"box">>, reliedOn: readonly Person[]) =>
  vaultRecord(
    team.vault,
    team.owner,
    { type: "box", epoch: 1, members: [], viewers: [], ...change },
    { reliedOn },
  );

const viewerBoxFor = (team: Team, { state }: Person, { id }: Team["phone"]) => ({
  user: state.user,
  device: id,
  box: anyBox(team),
});

const recipientViolations = (world: VaultWorld) => {
  const { team, guestWithPhone, guestPhone } = world;
  const { vault, owner, admin, writer, guest, outsider, phone } = team;
  const rotation = withSeed(team, "recipients");
  const revoked = known(team, { writer: world.withoutPhone });
  const removal = vaultPayloadOf(removing(withSeed(team, "recipients"), guest), "removeMember");
  return [
    breaking(
      team,
      "a rotation that leaves a member out",
      "exactly the members",
      rotating(rotation, {
        reliedOn: [owner, admin, writer],
        change: ({ members }) => ({
          members: members.filter(({ user }) => user !== guest.state.user),
        }),
      }),
    ),
    breaking(
      team,
      "a rotation with a box for somebody who is no member",
      "exactly the members",
      rotating(rotation, {
        reliedOn: team.people,
        change: ({ members }) => ({ members: byUser([...members, memberBoxFor(team, outsider)]) }),
      }),
    ),
    breaking(
      team,
      "a rotation that leaves a granted viewer device out",
      "exactly the granted viewers that are active",
      rotating(rotation, { change: () => ({ viewers: [] }) }),
    ),
    breaking(
      team,
      "a rotation with a box for a viewer device that was never granted",
      "exactly the granted viewers that are active",
      rotating(rotation, {
        reliedOn: [owner, admin, writer, guestWithPhone],
        change: ({ viewers }) => ({
          viewers: byDevice([...viewers, viewerBoxFor(team, guest, guestPhone)]),
        }),
      }),
    ),
    breaking(
      team,
      "a rotation with a box for a granted viewer device that is gone",
      "exactly the granted viewers that are active",
      rotating(withSeed(revoked, "recipients"), {
        change: () => ({ viewers: [viewerBoxFor(team, writer, phone)] }),
      }),
    ),
    breaking(
      team,
      "a removal with a box for the removed member",
      "the next key is kept from them",
      vaultRecord(
        vault,
        owner,
        {
          ...removal,
          rotation: {
            ...removal.rotation,
            members: byUser([...removal.rotation.members, memberBoxFor(team, guest)]),
          },
        },
        { reliedOn: [owner, admin, writer, guest] },
      ),
    ),
    breaking(
      team,
      "a BOX for somebody who is no member",
      "members hold keys",
      boxing(team, { members: [memberBoxFor(team, outsider)] }, [outsider]),
    ),
    genesisBoxViolation(team),
  ];
};

const generationViolations = (world: VaultWorld) => {
  const { team } = world;
  const { vault, owner, outsider } = team;
  const newer = known(team, { writer: world.withoutPhone });
  const generations = (generation: number) => ({
    change: ({ members }: Rotation) => ({
      members: members.map((member) => ({ ...member, generation })),
    }),
  });
  const added = vaultPayloadOf(addedOutsider(withSeed(team, "generation")), "addMember");
  const member = { ...added.member, generation: 2 };
  return [
    breaking(
      team,
      "a rotation to the generation before",
      "a revoked device holds that one",
      rotating(withSeed(newer, "generation"), generations(1)),
    ),
    breaking(
      team,
      "a rotation to a generation that does not exist yet",
      "the one that is current at the pin",
      rotating(withSeed(team, "generation"), generations(2)),
    ),
    breaking(
      team,
      "a new member boxed to another generation",
      "the one that is current at the pin",
      vaultRecord(vault, owner, { ...added, member }, { reliedOn: [outsider] }),
    ),
    breaking(
      team,
      "a BOX to the generation before",
      "a revoked device holds that one",
      boxing(newer, { members: [memberBoxFor(newer, newer.writer, 1)] }, [newer.writer]),
    ),
    breakingFirst(
      "a genesis with a box to another generation",
      "the one that is current at the pin",
      beginning(team, {}, { owner: memberBoxFor(team, owner, 2) }),
    ),
  ];
};

const grantViolations = (world: VaultWorld) => {
  const { team, withPhone, secondPhone } = world;
  const { writer, admin, spare, phone, paper } = team;
  const revoked = known(team, { writer: world.withoutPhone });
  const broken = (name: string, why: string, record: Parameters<typeof breaking>[3]) =>
    breaking(team, name, why, record);
  return [
    broken("a grant for a full device", "it has the user key", granting(team, spare)),
    broken("a grant for a paper device", "it has the user key", granting(team, paper)),
    broken(
      "a grant for a device in no identity log",
      "the identity log says whose a device is",
      granting(team, deviceOf("phone in no log")),
    ),
    broken(
      "a grant for a viewer device that is gone",
      "active at the pin",
      granting(revoked, phone),
    ),
    broken(
      "a BOX for a viewer device that was not granted",
      "grants come first",
      boxing(team, { viewers: [viewerBoxFor(team, withPhone, secondPhone)] }, [withPhone]),
    ),
    broken(
      "a BOX for a granted device in the name of another user",
      "a device is its user's",
      boxing(team, { viewers: [viewerBoxFor(team, admin, phone)] }, [admin]),
    ),
    broken(
      "an end of a grant that there is not",
      "there is nothing to end",
      ungranting(team, writer, secondPhone),
    ),
    broken(
      "an end of a grant in the name of another user",
      "a device is its user's",
      ungranting(team, admin, phone),
    ),
  ];
};

export const vaultKeyViolations = (world: VaultWorld) => {
  const { team } = world;
  const { guest } = team;
  const members = [memberBoxFor(team, guest)];
  const boxOf = (epoch: number) => boxing(team, { epoch, members }, [guest]);
  return {
    "VL5 recipients are exactly members and granted viewers": recipientViolations(world),
    "VL6 a box goes to the current generation": generationViolations(world),
    "VL7 the next epoch": [
      breaking(
        team,
        "a rotation to the epoch that is",
        "the next one",
        rotating(withSeed(team, "epoch"), { change: () => ({ epoch: 1 }) }),
      ),
      breaking(
        team,
        "a rotation that leaves an epoch out",
        "the next one",
        rotating(withSeed(team, "epoch"), { change: () => ({ epoch: 3 }) }),
      ),
    ],
    "VL14 a granted device is an active viewer": grantViolations(world),
    "VL19 a box names an epoch that exists": [
      breaking(team, "a BOX of an epoch to come", "nobody has that key", boxOf(2)),
      breaking(team, "a BOX of epoch 0", "epochs begin with 1", boxOf(0)),
    ],
  } as const satisfies Partial<Record<RuleName, readonly Violation[]>>;
};
