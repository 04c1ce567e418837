/** Who belongs, who may sign, and which identity heads a record relies on. */
import { startVault } from "../../../packages/crypto/src/logs/authorVault.ts";
import { cosignRecord, type LogRecord } from "../../../packages/crypto/src/logs/record.ts";
import { encodeVaultPayload, Role } from "../../../packages/crypto/src/logs/vaultRecords.ts";
import type { RuleName } from "../../../packages/crypto/src/logs/violation.ts";
import { memberCountMax, saltByteLength } from "../../../packages/crypto/src/sizes.ts";
import { authorOf, identityAt, type Person } from "../../../packages/crypto/src/testing/people.ts";
import {
  cutOf,
  pinsOf,
  resigned,
  vaultPayloadOf,
  type VaultPayloadOf,
  vaultRecord,
} from "../../../packages/crypto/src/testing/records.ts";
import { addingOf, type Team } from "../../../packages/crypto/src/testing/team.ts";
import {
  addedOutsider,
  afterCut,
  afterRemoval,
  cutting,
  memberBoxFor,
  pin,
  pinning,
  removing,
  roleChange,
  rotating,
  stepped,
} from "../../../packages/crypto/src/testing/vaultMoves.ts";
import { filledWithMembers } from "../fill.ts";
import { hexOf } from "../format.ts";
import { keyInput } from "./envelopes.ts";
import { withSeed } from "./vaultSteps.ts";
import { inputOf, known, type VaultWorld } from "./vaultWorld.ts";
import { breaking, breakingFirst, type Violation } from "./violation.ts";
import { depsOf, deviceOf } from "./world.ts";

/** The first record of another vault by the owner, with something about it changed. */
export const beginning = (
  { owner }: Team,
  header: Partial<LogRecord> = {},
  change: Partial<VaultPayloadOf<"genesis">> = {},
): LogRecord => {
  const { record } = startVault(depsOf("beginning"), authorOf(owner), 1);
  const payload = encodeVaultPayload({ ...vaultPayloadOf(record, "genesis"), ...change });
  return resigned(record, [owner.device], { header, payload });
};

/** Somebody else begins the log that the owner's genesis names. */
const stolen = (team: Team): LogRecord => {
  const { owner, admin } = team;
  const { record } = startVault(depsOf("beginning"), authorOf(owner), 1);
  const author = { user: admin.state.user, device: admin.device.id };
  return resigned(record, [admin.device], { header: { author, pins: pinsOf(admin) } });
};

/** The person as an earlier reader knew them. */
const withState = (person: Person, index: number): Person => {
  const state = person.states[index];
  if (state === undefined) throw new RangeError("the log has that record");
  return { ...person, state };
};

const beginningViolations = ({ team }: VaultWorld) =>
  ({
    "ID1 a log begins with a genesis, and only there": [
      breakingFirst(
        "a vault log that begins with a PIN",
        "there is no member yet",
        vaultRecord(team.vault, team.owner, pin, { header: { index: 0 } }),
      ),
      breakingFirst("a genesis at index 1", "it is the first", beginning(team, { index: 1 })),
      breakingFirst(
        "a genesis that follows a record",
        "the first names zeros",
        beginning(team, { previous: team.vault.state.head.id }),
      ),
      breaking(
        team,
        "a second genesis",
        "it is the first only",
        vaultRecord(team.vault, team.owner, vaultPayloadOf(beginning(team), "genesis")),
      ),
    ],
    "ID2 the log's name follows from its genesis": [
      breakingFirst(
        "a log under another vault's name",
        "the name hashes creator and salt",
        beginning(team, { log: team.vault.state.vault }),
      ),
      breakingFirst(
        "a log with another salt",
        "the name hashes creator and salt",
        beginning(team, {}, { salt: new Uint8Array(saltByteLength) }),
      ),
      breakingFirst(
        "a log that somebody else begins",
        "the name hashes creator and salt",
        stolen(team),
      ),
    ],
  }) as const satisfies Partial<Record<RuleName, readonly Violation[]>>;

