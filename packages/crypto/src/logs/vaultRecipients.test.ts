import { describe, expect, test } from "vitest";
import { createDeviceKeys } from "../keys/deviceKeys.ts";
import { type Person, withDevice } from "../testing/people.ts";
import {
  type RuleCases,
  ruleRows,
  type VaultPayloadOf,
  vaultPayloadOf,
  vaultRecord,
} from "../testing/records.ts";
import type { RecipientRule } from "../testing/rules.ts";
import { createTeam, type Team } from "../testing/team.ts";
import {
  addedOutsider,
  afterPhoneRevoked,
  anyBox,
  beginningVault,
  granting,
  judge,
  memberBoxFor,
  removing,
  rotating,
  stepped,
  ungranting,
} from "../testing/vaultMoves.ts";
import { DeviceScope } from "./kinds.ts";
import type { LogRecord } from "./record.ts";
import type { Rotation } from "./vaultRecords.ts";

const byUser = <T extends { readonly user: string }>(boxes: readonly T[]): readonly T[] =>
  boxes.toSorted((left, right) => (left.user < right.user ? -1 : 1));

const toGeneration =
  (generation: number) =>
  ({ members }: Rotation): Partial<Rotation> => ({
    members: members.map((member) => ({ ...member, generation })),
  });

const boxing = (
  team: Team,
  change: Partial<VaultPayloadOf<"box">>,
  reliedOn: readonly Person[],
): LogRecord =>
  vaultRecord(
    team.vault,
    team.owner,
    { type: "box", epoch: 1, members: [], viewers: [], ...change },
    { reliedOn },
  );

