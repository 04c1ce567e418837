/**
 * Writes the records of a vault log, boxes and wraps included. Recipients come from the signed logs
 * and from nowhere else: never from a list that the relay names.
 */
import { type DeviceId, noRecord, type RecordId, type UserId, type VaultId } from "../ids.ts";
import { sealBox } from "../keys/box.ts";
import {
  type VaultKey,
  vaultKeyBoxContext,
  vaultKeyFrom,
  type VaultKeyRecipient,
  vaultKeyWrapContext,
} from "../keys/vaultKey.ts";
import { sealWrap } from "../keys/wrap.ts";
import type { KemPublicKey, KeyBox } from "../publicKeys.ts";
import type { RandomBytes } from "../random.ts";
import { assert } from "../result.ts";
import { secret } from "../secret.ts";
import { keyByteLength, saltByteLength } from "../sizes.ts";
import { currentGeneration, type IdentityState, isActive } from "./identityLog.ts";
import { type LogRecord, type Pin, type RecordSigner, signRecord } from "./record.ts";
import { LogKind } from "./kinds.ts";
import type { VaultState } from "./vaultState.ts";
import {
  type DeviceCut,
  encodeVaultPayload,
  type MemberBox,
  type Role,
  type Rotation,
  vaultIdOf,
  type VaultPayload,
  vaultTypeNumber,
  type ViewerBox,
} from "./vaultRecords.ts";

interface Deps {
  readonly randomBytes: RandomBytes;
}

/** A device that writes to a vault log, and its user's identity as it relies on it. */
export interface VaultAuthor {
  readonly device: RecordSigner;
  readonly identity: IdentityState;
}

interface Place {
  readonly vault: VaultId;
  readonly index: number;
  readonly previous: RecordId;
}

const pinOf = ({ user, head }: IdentityState): Pin => ({ user, index: head.index, head: head.id });

const nextPlace = ({ vault, head }: VaultState): Place => ({
  vault,
  index: head.index + 1,
  previous: head.id,
});

const signVaultRecord = (
  place: Place,
  author: VaultAuthor,
  payload: VaultPayload,
  reliedOn: readonly IdentityState[],
): LogRecord => {
  const pins = new Map([author.identity, ...reliedOn].map((state) => [state.user, pinOf(state)]));
  return signRecord(
    LogKind.Vault,
    {
      log: place.vault,
      index: place.index,
      previous: place.previous,
      author: { user: author.identity.user, device: author.device.id },
      pins: [...pins.values()].toSorted((left, right) => (left.user < right.user ? -1 : 1)),
      type: vaultTypeNumber(payload),
    },
    encodeVaultPayload(payload),
    [author.device],
  );
};

const boxVaultKey = (
  deps: Deps,
  place: Place,
  key: VaultKey,
  recipient: VaultKeyRecipient & { readonly kemKey: KemPublicKey },
): KeyBox => {
  const context = vaultKeyBoxContext({
    vault: place.vault,
    epoch: key.epoch,
    previous: place.previous,
    recipient,
    commitment: key.commitment,
  });
  const box = sealBox(deps, recipient.kemKey, context, key.key);
  assert(box.ok, "a key in a valid log was made by its owner and can be sealed to");
  return box.value;
};

const memberBox = (deps: Deps, place: Place, key: VaultKey, member: IdentityState): MemberBox => {
  const { generation, kemKey } = currentGeneration(member);
  const box = boxVaultKey(deps, place, key, {
    kind: "member",
    user: member.user,
    generation,
    identityHead: member.head.id,
    kemKey,
  });
  return { user: member.user, generation, box };
};

const viewerBox = (
  deps: Deps,
  place: Place,
  key: VaultKey,
  { identity, device }: { readonly identity: IdentityState; readonly device: DeviceId },
): ViewerBox => {
  const known = identity.devices.get(device);
  assert(known !== undefined, "a granted device stands in its user's identity log");
  const box = boxVaultKey(deps, place, key, {
    kind: "viewer",
    user: identity.user,
    device,
    identityHead: identity.head.id,
    kemKey: known.kemKey,
  });
  return { user: identity.user, device, box };
};

export const startVault = (
  deps: Deps,
  author: VaultAuthor,
  versionMin: number,
): { readonly vaultKey: VaultKey; readonly record: LogRecord } => {
  const salt = deps.randomBytes(saltByteLength);
  const vault = vaultIdOf(author.identity.user, salt);
  const place = { vault, index: 0, previous: noRecord };
  const vaultKey = vaultKeyFrom({ vault, epoch: 1 }, secret(deps.randomBytes(keyByteLength)));
  const record = signVaultRecord(
    place,
    author,
    {
      type: "genesis",
      salt,
      versionMin,
      commitment: vaultKey.commitment,
      owner: memberBox(deps, place, vaultKey, author.identity),
    },
    [],
  );
  return { vaultKey, record };
};

export const addMemberRecord = (
  deps: Deps,
  state: VaultState,
  author: VaultAuthor,
  { identity, role }: { readonly identity: IdentityState; readonly role: Role },
  current: VaultKey,
): LogRecord => {
  const place = nextPlace(state);
  const member = memberBox(deps, place, current, identity);
  return signVaultRecord(place, author, { type: "addMember", role, member }, [identity]);
};

