/** What members of a team do: records by author code and beside it, each with one thing changed. */
import type { DeviceId } from "../ids.ts";
import { cutRecord, pinRecord, rotateRecord, startVault } from "../logs/authorVault.ts";
import type { LogRecord, RecordHeader } from "../logs/record.ts";
import { applyVaultRecord } from "../logs/vaultLog.ts";
import { currentEpoch } from "../logs/vaultState.ts";
import {
  type DeviceCut,
  encodeVaultPayload,
  type Role,
  type Rotation,
  type VaultPayload,
} from "../logs/vaultRecords.ts";
import {
  authorOf,
  identitiesOf,
  identityAt,
  incarnationOf,
  type Person,
  withoutDevice,
  withRotation,
  withVaultRecord,
} from "./people.ts";
import {
  cutOf,
  judgeVault,
  resigned,
  twoHeads,
  type VaultPayloadOf,
  vaultPayloadOf,
  vaultRecord,
  type Verdict,
  verdictOf,
} from "./records.ts";
import { addingOf, type Team } from "./team.ts";

export const judge = (team: Team, record: LogRecord, ...newer: readonly Person[]): Verdict =>
  judgeVault(team.vault, record, [...team.people, ...newer]);

export const pin: VaultPayload = { type: "pin" };

export const newType = { type: "unknown", number: 99 } as const;

/** The first record of a vault log by the owner, with something about it changed. */
export const beginningVault = (
  { deps, owner, people }: Team,
  header: Partial<RecordHeader> = {},
  change: Partial<VaultPayloadOf<"genesis">> = {},
): Verdict => {
  const { record } = startVault(deps, authorOf(owner), 1);
  const payload = { ...vaultPayloadOf(record, "genesis"), ...change };
  const changed = resigned(record, [owner.device], {
    header,
    payload: encodeVaultPayload(payload),
  });
  return verdictOf(applyVaultRecord(undefined, changed, identityAt(...people)));
};

export interface RotationTwist {
  readonly author?: Person;
  /** Who stands in the rotation's list of people, at which state; the members unless told. */
  readonly reliedOn?: readonly Person[];
  readonly change?: (rotation: Rotation) => Partial<Rotation>;
}

/** A rotation by the owner, with one thing about it changed. */
export const rotating = (
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

/** The team after the owner rotated, with the new key in hand. */
export const rotated = (at: Team): Team => {
  const { owner, admin, writer, guest } = at;
  return { ...at, vault: withRotation(at.deps, at.vault, owner, [owner, admin, writer, guest]) };
};

/** A box for somebody; any box will do, since rules open none. */
export const anyBox = ({ vault, owner }: Team) => {
  const box = currentEpoch(vault.state).memberBoxes.get(owner.state.user)?.at(0)?.box;
  if (box === undefined) throw new RangeError("an owner has a box");
  return box;
};

export const memberBoxFor = (team: Team, { state }: Person, generation = 1) => ({
  user: state.user,
  generation,
  box: anyBox(team),
});

/** The team after the writer revoked the spare, without a word of it in the vault yet. */
export const afterRevocation = (team: Team): Team => {
  const writer = withoutDevice(team.deps, team.writer, team.spare);
  return { ...team, writer, people: [...team.people, writer] };
};

export const afterPhoneRevoked = (team: Team): Team => {
  const writer = withoutDevice(team.deps, team.writer, team.phone);
  return { ...team, writer, people: [...team.people, writer] };
};

export const stepped = (team: Team, record: LogRecord, ...newer: readonly Person[]): Team => ({
  ...team,
  people: [...team.people, ...newer],
  vault: withVaultRecord(team.vault, record, [...team.people, ...newer]),
});

export const pinning = ({ vault, owner }: Team, person: Person): LogRecord =>
  pinRecord(vault.state, authorOf(owner), [person.state]);

export const addedOutsider = (team: Team): LogRecord => addingOf(team, team.owner, team.outsider);

export type CutType = "cutDevice" | "raiseCut" | "chainAnchor";

export const cutting = (
  { vault, admin, writer }: Team,
  type: CutType,
  cuts: readonly DeviceCut[],
  { author = admin, target = writer }: { author?: Person; target?: Person } = {},
): LogRecord => cutRecord(vault.state, authorOf(author), type, { identity: target.state, cuts });

/** The team after the admin cut the writer's spare at seq 5. */
export const afterCut = (team: Team, seq = 5): Team =>
  stepped(team, cutting(team, "cutDevice", cutOf(team.spare, seq)));

export const roleChange = (
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
export const removing = (
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

export const afterRemoval = (team: Team): Team =>
  stepped(team, removing(team, team.writer, { cuts: cutOf(team.writer.device, 3) }));

export const granting = (
  team: Team,
  device: { readonly id: DeviceId },
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

export const ungranting = (
  { vault, owner }: Team,
  { state: { user } }: Person,
  { id }: { readonly id: DeviceId },
): LogRecord => vaultRecord(vault, owner, { type: "ungrant", user, device: id });

/** The admin posts two heads of the writer's spare. */
export const accusing = (
  team: Team,
  change: (
    heads: ReturnType<typeof twoHeads>,
  ) => Partial<VaultPayloadOf<"equivocation">> = () => ({}),
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

export const policyOf = (
  { vault, owner }: Team,
  change: Partial<VaultPayloadOf<"policy">>,
): LogRecord =>
  vaultRecord(vault, owner, { type: "policy", versionMin: 1, extraTypes: [], ...change });
