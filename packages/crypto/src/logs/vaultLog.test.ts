import { describe, expect, test } from "vitest";
import { noEnvelope, noRecord } from "../ids.ts";
import { createDeviceKeys } from "../keys/deviceKeys.ts";
import { deviceCountMax, memberCountMax, saltByteLength, viewerCountMax } from "../sizes.ts";
import {
  addDeviceOf,
  authorOf,
  createChain,
  createPerson,
  identitiesOf,
  identityAt,
  incarnationOf,
  type Person,
  type Vault,
  withDevice,
  withMember,
  withoutDevice,
  withoutMember,
  withRecord,
  withRotation,
  withVaultRecord,
} from "../testing/people.ts";
import {
  chainCut,
  cutOf,
  impostor,
  judgeVault,
  pinsOf,
  resigned,
  type RuleCases,
  ruleRows,
  someEnvelopeId,
  twoHeads,
  type Verdict,
  vaultPayloadOf,
  vaultRecord,
  verdictOf,
} from "../testing/records.ts";
import { addingOf, createTeam, grantOf, type Team, withGrant } from "../testing/team.ts";
import { boxRecord, cutRecord, pinRecord, rotateRecord, startVault } from "./authorVault.ts";
import { DeviceScope } from "./identityRecords.ts";
import { cosignRecord, LogKind, type LogRecord } from "./record.ts";
import { applyVaultRecord, currentEpoch, replayVaultLog } from "./vaultLog.ts";
import {
  type DeviceCut,
  encodeVaultPayload,
  Role,
  type Rotation,
  type VaultPayload,
  VaultType,
} from "./vaultRecords.ts";
import type { RuleName } from "./violation.ts";

type Payload<Type extends VaultPayload["type"]> = Extract<VaultPayload, { type: Type }>;

const judge = (team: Team, record: LogRecord, ...newer: readonly Person[]): Verdict =>
  judgeVault(team.vault, record, [...team.people, ...newer]);

const pin: VaultPayload = { type: "pin" };

/** The first record of a vault log by the owner, with something about it changed. */
const beginning = (
  { deps, owner, people }: Team,
  header: Partial<LogRecord> = {},
  change: Partial<Payload<"genesis">> = {},
): Verdict => {
  const { record } = startVault(deps, authorOf(owner), 1);
  const payload = { ...vaultPayloadOf(record, "genesis"), ...change };
  const changed = resigned(record, [owner.device], {
    header,
    payload: encodeVaultPayload(payload),
  });
  return verdictOf(applyVaultRecord(undefined, changed, identityAt(...people)));
};

interface RotationTwist {
  readonly author?: Person;
  /** Who stands in the rotation's list of people, at which state; the members unless told. */
  readonly reliedOn?: readonly Person[];
  readonly change?: (rotation: Rotation) => Partial<Rotation>;
}

/** A rotation by the owner, with one thing about it changed. */
const rotating = (
  { deps, vault, owner, admin, writer, guest }: Team,
  { author = owner, reliedOn, change = () => ({}) }: RotationTwist = {},
): LogRecord => {
  const members = reliedOn ?? [owner, admin, writer, guest];
  const identities = identitiesOf(owner, admin, writer, guest, ...members);
  const { record } = rotateRecord(deps, vault.state, authorOf(author), identities, vault.key);
  const { rotation } = vaultPayloadOf(record, "rotate");
  return vaultRecord(
    vault,
    author,
    { type: "rotate", rotation: { ...rotation, ...change(rotation) } },
    { reliedOn: members },
  );
};

/** A box for somebody; any box will do, since rules open none. */
const anyBox = ({ vault, owner }: Team) => {
  const box = currentEpoch(vault.state).memberBoxes.get(owner.state.user)?.at(0)?.box;
  if (box === undefined) throw new RangeError("an owner has a box");
  return box;
};

const memberBoxFor = (team: Team, { state }: Person, generation = 1) => ({
  user: state.user,
  generation,
  box: anyBox(team),
});

const byUser = <T extends { readonly user: string }>(boxes: readonly T[]): readonly T[] =>
  boxes.toSorted((left, right) => (left.user < right.user ? -1 : 1));

