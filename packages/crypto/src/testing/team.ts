/** A vault with a member of each role, for tests of what each of them may do. */
import type { DeviceId } from "../ids.ts";
import type { DeviceKeys } from "../keys/deviceKeys.ts";
import { addMemberRecord, grantViewerRecord } from "../logs/authorVault.ts";
import { DeviceScope } from "../logs/kinds.ts";
import type { LogRecord } from "../logs/record.ts";
import { Role } from "../logs/vaultRecords.ts";
import {
  authorOf,
  createPerson,
  createVault,
  type Deps,
  type Person,
  type Vault,
  withDevice,
  withMember,
  withPaper,
  withVaultRecord,
} from "./people.ts";
import { seededRandomBytes } from "./seededRandomBytes.ts";

/** A person with a second full device, a viewer device and a paper device. */
export interface Equipped {
  readonly person: Person;
  readonly spare: DeviceKeys;
  readonly phone: DeviceKeys;
  readonly paper: DeviceKeys;
}

export const createEquipped = (deps: Deps): Equipped => {
  const { person: withSpare, device: spare } = withDevice(deps, createPerson(deps));
  const { person: withPhone, device: phone } = withDevice(deps, withSpare, DeviceScope.Viewer);
  const { person, paper } = withPaper(deps, withPhone);
  return { person, spare, phone, paper };
};

export interface Team {
  readonly deps: Deps;
  readonly owner: Person;
  readonly admin: Person;
  readonly writer: Person;
  /** The writer's other devices; the phone is granted. */
  readonly spare: DeviceKeys;
  readonly phone: DeviceKeys;
  readonly paper: DeviceKeys;
  /** A member with the role viewer. */
  readonly guest: Person;
  /** No member. */
  readonly outsider: Person;
  readonly people: readonly Person[];
  readonly vault: Vault;
}

export const createTeam = (seed: string): Team => {
  const deps = { randomBytes: seededRandomBytes(seed) };
  const owner = createPerson(deps);
  const admin = createPerson(deps);
  const { person: writer, spare, phone, paper } = createEquipped(deps);
  const guest = createPerson(deps);
  const outsider = createPerson(deps);
  const founded = createVault(deps, owner);
  const withAdmin = withMember(deps, founded, owner, admin, Role.Admin);
  const withWriter = withMember(deps, withAdmin, owner, writer, Role.Writer);
  const withGuest = withMember(deps, withWriter, owner, guest, Role.Viewer);
  const vault = withGrant(deps, withGuest, writer, phone.id);
  const people = [owner, admin, writer, guest, outsider];
  return { deps, owner, admin, writer, spare, phone, paper, guest, outsider, people, vault };
};

export const withGrant = (deps: Deps, vault: Vault, person: Person, phone: DeviceId): Vault =>
  withVaultRecord(vault, grantOf(deps, vault, person, phone), [person]);

export const grantOf = (deps: Deps, vault: Vault, person: Person, phone: DeviceId): LogRecord =>
  grantViewerRecord(deps, vault.state, authorOf(person), phone, vault.key);

/** The record by which `author` lets the newcomer in. */
export const addingOf = (
  { deps, vault }: Pick<Team, "deps" | "vault">,
  author: Person,
  newcomer: Person,
  role: Role = Role.Writer,
): LogRecord =>
  addMemberRecord(
    deps,
    vault.state,
    authorOf(author),
    { identity: newcomer.state, role },
    vault.key,
  );