const pinViolations = (world: VaultWorld) => {
  const { team } = world;
  const { vault, owner, admin, writer, guest, outsider } = team;
  const added = vaultPayloadOf(addedOutsider(withSeed(team, "outsider")), "addMember");
  const onBranch = stepped(
    known(team, { writer: world.withPhone }),
    pinning(team, world.withPhone),
  );
  return {
    "VL1 pins name exactly the users relied on": [
      breaking(
        team,
        "a new member who is not pinned",
        "a box is made for a key at some head",
        vaultRecord(vault, owner, added),
      ),
      breaking(
        team,
        "a pin of somebody on whom the record does not rely",
        "two readers pin the same",
        vaultRecord(vault, owner, added, { reliedOn: [outsider, writer] }),
      ),
      breaking(
        team,
        "a PIN of a user who is no member",
        "any members, and members only",
        vaultRecord(vault, owner, pin, { reliedOn: [outsider] }),
      ),
      breakingFirst(
        "a genesis that pins a second user",
        "its author alone",
        beginning(team, { pins: pinsOf(owner, admin) }),
      ),
      breakingFirst("a genesis that pins nobody", "its author", beginning(team, { pins: [] })),
    ],
    "VL2 a pin never goes back or to another branch": [
      breaking(
        team,
        "a pin of an older identity head",
        "a pin never goes back",
        pinning(team, withState(writer, 0)),
      ),
      breaking(
        onBranch,
        "a pin of the same index on another branch",
        "an identity log has one branch",
        pinning(onBranch, world.otherBranch),
      ),
    ],
    "VL11 a user is added once": [
      breaking(
        team,
        "a member added again",
        "once at a time",
        addingOf(withSeed(team, "again"), owner, writer, Role.Admin),
      ),
    ],
    "VL12 the user is a member": [
      breaking(
        team,
        "a role for somebody who is no member",
        "there is nothing to change",
        roleChange(team, outsider, Role.Writer),
      ),
      breaking(
        team,
        "a cut device of somebody who is no member",
        "there is nothing to cut",
        cutting(team, "cutDevice", cutOf(outsider.device), { target: outsider }),
      ),
      breaking(
        team,
        "a removal of somebody who is no member",
        "there is nobody to remove",
        removingOutsider(team),
      ),
    ],
    "VL13 an owner remains": [
      breaking(
        team,
        "the last owner who steps down",
        "nobody could make one again",
        roleChange(team, owner, Role.Admin),
      ),
    ],
    "VL18 no more members or viewers than the limit": [beyondLimit(team)],
    "VL20 the author keeps what the record takes away": [
      breaking(
        team,
        "a member who removes themselves",
        "whoever rotates knows the next key",
        removing(withSeed(team, "self"), admin, { author: admin }),
      ),
      breaking(
        team,
        "a device that cuts itself",
        "it would sign what ends it",
        cutting(team, "cutDevice", cutOf(guest.device, 5), { author: guest, target: guest }),
      ),
    ],
    "VL21 every signature is one the record needs": [
      breaking(
        team,
        "a record that a second device signed too",
        "a record has one spelling",
        cosignRecord(vaultRecord(vault, writer, pin), team.spare),
      ),
      breakingFirst(
        "a genesis that a second device signed too",
        "a record has one spelling",
        cosignRecord(beginning({ ...team, owner: writer }), team.spare),
      ),
    ],
  } as const satisfies Partial<Record<RuleName, readonly Violation[]>>;
};

const removingOutsider = (team: Team): LogRecord => {
  const payload = vaultPayloadOf(removing(withSeed(team, "nobody"), team.guest), "removeMember");
  const { rotation } = vaultPayloadOf(rotating(withSeed(team, "nobody")), "rotate");
  const { user } = team.outsider.state;
  const changed = { ...payload, user, rotation };
  return vaultRecord(team.vault, team.owner, changed, { reliedOn: team.people });
};

/** Four members stand in the log, so that many more reach the limit. */
const beyondLimit = (team: Team): Violation => {
  const { vault, owner, people } = team;
  const seed = "members up to the limit";
  const count = memberCountMax - vault.state.members.size;
  const authorSeed = hexOf(owner.device.seed.reveal());
  const { state } = filledWithMembers(
    { state: vault.state, identityAt: identityAt(...people) },
    { seed, count, authorSeed, identity: owner.state, vaultKey: vault.key },
  );
  const record = addedOutsider(withSeed({ ...team, vault: { ...vault, state } }, "limit"));
  const fill = { seed, count, authorSeed, author: "owner", vaultKey: keyInput(vault.key) };
  return {
    name: "one member more than 256",
    why: "every rotation holds a box for each",
    input: { ...inputOf(team, record), fill },
  };
};

const authorViolations = (world: VaultWorld) => {
  const { team } = world;
  const { vault, owner, admin, writer, outsider, phone, paper, spare } = team;
  const removed = afterRemoval(withSeed(team, "removed"));
  const cut = afterCut(withSeed(team, "cut"));
  const by = (device: Team["spare"], why: string, name: string) =>
    breaking(team, name, why, vaultRecord(vault, writer, pin, { device }));
  const { withoutSpare } = world;
  return {
    "VL3 the author is an active full device of a member": [
      breaking(
        team,
        "a record by somebody who is no member",
        "members write",
        vaultRecord(vault, outsider, pin),
      ),
      breaking(
        removed,
        "a record by a removed member",
        "members write",
        vaultRecord(removed.vault, writer, pin),
      ),
      breaking(
        team,
        "a record by a device that is gone at its own pin",
        "active at the pin of this very record",
        vaultRecord(vault, withoutSpare, pin, { device: spare }),
      ),
      by(
        deviceOf("writer's device in no log"),
        "the identity log says whose a device is",
        "a record by a device in no identity log",
      ),
      by(phone, "a viewer device signs nothing", "a record by a viewer device"),
      by(paper, "a paper device signs no vault record", "a record by a paper device"),
      by(
        admin.device,
        "the identity log says whose a device is",
        "a record by a device of another user",
      ),
      breaking(
        cut,
        "a record by a cut device",
        "cut by itself, it signs nothing more",
        vaultRecord(cut.vault, writer, pin, { device: spare }),
      ),
      breaking(
        team,
        "a record that does not pin its author",
        "without a pin nobody knows the author's devices",
        vaultRecord(vault, writer, pin, { header: { pins: pinsOf(owner) } }),
      ),
      breakingFirst(
        "a genesis by a viewer device",
        "a full device begins a vault",
        startVault(depsOf("by phone"), authorOf(writer, phone), 1).record,
      ),
    ],
  } as const satisfies Partial<Record<RuleName, readonly Violation[]>>;
};

/** A genesis holds one box, and it is its owner's. */
export const genesisBoxViolation = (team: Team): Violation =>
  breakingFirst(
    "a genesis with a box for somebody else",
    "its author is its one member",
    beginning(team, {}, { owner: memberBoxFor(team, team.admin) }),
  );

export const vaultMemberViolations = (world: VaultWorld) => ({
  ...beginningViolations(world),
  ...pinViolations(world),
  ...authorViolations(world),
});
