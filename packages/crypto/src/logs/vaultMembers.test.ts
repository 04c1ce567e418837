import { describe, expect, test } from "vitest";
import { deviceCountMax, memberCountMax, viewerCountMax } from "../sizes.ts";
import {
  authorOf,
  createPerson,
  identityAt,
  type Person,
  withDevice,
  withMember,
} from "../testing/people.ts";
import {
  cutOf,
  pinsOf,
  type RuleCases,
  ruleRows,
  vaultPayloadOf,
  vaultRecord,
  verdictOf,
} from "../testing/records.ts";
import type { MemberRule } from "../testing/rules.ts";
import { addingOf, createTeam, type Team, withGrant } from "../testing/team.ts";
import {
  addedOutsider,
  afterCut,
  afterRemoval,
  afterRevocation,
  cutting,
  granting,
  judge,
  pin,
  removing,
  roleChange,
  rotating,
  stepped,
} from "../testing/vaultMoves.ts";
import { startVault } from "./authorVault.ts";
import { DeviceScope } from "./kinds.ts";
import { applyVaultRecord } from "./vaultLog.ts";
import { Role } from "./vaultRecords.ts";

const withNewcomers = (team: Team, count: number): Team => {
  let { vault } = team;
  const newcomers: Person[] = [];
  while (vault.state.members.size < count) {
    const newcomer = createPerson(team.deps);
    vault = withMember(team.deps, vault, team.owner, newcomer, Role.Viewer);
    newcomers.push(newcomer);
  }
  return { ...team, vault, people: [...team.people, ...newcomers] };
};

/** The owner and the admin grant phones until there are so many. */
const withPhones = (team: Team, count: number): Team => {
  let { vault } = team;
  let granted: Person = team.owner;
  for (const first of [team.owner, team.admin]) {
    granted = first;
    while (granted.state.devices.size < deviceCountMax && vault.state.viewers.size < count) {
      const { person, device } = withDevice(team.deps, granted, DeviceScope.Viewer);
      granted = person;
      vault = withGrant(team.deps, vault, granted, device.id);
    }
  }
  return { ...team, admin: granted, people: [...team.people, granted], vault };
};