export const setRoleRecord = (
  state: VaultState,
  author: VaultAuthor,
  change: {
    readonly identity: IdentityState;
    readonly role: Role;
    readonly cuts: readonly DeviceCut[];
  },
): LogRecord =>
  signVaultRecord(
    nextPlace(state),
    author,
    { type: "setRole", user: change.identity.user, role: change.role, cuts: change.cuts },
    [change.identity],
  );

/** The newest state known of every member's identity log. */
export type Identities = ReadonlyMap<UserId, IdentityState>;

const rotation = (
  deps: Deps,
  place: Place,
  state: Pick<VaultState, "members" | "viewers">,
  identities: Identities,
  current: VaultKey,
): {
  readonly vaultKey: VaultKey;
  readonly rotation: Rotation;
  readonly reliedOn: IdentityState[];
} => {
  const vaultKey = vaultKeyFrom(
    { vault: place.vault, epoch: current.epoch + 1 },
    secret(deps.randomBytes(keyByteLength)),
  );
  const identityOf = (user: UserId): IdentityState => {
    const identity = identities.get(user);
    assert(identity !== undefined, "whoever rotates has followed every member's identity log");
    return identity;
  };
  const members = [...state.members.keys()].toSorted().map(identityOf);
  const viewers = [...state.viewers.values()]
    .map(({ user, device }) => ({ identity: identityOf(user), device }))
    .filter(({ identity, device }) => isActive(identity.devices.get(device)))
    .toSorted((left, right) => (left.device < right.device ? -1 : 1));
  return {
    vaultKey,
    reliedOn: [...members, ...viewers.map(({ identity }) => identity)],
    rotation: {
      epoch: vaultKey.epoch,
      commitment: vaultKey.commitment,
      wrap: sealWrap(vaultKey.key, vaultKeyWrapContext(current), current.key),
      members: members.map((member) => memberBox(deps, place, vaultKey, member)),
      viewers: viewers.map((viewer) => viewerBox(deps, place, vaultKey, viewer)),
    },
  };
};

export interface Rotated {
  readonly record: LogRecord;
  readonly vaultKey: VaultKey;
}

export const rotateRecord = (
  deps: Deps,
  state: VaultState,
  author: VaultAuthor,
  identities: Identities,
  current: VaultKey,
): Rotated => {
  const place = nextPlace(state);
  const made = rotation(deps, place, state, identities, current);
  const payload: VaultPayload = { type: "rotate", rotation: made.rotation };
  return {
    vaultKey: made.vaultKey,
    record: signVaultRecord(place, author, payload, made.reliedOn),
  };
};

export const removeMemberRecord = (
  deps: Deps,
  state: VaultState,
  author: VaultAuthor,
  removed: { readonly identity: IdentityState; readonly cuts: readonly DeviceCut[] },
  identities: Identities,
  current: VaultKey,
): Rotated => {
  const place = nextPlace(state);
  const { user } = removed.identity;
  const members = new Map([...state.members].filter(([member]) => member !== user));
  const viewers = new Map([...state.viewers].filter(([, viewer]) => viewer.user !== user));
  const made = rotation(deps, place, { members, viewers }, identities, current);
  const payload: VaultPayload = {
    type: "removeMember",
    user,
    cuts: removed.cuts,
    rotation: made.rotation,
  };
  return {
    vaultKey: made.vaultKey,
    record: signVaultRecord(place, author, payload, [removed.identity, ...made.reliedOn]),
  };
};

/** Cuts, raises and anchors are the same list said with another verb. */
export const cutRecord = (
  state: VaultState,
  author: VaultAuthor,
  type: "cutDevice" | "raiseCut" | "chainAnchor",
  { identity, cuts }: { readonly identity: IdentityState; readonly cuts: readonly DeviceCut[] },
): LogRecord =>
  signVaultRecord(nextPlace(state), author, { type, user: identity.user, cuts }, [identity]);

export const grantViewerRecord = (
  deps: Deps,
  state: VaultState,
  author: VaultAuthor,
  device: DeviceId,
  current: VaultKey,
): LogRecord => {
  const place = nextPlace(state);
  const viewer = viewerBox(deps, place, current, { identity: author.identity, device });
  return signVaultRecord(place, author, { type: "grantViewer", viewer }, []);
};

/** A box for a member who has none that opens; any member who holds the key may post it. */
export const boxRecord = (
  deps: Deps,
  state: VaultState,
  author: VaultAuthor,
  member: IdentityState,
  key: VaultKey,
): LogRecord => {
  const place = nextPlace(state);
  return signVaultRecord(
    place,
    author,
    {
      type: "box",
      epoch: key.epoch,
      members: [memberBox(deps, place, key, member)],
      viewers: [],
    },
    [member],
  );
};

/** Tells the vault of newer identity heads: a device that was just added writes from here on. */
export const pinRecord = (
  state: VaultState,
  author: VaultAuthor,
  identities: readonly IdentityState[],
): LogRecord => signVaultRecord(nextPlace(state), author, { type: "pin" }, identities);

/** The payloads that hold nothing secret and need nothing made for them. */
export type PlainVaultPayload = Extract<
  VaultPayload,
  { type: "ungrant" | "equivocation" | "resolve" | "policy" }
>;

export const plainVaultRecord = (
  state: VaultState,
  author: VaultAuthor,
  payload: PlainVaultPayload,
  reliedOn: readonly IdentityState[] = [],
): LogRecord => signVaultRecord(nextPlace(state), author, payload, reliedOn);
