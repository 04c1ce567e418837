/** A team with a vault, and what becomes of its people's identity logs. */
import type { DeviceKeys } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import { DeviceScope } from "../../../packages/crypto/src/logs/kinds.ts";
import { encodeRecord, type LogRecord } from "../../../packages/crypto/src/logs/record.ts";
import {
  addDeviceOf,
  createVault,
  type Person,
  withoutDevice,
  withRecord,
} from "../../../packages/crypto/src/testing/people.ts";
import type { Team } from "../../../packages/crypto/src/testing/team.ts";
import { type Hex, hexOf } from "../format.ts";
import type { IdentityLogEntry, VaultLogInput, VaultLogTables } from "../run/vaultLog.ts";
import { foundingSteps, walk } from "./vaultSteps.ts";
import { depsOf, deviceOf, equippedOf, personOf, recordsHex } from "./world.ts";

/** Records of the log that nearly every case starts from. */
export const teamCount = 5;

export interface VaultWorld {
  readonly team: Team;
  /** The writer once a device of theirs is gone, or one more has come. */
  readonly withoutSpare: Person;
  readonly withoutPhone: Person;
  readonly withPhone: Person;
  readonly otherBranch: Person;
  readonly secondPhone: DeviceKeys;
  readonly guestWithPhone: Person;
  readonly guestPhone: DeviceKeys;
  /** In no table: nobody has this log. */
  readonly unseen: Person;
}

const foundedTeam = (): Team => {
  const owner = personOf("owner");
  const { person: writer, ...devices } = equippedOf("writer");
  const [admin, guest, outsider] = [personOf("admin"), personOf("guest"), personOf("outsider")];
  const people = [owner, admin, writer, guest, outsider];
  const vault = createVault(depsOf("vault"), owner);
  const { spare, phone, paper } = devices;
  const deps = depsOf("team");
  const founded = {
    deps,
    owner,
    admin,
    writer,
    spare,
    phone,
    paper,
    guest,
    outsider,
    people,
    vault,
  };
  return { ...founded, vault: walk(founded, foundingSteps).at(-1) ?? vault };
};

const withViewer = (person: Person, viewer: DeviceKeys): Person =>
  withRecord(person, addDeviceOf(depsOf("viewer"), person, viewer, DeviceScope.Viewer));

export const vaultWorld = (): VaultWorld => {
  const team = foundedTeam();
  const { writer, guest, spare, phone } = team;
  const [secondPhone, guestPhone] = [deviceOf("second phone"), deviceOf("guest phone")];
  return {
    team,
    withoutSpare: withoutDevice(depsOf("without spare"), writer, spare),
    withoutPhone: withoutDevice(depsOf("without phone"), writer, phone),
    withPhone: withViewer(writer, secondPhone),
    otherBranch: withViewer(writer, deviceOf("other branch")),
    secondPhone,
    guestWithPhone: withViewer(guest, guestPhone),
    guestPhone,
    unseen: withViewer(writer, deviceOf("unseen")),
  };
};

const whole = ({ records }: Person): IdentityLogEntry => ({ records: recordsHex(records) });

const branch = ({ records }: Person, behind: string, from: Person): IdentityLogEntry => ({
  behind,
  records: recordsHex(records.slice(from.records.length)),
});

export const identityTable = (world: VaultWorld): VaultLogTables["identityLogs"] => {
  const { owner, admin, writer, guest, outsider } = world.team;
  return {
    owner: whole(owner),
    admin: whole(admin),
    writer: whole(writer),
    guest: whole(guest),
    outsider: whole(outsider),
    "writer without spare": branch(world.withoutSpare, "writer", writer),
    "writer without phone": branch(world.withoutPhone, "writer", writer),
    "writer with a second phone": branch(world.withPhone, "writer", writer),
    "writer on another branch": branch(world.otherBranch, "writer", writer),
    "guest with a phone": branch(world.guestWithPhone, "guest", guest),
  };
};

/** Where no case needs more than the members as they were when the vault began. */
export const memberTable = ({ team }: VaultWorld): VaultLogTables["identityLogs"] => ({
  owner: whole(team.owner),
  admin: whole(team.admin),
  writer: whole(team.writer),
  guest: whole(team.guest),
});

/** The team with one of its people as a newer reader knows them. */
export const known = (team: Team, newer: Partial<Pick<Team, "writer" | "guest">>): Team => ({
  ...team,
  ...newer,
  people: [...team.people, ...Object.values(newer)],
});

export const recordHex = (record: LogRecord): Hex => hexOf(encodeRecord(record));

/** Behind the records that the table has, those of the team's vault, then the one in question. */
export const inputOf = ({ vault }: Pick<Team, "vault">, record: LogRecord): VaultLogInput => {
  const before = recordsHex(vault.records.slice(teamCount));
  return {
    base: "vault",
    take: teamCount,
    ...(before.length === 0 ? {} : { before }),
    record: recordHex(record),
  };
};