/** The team after the writer revoked the spare, without a word of it in the vault yet. */
const afterRevocation = (team: Team): Team => {
  const writer = withoutDevice(team.deps, team.writer, team.spare);
  return { ...team, writer, people: [...team.people, writer] };
};

const afterPhoneRevoked = (team: Team): Team => {
  const { deps, writer } = team;
  const phone = { ...createDeviceKeys(deps), id: team.phone.id };
  const newer = withoutDevice(deps, writer, phone);
  return { ...team, writer: newer, people: [...team.people, newer] };
};

const stepped = (team: Team, record: LogRecord, ...newer: readonly Person[]): Team => ({
  ...team,
  people: [...team.people, ...newer],
  vault: withVaultRecord(team.vault, record, [...team.people, ...newer]),
});

type CutType = "cutDevice" | "raiseCut" | "chainAnchor";

const cutting = (
  { vault, admin, writer }: Team,
  type: CutType,
  cuts: readonly DeviceCut[],
  { author = admin, target = writer }: { author?: Person; target?: Person } = {},
): LogRecord => cutRecord(vault.state, authorOf(author), type, { identity: target.state, cuts });

/** The team after the admin cut the writer's spare at seq 5. */
const afterCut = (team: Team, seq = 5): Team =>
  stepped(team, cutting(team, "cutDevice", cutOf(team.spare, seq)));

const roleChange = (
  { vault, owner }: Team,
  user: Person,
  role: Role,
  { author = owner, cuts = [] }: { author?: Person; cuts?: readonly DeviceCut[] } = {},
): LogRecord =>
  vaultRecord(
    vault,
    author,
    { type: "setRole", user: user.state.user, role, cuts },
    { reliedOn: [user] },
  );

/** The owner removes somebody; the payload may be changed. */
const removing = (
  team: Team,
  removed: Person,
  { author = team.owner, cuts = [] }: { author?: Person; cuts?: readonly DeviceCut[] } = {},
): LogRecord => {
  const { owner, admin, writer, guest } = team;
  const remaining = [owner, admin, writer, guest].filter((person) => person !== removed);
  const { rotation } = vaultPayloadOf(rotating(team), "rotate");
  const { user } = removed.state;
  return vaultRecord(
    team.vault,
    author,
    {
      type: "removeMember",
      user,
      cuts,
      rotation: {
        ...rotation,
        members: rotation.members.filter((member) => member.user !== user),
        viewers: rotation.viewers.filter((viewer) => viewer.user !== user),
      },
    },
    { reliedOn: [removed, ...remaining] },
  );
};

const afterRemoval = (team: Team): Team =>
  stepped(team, removing(team, team.writer, { cuts: cutOf(team.writer.device, 3) }));

const boxing = (
  team: Team,
  change: Partial<Payload<"box">>,
  reliedOn: readonly Person[],
): LogRecord =>
  vaultRecord(
    team.vault,
    team.owner,
    { type: "box", epoch: 1, members: [], viewers: [], ...change },
    { reliedOn },
  );

const granting = (
  team: Team,
  device: { readonly id: Team["phone"]["id"] },
  { author = team.writer, of = author }: { author?: Person; of?: Person } = {},
): LogRecord =>
  vaultRecord(
    team.vault,
    author,
    {
      type: "grantViewer",
      viewer: { user: of.state.user, device: device.id, box: anyBox(team) },
    },
    { reliedOn: [of] },
  );

/** The admin posts two heads of the writer's spare. */
const accusing = (
  team: Team,
  change: (heads: ReturnType<typeof twoHeads>) => Partial<Payload<"equivocation">> = () => ({}),
): LogRecord => {
  const { deps, vault, admin, writer, spare } = team;
  const heads = twoHeads(deps, vault, spare, { seq: 3 });
  return vaultRecord(
    vault,
    admin,
    {
      type: "equivocation",
      user: writer.state.user,
      device: spare.id,
      incarnation: incarnationOf(1),
      heads,
      ...change(heads),
    },
    { reliedOn: [writer] },
  );
};