const cases: Record<MemberRule, RuleCases<Team>> = {
  "VL3 the author is an active full device of a member": {
    refused: {
      "a record by somebody who is no member": (team) =>
        judge(team, vaultRecord(team.vault, team.outsider, pin)),
      "a record by a removed member": (team) => {
        const removed = afterRemoval(team);
        return judge(removed, vaultRecord(removed.vault, team.writer, pin));
      },
      "a record by a device that the pinned identity head has revoked": (team) => {
        const revoked = afterRevocation(team);
        const { vault, writer, spare } = revoked;
        return judge(revoked, vaultRecord(vault, writer, pin, { device: spare }));
      },
      "a record by a device that is not in the pinned identity head": (team) => {
        const { device } = withDevice(team.deps, team.writer);
        return judge(team, vaultRecord(team.vault, team.writer, pin, { device }));
      },
      "a record by a viewer device": (team) =>
        judge(team, vaultRecord(team.vault, team.writer, pin, { device: team.phone })),
      "a record by a paper device": (team) =>
        judge(team, vaultRecord(team.vault, team.writer, pin, { device: team.paper })),
      "a record by a device of another user": (team) =>
        judge(team, vaultRecord(team.vault, team.writer, pin, { device: team.admin.device })),
      "a record by a cut device": (team) => {
        const cut = afterCut(team);
        return judge(cut, vaultRecord(cut.vault, team.writer, pin, { device: team.spare }));
      },
      "a record that does not pin its author": (team) =>
        judge(
          team,
          vaultRecord(team.vault, team.writer, pin, { header: { pins: pinsOf(team.owner) } }),
        ),
      "a vault genesis by a viewer device": (team) => {
        const { deps, writer, phone, people } = team;
        const { record } = startVault(deps, authorOf(writer, phone), 1);
        return verdictOf(applyVaultRecord(undefined, record, identityAt(...people)));
      },
    },
    accepted: {
      "a record by a member's second full device": (team) =>
        judge(team, vaultRecord(team.vault, team.writer, pin, { device: team.spare })),
      "a record by a writer who became a viewer": (team) => {
        const demoted = stepped(team, roleChange(team, team.writer, Role.Viewer));
        return judge(demoted, vaultRecord(demoted.vault, team.writer, pin));
      },
    },
  },
  "VL4 the role allows it": {
    refused: {
      "a new member by a writer": (team) =>
        judge(team, addingOf(team, team.writer, team.outsider, Role.Viewer)),
    },
    accepted: {
      "a new member by an admin": (team) =>
        judge(team, addingOf(team, team.admin, team.outsider, Role.Viewer)),
    },
  },
  "VL11 a user is added once": {
    refused: {
      "a member added again": (team) => judge(team, addingOf(team, team.owner, team.writer)),
    },
    accepted: {
      "a removed member added again": (team) => {
        const removed = afterRemoval(team);
        return judge(removed, addingOf(removed, team.owner, team.writer));
      },
    },
  },
  "VL12 the user is a member": {
    refused: {
      "a role for somebody who is no member": (team) =>
        judge(team, roleChange(team, team.outsider, Role.Writer)),
      "a cut device of somebody who is no member": (team) => {
        const { outsider } = team;
        return judge(
          team,
          cutting(team, "cutDevice", cutOf(outsider.device), { target: outsider }),
        );
      },
      "a removal of somebody who is no member": (team) => {
        const { vault, owner, people, outsider } = team;
        const payload = vaultPayloadOf(removing(team, team.guest), "removeMember");
        const { rotation } = vaultPayloadOf(rotating(team), "rotate");
        const { user } = outsider.state;
        return judge(
          team,
          vaultRecord(vault, owner, { ...payload, user, rotation }, { reliedOn: people }),
        );
      },
    },
    accepted: {
      "a role for a member": (team) => judge(team, roleChange(team, team.guest, Role.Writer)),
      "a removal of a member": (team) => judge(team, removing(team, team.guest)),
    },
  },
  "VL13 an owner remains": {
    refused: {
      "the last owner who steps down": (team) =>
        judge(team, roleChange(team, team.owner, Role.Admin)),
    },
    accepted: {
      "an owner who steps down beside another": (team) => {
        const two = stepped(team, roleChange(team, team.admin, Role.Owner));
        return judge(two, roleChange(two, team.owner, Role.Admin));
      },
    },
  },
  "VL18 no more members or viewers than the limit": {
    refused: {
      "one member more than the limit": (team) => {
        const full = withNewcomers(team, memberCountMax);
        return judge(full, addedOutsider(full));
      },
      "one granted viewer more than the limit": (team) => {
        const full = withPhones(team, viewerCountMax);
        const { person, device } = withDevice(team.deps, full.admin, DeviceScope.Viewer);
        return judge(full, granting(full, device, { author: person }), person);
      },
    },
    accepted: {
      "the last member within the limit": (team) => {
        const almostFull = withNewcomers(team, memberCountMax - 1);
        return judge(almostFull, addedOutsider(almostFull));
      },
      "the last granted viewer within the limit": (team) => {
        const almostFull = withPhones(team, viewerCountMax - 1);
        const { person, device } = withDevice(team.deps, almostFull.admin, DeviceScope.Viewer);
        return judge(almostFull, granting(almostFull, device, { author: person }), person);
      },
    },
  },
  "VL20 the author keeps what the record takes away": {
    refused: {
      "a member who removes themselves": (team) =>
        judge(team, removing(team, team.admin, { author: team.admin })),
      "a device that cuts itself": (team) =>
        judge(
          team,
          cutting(team, "cutDevice", cutOf(team.writer.device, 5), { author: team.writer }),
        ),
    },
    accepted: {
      "a member removed by another": (team) => judge(team, removing(team, team.admin)),
      "a device cut by another of the same user": (team) =>
        judge(team, cutting(team, "cutDevice", cutOf(team.spare, 5), { author: team.writer })),
    },
  },
};

describe("who belongs to a vault and may do what", () => {
  test.each(ruleRows(cases))("%s", (_, judged, verdict) => {
    expect(judged(createTeam("vaultMembers"))).toBe(verdict);
  });
});

test("where a member was removed is known until they are added again", () => {
  const removed = afterRemoval(createTeam("removedAt"));
  const { user } = removed.writer.state;
  const { removedAt, head } = removed.vault.state;
  expect([...removedAt]).toEqual([[user, head.index]]);
  const again = stepped(removed, addingOf(removed, removed.owner, removed.writer));
  expect([...again.vault.state.removedAt]).toEqual([]);
});