const cases: Record<RecipientRule, RuleCases<Team>> = {
  "VL5 recipients are exactly members and granted viewers": {
    refused: {
      "a rotation that leaves a member out": (team) =>
        judge(
          team,
          rotating(team, {
            reliedOn: [team.owner, team.admin, team.writer],
            change: ({ members }) => ({
              members: members.filter(({ user }) => user !== team.guest.state.user),
            }),
          }),
        ),
      "a rotation with a box for somebody who is no member": (team) =>
        judge(
          team,
          rotating(team, {
            reliedOn: team.people,
            change: ({ members }) => ({
              members: byUser([...members, memberBoxFor(team, team.outsider)]),
            }),
          }),
        ),
      "a rotation that leaves a granted viewer out": (team) =>
        judge(team, rotating(team, { change: () => ({ viewers: [] }) })),
      "a rotation with a box for a viewer that was never granted": (team) => {
        const { person, device } = withDevice(team.deps, team.guest, DeviceScope.Viewer);
        const record = rotating(team, {
          reliedOn: [team.owner, team.admin, team.writer, person],
          change: ({ viewers }) => ({
            viewers: [
              ...viewers,
              { user: person.state.user, device: device.id, box: anyBox(team) },
            ].toSorted((left, right) => (left.device < right.device ? -1 : 1)),
          }),
        });
        return judge(team, record, person);
      },
      "a rotation with a box for a granted viewer that was revoked": (team) => {
        const revoked = afterPhoneRevoked(team);
        const viewers = [
          { user: team.writer.state.user, device: team.phone.id, box: anyBox(team) },
        ];
        return judge(revoked, rotating(revoked, { change: () => ({ viewers }) }));
      },
      "a removal whose rotation still holds a box for the removed member": (team) => {
        const payload = vaultPayloadOf(removing(team, team.guest), "removeMember");
        const members = byUser([...payload.rotation.members, memberBoxFor(team, team.guest)]);
        const rotation = { ...payload.rotation, members };
        const { owner, admin, writer, guest } = team;
        const reliedOn = [owner, admin, writer, guest];
        return judge(team, vaultRecord(team.vault, owner, { ...payload, rotation }, { reliedOn }));
      },
      "a BOX for somebody who is no member": (team) =>
        judge(
          team,
          boxing(team, { members: [memberBoxFor(team, team.outsider)] }, [team.outsider]),
        ),
      "a vault genesis with a box for somebody else": (team) =>
        beginningVault(team, {}, { owner: memberBoxFor(team, team.admin) }),
    },
    accepted: {
      "a rotation to all members and granted viewers": (team) => {
        const record = rotating(team);
        const { rotation } = vaultPayloadOf(record, "rotate");
        expect(rotation.members).toHaveLength(4);
        expect(rotation.viewers.map(({ device }) => device)).toEqual([team.phone.id]);
        return judge(team, record);
      },
      "a rotation without a granted viewer that was revoked": (team) => {
        const revoked = afterPhoneRevoked(team);
        const record = rotating(revoked);
        expect(vaultPayloadOf(record, "rotate").rotation.viewers).toEqual([]);
        return judge(revoked, record);
      },
      "a removal whose rotation leaves the removed member and their viewers out": (team) => {
        const record = removing(team, team.writer);
        expect(vaultPayloadOf(record, "removeMember").rotation.viewers).toEqual([]);
        return judge(team, record);
      },
      "a BOX for a member": (team) =>
        judge(team, boxing(team, { members: [memberBoxFor(team, team.guest)] }, [team.guest])),
    },
  },
  "VL6 a box goes to the current generation": {
    refused: {
      "a rotation to the generation before": (team) => {
        const newer = afterPhoneRevoked(team);
        return judge(newer, rotating(newer, { change: toGeneration(1) }));
      },
      "a rotation to a generation that does not exist yet": (team) => {
        return judge(team, rotating(team, { change: toGeneration(2) }));
      },
      "a new member boxed to another generation": (team) => {
        const payload = vaultPayloadOf(addedOutsider(team), "addMember");
        const member = { ...payload.member, generation: 2 };
        const { vault, owner, outsider } = team;
        return judge(
          team,
          vaultRecord(vault, owner, { ...payload, member }, { reliedOn: [outsider] }),
        );
      },
      "a BOX to the generation before": (team) => {
        const newer = afterPhoneRevoked(team);
        const members = [memberBoxFor(newer, newer.writer, 1)];
        return judge(newer, boxing(newer, { members }, [newer.writer]));
      },
      "a vault genesis with a box to another generation": (team) =>
        beginningVault(team, {}, { owner: memberBoxFor(team, team.owner, 2) }),
    },
    accepted: {
      "a rotation to the newest generation": (team) => {
        const newer = afterPhoneRevoked(team);
        const record = rotating(newer);
        const { members } = vaultPayloadOf(record, "rotate").rotation;
        expect(members.find(({ user }) => user === team.writer.state.user)?.generation).toBe(2);
        return judge(newer, record);
      },
      "a BOX to the newest generation": (team) => {
        const newer = afterPhoneRevoked(team);
        const members = [memberBoxFor(newer, newer.writer, 2)];
        return judge(newer, boxing(newer, { members }, [newer.writer]));
      },
    },
  },
  "VL7 the next epoch": {
    refused: {
      "a rotation to the epoch that is": (team) =>
        judge(team, rotating(team, { change: () => ({ epoch: 1 }) })),
      "a rotation that leaves an epoch out": (team) =>
        judge(team, rotating(team, { change: () => ({ epoch: 3 }) })),
    },
    accepted: {
      "a rotation to the next epoch": (team) =>
        judge(team, rotating(team, { change: () => ({ epoch: 2 }) })),
    },
  },
  "VL14 a granted device is an active viewer": {
    refused: {
      "a grant for a full device": (team) => judge(team, granting(team, team.spare)),
      "a grant for a paper device": (team) => judge(team, granting(team, team.paper)),
      "a grant for a device that is not in the identity log": (team) =>
        judge(team, granting(team, createDeviceKeys(team.deps))),
      "a grant for a viewer device that was revoked": (team) => {
        const revoked = afterPhoneRevoked(team);
        return judge(revoked, granting(revoked, team.phone));
      },
      "a BOX for a viewer that was not granted": (team) => {
        const { person, device } = withDevice(team.deps, team.writer, DeviceScope.Viewer);
        const viewers = [{ user: person.state.user, device: device.id, box: anyBox(team) }];
        return judge(team, boxing(team, { viewers }, [person]), person);
      },
      "a BOX for a granted viewer in the name of another user": (team) => {
        const viewers = [{ user: team.admin.state.user, device: team.phone.id, box: anyBox(team) }];
        return judge(team, boxing(team, { viewers }, [team.admin]));
      },
      "an end of a grant that there is not": (team) =>
        judge(team, ungranting(team, team.writer, createDeviceKeys(team.deps))),
      "an end of a grant in the name of another user": (team) =>
        judge(team, ungranting(team, team.admin, team.phone)),
    },
    accepted: {
      "a grant for an active viewer device": (team) => {
        const { person, device } = withDevice(team.deps, team.writer, DeviceScope.Viewer);
        return judge(team, granting(team, device, { author: person }), person);
      },
      "an end of a grant": (team) => judge(team, ungranting(team, team.writer, team.phone)),
    },
  },
  "VL19 a box names an epoch that exists": {
    refused: {
      "a BOX of an epoch to come": (team) =>
        judge(
          team,
          boxing(team, { epoch: 2, members: [memberBoxFor(team, team.guest)] }, [team.guest]),
        ),
      "a BOX of epoch 0": (team) =>
        judge(
          team,
          boxing(team, { epoch: 0, members: [memberBoxFor(team, team.guest)] }, [team.guest]),
        ),
    },
    accepted: {
      "a BOX of an epoch before the current one": (team) => {
        const rotated = stepped(team, rotating(team));
        const members = [memberBoxFor(rotated, team.guest)];
        return judge(rotated, boxing(rotated, { epoch: 1, members }, [team.guest]));
      },
    },
  },
};

describe("whom a vault key goes to", () => {
  test.each(ruleRows(cases))("%s", (_, judged, verdict) => {
    expect(judged(createTeam("vaultRecipients"))).toBe(verdict);
  });
});