const resolving = ({ vault, owner }: Team, change: Partial<Payload<"resolve">> = {}): LogRecord => {
  const [first, second] = vault.records;
  if (first === undefined || second === undefined) throw new RangeError("a team has records");
  const fallen = resigned(second, [owner.device], { header: { type: VaultType.Pin } });
  return vaultRecord(vault, owner, {
    type: "resolve",
    common: { index: 0, id: first.id },
    fallen: { index: 1, id: fallen.id },
    ...change,
  });
};

const policyOf = ({ vault, owner }: Team, change: Partial<Payload<"policy">>): LogRecord =>
  vaultRecord(vault, owner, { type: "policy", versionMin: 1, extraTypes: [], ...change });

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

type VaultRule = Extract<RuleName, `VL${number} ${string}`>;
type LogRule = Extract<RuleName, `ID1 ${string}` | `ID2 ${string}`>;

const cases: Record<VaultRule | LogRule, RuleCases<Team>> = {
  "ID1 a log begins with a genesis, and only there": {
    refused: {
      "a vault log that begins with another record": (team) => {
        const record = vaultRecord(team.vault, team.owner, pin);
        return verdictOf(applyVaultRecord(undefined, record, identityAt(...team.people)));
      },
      "a vault genesis at index 1": (team) => beginning(team, { index: 1 }),
      "a vault genesis that follows a record": (team) =>
        beginning(team, { previous: team.vault.state.head.id }),
      "a second vault genesis": (team) => {
        const { record } = startVault(team.deps, authorOf(team.owner), 1);
        return judge(team, vaultRecord(team.vault, team.owner, vaultPayloadOf(record, "genesis")));
      },
    },
    accepted: {
      "a vault genesis at index 0 that follows nothing": (team) =>
        beginning(team, { index: 0, previous: noRecord }),
    },
  },
  "ID2 the log's name follows from its genesis": {
    refused: {
      "a vault log under another vault's name": (team) =>
        beginning(team, { log: team.vault.state.vault }),
      "a vault log with another salt than its name was made from": (team) =>
        beginning(team, {}, { salt: new Uint8Array(saltByteLength) }),
      "a vault log that somebody else begins under the creator's name for it": (team) => {
        const { record } = startVault(team.deps, authorOf(team.owner), 1);
        const author = { user: team.admin.state.user, device: team.admin.device.id };
        const stolen = resigned(record, [team.admin.device], {
          header: { author, pins: pinsOf(team.admin) },
        });
        return verdictOf(applyVaultRecord(undefined, stolen, identityAt(...team.people)));
      },
    },
    accepted: { "a vault log under the name that its genesis makes": (team) => beginning(team) },
  },
  "VL1 pins name exactly the users relied on": {
    refused: {
      "a new member who is not pinned": (team) =>
        judge(
          team,
          vaultRecord(team.vault, team.owner, vaultPayloadOf(addedOutsider(team), "addMember")),
        ),
      "a pin of a member on whom the record does not rely": (team) =>
        judge(
          team,
          vaultRecord(team.vault, team.owner, vaultPayloadOf(addedOutsider(team), "addMember"), {
            reliedOn: [team.outsider, team.writer],
          }),
        ),
      "a PIN record that pins a user who is no member": (team) =>
        judge(team, vaultRecord(team.vault, team.owner, pin, { reliedOn: [team.outsider] })),
      "a vault genesis that pins a second user": (team) =>
        beginning(team, { pins: pinsOf(team.owner, team.admin) }),
      "a vault genesis that pins nobody": (team) => beginning(team, { pins: [] }),
    },
    accepted: {
      "a new member who is pinned": (team) => judge(team, addedOutsider(team)),
      "a PIN record that pins some members": (team) =>
        judge(team, vaultRecord(team.vault, team.owner, pin, { reliedOn: [team.writer] })),
    },
  },
  "VL2 a pin never goes back or to another branch": {
    refused: {
      "a pin of an older identity head": (team) =>
        judge(team, pinning(team, withState(team.writer, 0))),
      "a pin of the same index on another branch of the identity log": (team) => {
        const [parent, branch] = forkOf(team);
        const pinned = stepped(team, pinning(team, parent), parent);
        return judge(pinned, pinning(pinned, branch), branch);
      },
    },
    accepted: {
      "a pin of the same identity head": (team) => judge(team, pinning(team, team.writer)),
      "a pin of a newer identity head": (team) => {
        const { person } = withDevice(team.deps, team.writer);
        return judge(team, pinning(team, person), person);
      },
    },
  },
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
        beginning(team, {}, { owner: memberBoxFor(team, team.admin) }),
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
        const change = ({ members }: Rotation) => ({
          members: members.map((member) => ({ ...member, generation: 1 })),
        });
        return judge(newer, rotating(newer, { change }));
      },
      "a rotation to a generation that does not exist yet": (team) => {
        const change = ({ members }: Rotation) => ({
          members: members.map((member) => ({ ...member, generation: 2 })),
        });
        return judge(team, rotating(team, { change }));
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
        beginning(team, {}, { owner: memberBoxFor(team, team.owner, 2) }),
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
  "VL8 taking writing away names a cut": {
    refused: {
      "a newer identity head under which a writer's device is gone": (team) => {
        const revoked = afterRevocation(team);
        return judge(revoked, pinning(revoked, revoked.writer));
      },
      "a gone device cut in no record, by the writer's own next record": (team) => {
        const revoked = afterRevocation(team);
        return judge(revoked, vaultRecord(revoked.vault, revoked.writer, pin));
      },
      "a cut of one device under a head where another is gone": (team) => {
        const { person, device } = withDevice(team.deps, team.writer);
        const revoked = afterRevocation({ ...team, writer: person });
        return judge(revoked, cutting(revoked, "cutDevice", cutOf(device)));
      },
      "a cut that names no device": (team) => judge(team, cutting(team, "cutDevice", [])),
      "a cut in a change of role that takes no writing away": (team) =>
        judge(team, roleChange(team, team.guest, Role.Writer, { cuts: cutOf(team.guest.device) })),
    },
    accepted: {
      "a newer identity head with the cut of the device that is gone": (team) => {
        const revoked = afterRevocation(team);
        return judge(revoked, cutting(revoked, "cutDevice", cutOf(team.spare, 5)));
      },
      "a newer identity head after the device that is gone was cut": (team) => {
        const revoked = afterRevocation(team);
        const cut = stepped(revoked, cutting(revoked, "cutDevice", cutOf(team.spare, 5)));
        return judge(cut, pinning(cut, cut.writer));
      },
      "a newer identity head under which a device of somebody who may not write is gone": (
        team,
      ) => {
        const { person, device } = withDevice(team.deps, team.guest);
        const guest = withoutDevice(team.deps, person, device);
        return judge(team, pinning(team, guest), guest);
      },
      "a removal under a head where a device is gone": (team) => {
        const revoked = afterRevocation(team);
        return judge(revoked, removing(revoked, revoked.writer));
      },
      "a change to viewer with the cut": (team) => {
        const cuts = cutOf(team.writer.device, 4);
        return judge(team, roleChange(team, team.writer, Role.Viewer, { cuts }));
      },
    },
  },
  "VL9 a cut is only raised": {
    refused: {
      ...raisings({ "a cut set lower": 4, "a cut set where it stands": 5 }),
      "a cut that was anchored, raised,": (team) => {
        const { spare } = team;
        const anchored = stepped(team, cutting(team, "chainAnchor", cutOf(spare, 5)));
        const cut = stepped(anchored, cutting(anchored, "cutDevice", cutOf(spare)));
        return judge(cut, cutting(cut, "raiseCut", cutOf(spare, 9)));
      },
      "a cut raised where an equivocation was proved": (team) => {
        const proved = afterCut(stepped(team, accusing(team)));
        return judge(proved, cutting(proved, "raiseCut", cutOf(team.spare, 3)));
      },
      "a cut raised past an equivocation that was proved behind it": (team) => {
        const proved = afterProofBehindCut(team);
        return judge(proved, cutting(proved, "raiseCut", cutOf(team.spare, 3)));
      },
      "an anchor below a cut": (team) => {
        const cut = afterCut(team);
        return judge(cut, cutting(cut, "chainAnchor", cutOf(team.spare, 4)));
      },
      "an anchor above a cut": (team) => {
        const cut = afterCut(team);
        return judge(cut, cutting(cut, "chainAnchor", cutOf(team.spare, 6)));
      },
      "an anchor of a chain that no cut listed": (team) => {
        const cut = stepped(team, cutting(team, "cutDevice", cutOf(team.spare)));
        return judge(
          cut,
          cutting(cut, "chainAnchor", cutOf(team.spare, 6), { author: team.writer }),
        );
      },
      "an anchor of a chain whose user may not write": (team) => {
        const { guest } = team;
        return judge(
          team,
          cutting(team, "chainAnchor", cutOf(guest.device, 6), { author: guest, target: guest }),
        );
      },
    },
    accepted: {
      ...raisings({ "a cut set higher": 6 }),
      "a chain that no cut listed, raised from nothing by an admin,": (team) => {
        const cut = stepped(team, cutting(team, "cutDevice", cutOf(team.spare)));
        return judge(cut, cutting(cut, "raiseCut", cutOf(team.spare, 1)));
      },
      "a cut raised up to an equivocation that was proved behind it": (team) => {
        const proved = afterProofBehindCut(team);
        return judge(proved, cutting(proved, "raiseCut", cutOf(team.spare, 2)));
      },
      "an anchor where a cut stands": (team) => {
        const cut = afterCut(team);
        return judge(cut, cutting(cut, "chainAnchor", cutOf(team.spare, 5)));
      },
    },
  },
  "VL10 a cut names devices of that user": {
    refused: {
      ...cutsOfAll("a device of another user", (team) => cutOf(team.guest.device, 5)),
      ...cutsOfAll("a viewer device", (team) => cutOf(team.phone, 5)),
      ...cutsOfAll("a paper device", (team) => cutOf(team.paper, 5)),
      "a raise for a device that is not cut": (team) =>
        judge(team, cutting(team, "raiseCut", cutOf(team.spare, 9))),
      "an equivocation by a device of another user": (team) =>
        judge(
          team,
          accusing(team, () => ({ device: team.admin.device.id })),
        ),
      "an equivocation by a viewer device": (team) =>
        judge(
          team,
          accusing(team, () => ({
            device: team.phone.id,
            heads: twoHeads(team.deps, team.vault, team.phone, { seq: 3 }),
          })),
        ),
    },
    accepted: {
      "a cut of a full device of that user": (team) =>
        judge(team, cutting(team, "cutDevice", cutOf(team.spare, 5))),
      "an anchor of a full device of that user": (team) =>
        judge(team, cutting(team, "chainAnchor", cutOf(team.spare, 5))),
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
  "VL15 two heads of one chain, one seq and one predecessor prove an equivocation": {
    refused: {
      "one head posted twice": (team) =>
        judge(
          team,
          accusing(team, ([head]) => ({ heads: [head, head] })),
        ),
      "two heads of one chain in its order": (team) => {
        const [, second, third] = createChain(team.deps, team.vault, team.spare, { count: 3 });
        return second === undefined || third === undefined
          ? "accepted"
          : judge(
              team,
              accusing(team, () => ({ heads: [second, third] })),
            );
      },
      "two heads of one place behind different predecessors": (team) => {
        const [other] = twoHeads(team.deps, team.vault, team.spare, { seq: 3 });
        return judge(
          team,
          accusing(team, ([head]) => ({ heads: [head, other] })),
        );
      },
      "two heads of another chain of the device": (team) =>
        judge(
          team,
          accusing(team, () => ({ incarnation: incarnationOf(2) })),
        ),
      "two heads of another vault": (team) => {
        const elsewhere = createTeam("elsewhere").vault;
        return judge(
          team,
          accusing(team, () => ({
            heads: twoHeads(team.deps, elsewhere, team.spare, { seq: 3 }),
          })),
        );
      },
    },
    accepted: {
      "two heads of one place behind one predecessor": (team) => judge(team, accusing(team)),
      "two heads that both begin one chain": (team) =>
        judge(
          team,
          accusing(team, () => ({
            heads: twoHeads(team.deps, team.vault, team.spare, { seq: 1 }),
          })),
        ),
    },
  },
  "VL16 both branches share the record named": {
    refused: {
      "a fork behind a record that is not ours": (team) =>
        judge(team, resolving(team, { common: { index: 0, id: rotating(team).id } })),
      "a fork behind a record of ours at another index": (team) =>
        judge(team, resolving(team, { common: { index: 1, id: idAt(team, 0) } })),
      "a fallen branch that is ours": (team) =>
        judge(team, resolving(team, { fallen: { index: 1, id: idAt(team, 1) } })),
      "a fallen branch that ends where the fork is": (team) =>
        judge(team, resolving(team, { fallen: { index: 0, id: rotating(team).id } })),
    },
    accepted: {
      "a fork behind a record of ours, and a head that is not": (team) =>
        judge(team, resolving(team)),
    },
  },
  "VL17 a version is only raised": {
    refused: {
      "a policy with a lower version": (team) => judge(team, policyOf(team, { versionMin: 0 })),
      "a policy that names a type of version 1": (team) =>
        judge(team, policyOf(team, { extraTypes: [VaultType.Rotate, 99] })),
      "a vault genesis with version 0": (team) => beginning(team, {}, { versionMin: 0 }),
      "a vault genesis with a version that does not exist": (team) =>
        beginning(team, {}, { versionMin: 2 }),
    },
    accepted: {
      "a policy with the same version": (team) => judge(team, policyOf(team, { versionMin: 1 })),
      "a policy that names a new type": (team) => judge(team, policyOf(team, { extraTypes: [99] })),
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
  "VL21 every signature is one the record needs": {
    refused: {
      "a record that a second device signed too": (team) =>
        judge(team, cosignRecord(vaultRecord(team.vault, team.writer, pin), team.spare)),
      "a vault genesis that a second device signed too": (team) => {
        const { record } = startVault(team.deps, authorOf(team.writer), 1);
        const cosigned = cosignRecord(record, team.spare);
        return verdictOf(applyVaultRecord(undefined, cosigned, identityAt(...team.people)));
      },
    },
    accepted: {
      "a record that its author alone signed": (team) =>
        judge(team, vaultRecord(team.vault, team.writer, pin)),
    },
  },
  "VL22 a new type of record needs a policy first": {
    refused: {
      "a record of a new type without a policy": (team) =>
        judge(team, vaultRecord(team.vault, team.owner, { type: "unknown", number: 99 })),
      "a record of a new type under a policy for another": (team) => {
        const allowed = stepped(team, policyOf(team, { extraTypes: [98] }));
        return judge(allowed, vaultRecord(allowed.vault, team.owner, newType));
      },
    },
    accepted: {},
  },
};

const newType: VaultPayload = { type: "unknown", number: 99 };

const addedOutsider = (team: Team): LogRecord => addingOf(team, team.owner, team.outsider);

const pinning = ({ vault, owner }: Team, person: Person): LogRecord =>
  pinRecord(vault.state, authorOf(owner), [person.state]);

/** The person as an earlier reader knew them. */
const withState = (person: Person, index: number): Person => {
  const state = person.states[index];
  if (state === undefined) throw new RangeError("the log has that record");
  return { ...person, state };
};

/** Two lives of the writer that part ways after what the vault has pinned. */
const forkOf = ({ deps, writer }: Team): readonly [Person, Person] => [
  withDevice(deps, writer).person,
  withDevice(deps, writer).person,
];

const ungranting = (
  { vault, owner }: Team,
  { state: { user } }: Person,
  { id }: { readonly id: Team["phone"]["id"] },
): LogRecord => vaultRecord(vault, owner, { type: "ungrant", user, device: id });

const idAt = ({ vault }: Team, index: number) => vault.records[index]?.id ?? noRecord;

function raisings(seqs: Readonly<Record<string, number>>) {
  return Object.fromEntries(
    Object.entries(seqs).map(([what, seq]) => [
      what,
      (team: Team): Verdict => {
        const cut = afterCut(team, 5);
        return judge(cut, cutting(cut, "raiseCut", cutOf(team.spare, seq)));
      },
    ]),
  );
}

/** The spare is cut at seq 1, and then an equivocation is proved at seq 3. */
const afterProofBehindCut = (team: Team): Team => {
  const cut = afterCut(team, 1);
  return stepped(cut, accusing(cut));
};

/** The same list in every record that holds cuts. */
function cutsOfAll(what: string, cutsOf: (team: Team) => readonly DeviceCut[]) {
  const writes: Readonly<Record<string, (team: Team) => LogRecord>> = {
    "a cut": (team) => cutting(team, "cutDevice", cutsOf(team)),
    "a raise": (team) => cutting(team, "raiseCut", cutsOf(team)),
    "an anchor": (team) => cutting(team, "chainAnchor", cutsOf(team)),
    "a change to viewer": (team) =>
      roleChange(team, team.writer, Role.Viewer, { cuts: cutsOf(team) }),
    "a removal": (team) => removing(team, team.writer, { cuts: cutsOf(team) }),
  };
  return Object.fromEntries(
    Object.entries(writes).map(([verb, write]) => [
      `${verb} of ${what}`,
      (team: Team): Verdict => {
        // A raise needs the device closed, so that the list alone is at fault.
        const ready = verb === "a raise" ? afterCut(team, 1) : team;
        return judge(ready, write(ready));
      },
    ]),
  );
}

describe("rules of a vault log", () => {
  test.each(ruleRows(cases))("%s", (_, judged, verdict) => {
    expect(judged(createTeam("vault log"))).toBe(verdict);
  });

  test("a refusal names the log, the index and the record that broke the rule", () => {
    const team = createTeam("vault log");
    const record = vaultRecord(team.vault, team.outsider, pin);
    expect(applyVaultRecord(team.vault.state, record, identityAt(...team.people))).toEqual({
      ok: false,
      error: {
        type: "RuleViolated",
        rule: "VL3 the author is an active full device of a member",
        log: team.vault.state.vault,
        index: 5,
        record: record.id,
      },
    });
  });
});

describe("signatures, links and names of a vault log", () => {
  const pinned = ({ vault, owner }: Team, header: Partial<LogRecord> = {}): LogRecord =>
    vaultRecord(vault, owner, pin, { header });

  const verdicts: readonly (readonly [string, (team: Team) => LogRecord, Verdict])[] = [
    [
      "a record that its author did not sign",
      ({ vault, owner, admin }) =>
        vaultRecord(vault, owner, pin, { device: impostor(owner.device, admin.device) }),
      "BadSignature",
    ],
    ["a record that leaves an index out", (team) => pinned(team, { index: 6 }), "LinkGap"],
    ["a record that comes again", ({ vault }) => newestOf(vault), "LinkGap"],
    [
      "a record behind another predecessor",
      (team) => pinned(team, { previous: idAt(team, 0) }),
      "LinkForked",
    ],
    [
      "a record of another vault",
      (team) => pinned(team, { log: createTeam("elsewhere").vault.state.vault }),
      "WrongLog",
    ],
    [
      "a record that calls itself one of an identity log",
      (team) => ({ ...pinned(team), kind: LogKind.Identity }),
      "WrongLog",
    ],
    [
      "a pin of an identity head that is not here",
      (team) => pinning(team, withDevice(team.deps, team.writer).person),
      "IdentityHeadMissing",
    ],
    [
      "a policy with a version that is not known here",
      (team) => policyOf(team, { versionMin: 2 }),
      "VersionUnsupported",
    ],
    [
      "a record of a type that a policy allows",
      ({ vault, owner }) => vaultRecord(vault, owner, newType),
      "RecordUnknown",
    ],
  ];
  test.each(verdicts)("%s is answered with its own error", (_, make, verdict) => {
    const team = createTeam("vault log");
    const allowing = stepped(team, policyOf(team, { extraTypes: [99] }));
    expect(judge(verdict === "RecordUnknown" ? allowing : team, make(allowingIf(verdict, team, allowing)))).toBe(verdict);
  });
});
