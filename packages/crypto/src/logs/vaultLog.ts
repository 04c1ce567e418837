/**
 * The rules of a vault log: who belongs, who may write, which epoch is current, how far a chain
 * counts. A pure fold over records, the same in relay and clients; it opens no box. Validity follows
 * from this log and the identity heads it pins, so two devices that hold the same log agree.
 * docs/protocol.md §3.3.
 */
import type { BadSignature } from "../envelope/envelope.ts";
import { chainIdOf, verifySignedHead } from "../envelope/envelope.ts";
import { envelopeVersion, type VersionUnsupported } from "../envelope/head.ts";
import {
  type ChainId,
  type DeviceId,
  type EnvelopeId,
  noEnvelope,
  noRecord,
  type RecordId,
  type UserId,
  type VaultId,
} from "../ids.ts";
import { followLink } from "../link.ts";
import type { KeyBox, KeyCommitment, KeyWrap, SignPublicKey } from "../publicKeys.ts";
import { err, ok, type Result } from "../result.ts";
import { memberCountMax, viewerCountMax } from "../sizes.ts";
import {
  currentGeneration,
  type IdentityState,
  isActive,
  isActiveFull,
  type LogError,
  type ReplayedLog,
} from "./identityLog.ts";
import { DeviceScope } from "./kinds.ts";
import { linkOfRecord, type LogRecord, type Pin, verifyRecordSignature } from "./record.ts";
import { LogKind } from "./kinds.ts";
import {
  decodeVaultPayload,
  type DeviceCut,
  type MemberBox,
  Role,
  type Rotation,
  vaultIdOf,
  type VaultPayload,
  VaultType,
  type ViewerBox,
} from "./vaultRecords.ts";
import { type RuleViolated, violated } from "./violation.ts";

export interface Member {
  readonly role: Role;
  /** Index of the record that last gave the right to write; chains opened before it do not count. */
  readonly writerSince: number | undefined;
}

interface GrantedViewer {
  readonly user: UserId;
  readonly device: DeviceId;
}

/** A published box, with what its context names. */
export interface VaultBox {
  readonly box: KeyBox;
  readonly previous: RecordId;
  readonly identityHead: RecordId;
  /** Of the user key it was sealed to; undefined for a viewer device. */
  readonly generation: number | undefined;
}

export interface Epoch {
  readonly epoch: number;
  readonly commitment: KeyCommitment;
  /** The epoch before, under this one; the first wraps none. */
  readonly wrap: KeyWrap | undefined;
  readonly memberBoxes: ReadonlyMap<UserId, readonly VaultBox[]>;
  readonly viewerBoxes: ReadonlyMap<DeviceId, readonly VaultBox[]>;
  /** Index of the record that made it. */
  readonly since: number;
}

export interface Cut {
  readonly seq: number;
  readonly id: EnvelopeId;
  /** An equivocation stays where it was proved; any other cut may be raised. */
  readonly why: "cut" | "equivocation" | "anchor";
  /** Index since which its user could write when it was cut; a chain opened before counts nothing. */
  readonly openedFrom: number;
  /** An equivocation is proved behind this: no raise goes further. */
  readonly seqMax: number | undefined;
}

export interface VaultState {
  readonly vault: VaultId;
  readonly head: { readonly index: number; readonly id: RecordId };
  readonly indexByRecord: ReadonlyMap<RecordId, number>;
  readonly versionMin: number;
  readonly extraTypes: ReadonlySet<number>;
  readonly members: ReadonlyMap<UserId, Member>;
  readonly pins: ReadonlyMap<UserId, Pin>;
  readonly viewers: ReadonlyMap<DeviceId, GrantedViewer>;
  /** Rising, from 1; the last is current. */
  readonly epochs: readonly Epoch[];
  readonly cutsByChain: ReadonlyMap<ChainId, Cut>;
  /** Devices that may open no chain: cut one by one, or with their user. */
  readonly closedDevices: ReadonlyMap<DeviceId, "device" | "user">;
  /** Index of the last record that took something away: a rotation is owed until one follows. */
  readonly takenAwayAt: number | undefined;
}

/** The identity log that a record pins is not here yet, or is withheld. No verdict: wait and say so. */
export interface IdentityHeadMissing {
  readonly type: "IdentityHeadMissing";
  readonly user: UserId;
  readonly index: number;
  readonly head: RecordId;
}

export type VaultLogError = LogError | IdentityHeadMissing | VersionUnsupported;

/** The state of a user's identity log at a pinned head, if that log is here and contains it. */
export type IdentityAt = (pin: Pin) => IdentityState | undefined;

export const currentEpoch = (state: VaultState): Epoch => {
  const newest = state.epochs.at(-1);
  if (newest === undefined) throw new RangeError("a state has an epoch from its genesis on");
  return newest;
};

/** All that a rule may look at. */
interface Judged {
  readonly state: VaultState;
  readonly record: LogRecord;
  readonly author: {
    readonly user: UserId;
    readonly device: DeviceId;
    readonly role: Role;
  };
  /** Of every pinned user, at the pin of this record. */
  readonly identities: ReadonlyMap<UserId, IdentityState>;
}

type Outcome = Result<VaultState, VaultLogError>;
type Payload<Type extends VaultPayload["type"]> = Extract<VaultPayload, { type: Type }>;

export const applyVaultRecord = (
  state: VaultState | undefined,
  record: LogRecord,
  identityAt: IdentityAt,
): Outcome => {
  if (record.kind !== LogKind.Vault)
    return err({
      type: "WrongLog",
      expected: "a vault record",
      got: record.log,
    });
  const payload = decodeVaultPayload(record.type, record.payload);
  if (!payload.ok) return payload;
  if (state !== undefined) {
    if (record.log !== state.vault)
      return err({ type: "WrongLog", expected: state.vault, got: record.log });
    const followed = followLink({ at: state.head.index, id: state.head.id }, linkOfRecord(record));
    if (!followed.ok) return followed;
  }
  const identities = identitiesOf(record, identityAt);
  if (!identities.ok) return identities;
  if (state === undefined)
    return payload.value.type === "genesis"
      ? applyGenesis(record, payload.value, identities.value)
      : violated(record, "ID1 a log begins with a genesis, and only there");
  const author = authorOf(state, record, identities.value);
  if (!author.ok) return author;
  const judged: Judged = {
    state,
    record,
    author: author.value,
    identities: identities.value,
  };
  const pinned = checkPins(judged, payload.value);
  if (!pinned.ok) return pinned;
  const next = applyPayload(judged, payload.value);
  return next.ok ? ok(advance(next.value, record)) : next;
};

/** Head, index and pins move with every record that holds. */
const advance = (state: VaultState, record: LogRecord): VaultState => {
  const pins = new Map(state.pins);
  for (const pin of record.pins) pins.set(pin.user, pin);
  return {
    ...state,
    head: { index: record.index, id: record.id },
    indexByRecord: new Map(state.indexByRecord).set(record.id, record.index),
    pins,
  };
};

const identitiesOf = (
  record: LogRecord,
  identityAt: IdentityAt,
): Result<ReadonlyMap<UserId, IdentityState>, IdentityHeadMissing> => {
  const identities = new Map<UserId, IdentityState>();
  for (const pin of record.pins) {
    const identity = identityAt(pin);
    const isPinned =
      identity?.user === pin.user &&
      identity.head.index === pin.index &&
      identity.head.id === pin.head;
    if (!isPinned)
      return err({
        type: "IdentityHeadMissing",
        user: pin.user,
        index: pin.index,
        head: pin.head,
      });
    identities.set(pin.user, identity);
  }
  return ok(identities);
};

const signedByAuthor = (
  record: LogRecord,
  identities: ReadonlyMap<UserId, IdentityState>,
): Result<void, BadSignature | RuleViolated> => {
  const device = identities.get(record.author.user)?.devices.get(record.author.device);
  if (!isActiveFull(device))
    return violated(record, "VL3 the author is an active full device of a member");
  if (record.signatures.length > 1)
    return violated(record, "VL21 every signature is one the record needs");
  return verifyRecordSignature(record, 0, device.signKey);
};

const authorOf = (
  state: VaultState,
  record: LogRecord,
  identities: ReadonlyMap<UserId, IdentityState>,
): Result<Judged["author"], BadSignature | RuleViolated> => {
  const member = state.members.get(record.author.user);
  // Closed with its user, by a demotion, a device writes no chain but still signs as a viewer's.
  if (member === undefined || state.closedDevices.get(record.author.device) === "device")
    return violated(record, "VL3 the author is an active full device of a member");
  const signed = signedByAuthor(record, identities);
  return signed.ok ? ok({ ...record.author, role: member.role }) : signed;
};

const rotationUsers = ({ members, viewers }: Pick<Rotation, "members" | "viewers">): UserId[] => [
  ...members.map(({ user }) => user),
  ...viewers.map(({ user }) => user),
];

/** Users whose devices or keys a payload speaks of; with the author, exactly these are pinned. */
const reliedOn = (payload: VaultPayload): readonly UserId[] => {
  switch (payload.type) {
    case "genesis":
      return [payload.owner.user];
    case "addMember":
      return [payload.member.user];
    case "setRole":
    case "cutDevice":
    case "raiseCut":
    case "chainAnchor":
    case "equivocation":
      return [payload.user];
    case "removeMember":
      return [payload.user, ...rotationUsers(payload.rotation)];
    case "rotate":
      return rotationUsers(payload.rotation);
    case "grantViewer":
      return [payload.viewer.user];
    case "box":
      return rotationUsers(payload);
    case "ungrant":
    case "resolve":
    case "policy":
    case "pin":
    case "unknown":
      return [];
  }
};

/** Payloads that may pin whom they like among the members. */
const pinsFreely = (payload: VaultPayload): boolean =>
  payload.type === "pin" || payload.type === "unknown";

const checkPins = (judged: Judged, payload: VaultPayload): Result<void, VaultLogError> => {
  const { state, record, author, identities } = judged;
  const named = record.pins.map(({ user }) => user);
  const needed = [...new Set([author.user, ...reliedOn(payload)])].toSorted();
  const areExact = named.join() === needed.join();
  const areMembers = named.every((user) => state.members.has(user));
  if (!areExact && !(pinsFreely(payload) && areMembers))
    return violated(record, "VL1 pins name exactly the users relied on");
  for (const pin of record.pins) {
    const before = state.pins.get(pin.user);
    const extendsIt =
      before === undefined || identities.get(pin.user)?.history[before.index] === before.head;
    if (!extendsIt) return violated(record, "VL2 a pin never goes back or to another branch");
  }
  return checkRevokedAreCut(judged, payload, identities);
};

/**
 * A new pin under which a device is gone takes writing away, so it names the cut: otherwise two
 * readers could disagree about what that device wrote last.
 */
const checkRevokedAreCut = (
  { state, record }: Judged,
  payload: VaultPayload,
  identities: ReadonlyMap<UserId, IdentityState>,
): Result<void, RuleViolated> => {
  for (const [user, identity] of identities) {
    const member = state.members.get(user);
    if (member?.writerSince === undefined) continue;
    if (payload.type === "removeMember" && payload.user === user) continue;
    const cutNow =
      payload.type === "cutDevice" && payload.user === user
        ? new Set(payload.cuts.map(({ device }) => device))
        : new Set<DeviceId>();
    for (const device of identity.devices.values()) {
      const isGone = device.scope === DeviceScope.Full && !isActive(device);
      if (isGone && !state.closedDevices.has(device.id) && !cutNow.has(device.id))
        return violated(record, "VL8 taking writing away names a cut");
    }
  }
  return ok(undefined);
};

const applyGenesis = (
  record: LogRecord,
  { salt, versionMin, commitment, owner }: Payload<"genesis">,
  identities: ReadonlyMap<UserId, IdentityState>,
): Outcome => {
  const vault = vaultIdOf(record.author.user, salt);
  const [pin] = record.pins;
  const identity = identities.get(record.author.user);
  if (record.index !== 0 || record.previous !== noRecord)
    return violated(record, "ID1 a log begins with a genesis, and only there");
  if (record.log !== vault) return violated(record, "ID2 the log's name follows from its genesis");
  if (identity === undefined || pin === undefined || record.pins.length !== 1)
    return violated(record, "VL1 pins name exactly the users relied on");
  const signed = signedByAuthor(record, identities);
  if (!signed.ok) return signed;
  if (owner.user !== record.author.user)
    return violated(record, "VL5 recipients are exactly members and granted viewers");
  if (owner.generation !== currentGeneration(identity).generation)
    return violated(record, "VL6 a box goes to the current generation");
  if (versionMin < 1 || versionMin > envelopeVersion)
    return violated(record, "VL17 a version is only raised");
  const box = boxOf(record, owner.box, pin.head, owner.generation);
  return ok({
    vault,
    head: { index: 0, id: record.id },
    indexByRecord: new Map([[record.id, 0]]),
    versionMin,
    extraTypes: new Set(),
    members: new Map([[owner.user, { role: Role.Owner, writerSince: 0 }]]),
    pins: new Map([[pin.user, pin]]),
    viewers: new Map(),
    epochs: [
      {
        epoch: 1,
        commitment,
        wrap: undefined,
        memberBoxes: new Map([[owner.user, [box]]]),
        viewerBoxes: new Map(),
        since: 0,
      },
    ],
    cutsByChain: new Map(),
    closedDevices: closedAtPin(new Map(), identity),
    takenAwayAt: undefined,
  });
};

/** Devices that were gone before their user came: they never could write here. */
const closedAtPin = (
  closed: ReadonlyMap<DeviceId, "device" | "user">,
  identity: IdentityState,
): ReadonlyMap<DeviceId, "device" | "user"> => {
  const next = new Map(closed);
  for (const device of identity.devices.values())
    if (device.scope === DeviceScope.Full && !isActive(device)) next.set(device.id, "device");
  return next;
};

const boxOf = (
  record: LogRecord,
  box: KeyBox,
  identityHead: RecordId,
  generation?: number,
): VaultBox => ({ box, previous: record.previous, identityHead, generation });

const applyPayload = (judged: Judged, payload: VaultPayload): Outcome => {
  const { state, record, author } = judged;
  switch (payload.type) {
    case "genesis":
      return violated(record, "ID1 a log begins with a genesis, and only there");
    case "addMember":
      return addMember(judged, payload);
    case "setRole":
      return setRole(judged, payload);
    case "removeMember":
      return removeMember(judged, payload);
    case "rotate":
      return author.role < Role.Writer
        ? violated(record, "VL4 the role allows it")
        : rotate(judged, state, payload.rotation);
    case "cutDevice":
      return cutDevice(judged, payload);
    case "raiseCut":
      return raiseCut(judged, payload);
    case "grantViewer":
      return grantViewer(judged, payload);
    case "ungrant":
      return ungrant(judged, payload);
    case "box":
      return addBoxes(judged, payload);
    case "equivocation":
      return proveEquivocation(judged, payload);
    case "resolve":
      return resolveFork(judged, payload);
    case "chainAnchor":
      return anchorChains(judged, payload);
    case "policy":
      return setPolicy(judged, payload);
    case "pin":
      return ok(state);
    case "unknown":
      if (!state.extraTypes.has(payload.number))
        return violated(record, "VL22 a new type of record needs a policy first");
      return err({
        type: "RecordUnknown",
        log: record.log,
        index: record.index,
        recordType: payload.number,
      });
  }
};

/** Owners manage everybody but owners; admins manage writers and viewers. */
const mayManage = (author: Role, target: Role): boolean =>
  author === Role.Owner ? target !== Role.Owner : author === Role.Admin && target < Role.Admin;

const mayGive = (author: Role, given: Role): boolean =>
  author === Role.Owner || (author === Role.Admin && given < Role.Admin);

const addMember = (
  { state, record, author, identities }: Judged,
  { role, member }: Payload<"addMember">,
): Outcome => {
  if (!mayGive(author.role, role)) return violated(record, "VL4 the role allows it");
  if (state.members.has(member.user)) return violated(record, "VL11 a user is added once");
  if (state.members.size >= memberCountMax)
    return violated(record, "VL18 no more members or viewers than the limit");
  const boxed = withBoxes({ state, record, identities }, currentEpoch(state).epoch, {
    members: [member],
    viewers: [],
  });
  if (!boxed.ok) return boxed;
  return ok({
    ...boxed.value,
    members: new Map(state.members).set(member.user, {
      role,
      writerSince: role >= Role.Writer ? record.index : undefined,
    }),
    closedDevices: reopenedAtPin(state.closedDevices, identities.get(member.user)),
  });
};

/**
 * When a user may write again: what they wrote before was cut chain by chain, and chains opened from
 * here on count. Devices that are gone by now stay closed.
 */
const reopenedAtPin = (
  closed: ReadonlyMap<DeviceId, "device" | "user">,
  identity: IdentityState | undefined,
): ReadonlyMap<DeviceId, "device" | "user"> => {
  if (identity === undefined) return closed;
  const reopened = [...closed].filter(([id, how]) => how !== "user" || !identity.devices.has(id));
  return closedAtPin(new Map(reopened), identity);
};

const setRole = (judged: Judged, { user, role, cuts }: Payload<"setRole">): Outcome => {
  const { state, record, author } = judged;
  const target = state.members.get(user);
  if (target === undefined) return violated(record, "VL12 the user is a member");
  const stepsDown = user === author.user && role < target.role;
  const isManaged = mayManage(author.role, target.role) && mayGive(author.role, role);
  if (!stepsDown && !isManaged) return violated(record, "VL4 the role allows it");
  const owners = [...state.members.values()].filter((member) => member.role === Role.Owner);
  if (target.role === Role.Owner && role !== Role.Owner && owners.length === 1)
    return violated(record, "VL13 an owner remains");
  const mayWriteNow = role >= Role.Writer;
  const takesAway = target.writerSince !== undefined && !mayWriteNow;
  if (!takesAway && cuts.length > 0) return violated(record, "VL8 taking writing away names a cut");
  const cut = takesAway ? withUserCut(judged, state, user, cuts) : ok(state);
  if (!cut.ok) return cut;
  const writerSince = mayWriteNow ? (target.writerSince ?? record.index) : undefined;
  const { closedDevices } = cut.value;
  const gains = mayWriteNow && target.writerSince === undefined;
  return ok({
    ...cut.value,
    members: new Map(state.members).set(user, { role, writerSince }),
    closedDevices: gains
      ? reopenedAtPin(closedDevices, judged.identities.get(user))
      : closedDevices,
  });
};

const removeMember = (
  judged: Judged,
  { user, cuts, rotation }: Payload<"removeMember">,
): Outcome => {
  const { state, record, author } = judged;
  const target = state.members.get(user);
  if (target === undefined) return violated(record, "VL12 the user is a member");
  // Whoever rotates knows the next key, so nobody can remove themselves: another does it.
  if (user === author.user)
    return violated(record, "VL20 the author keeps what the record takes away");
  if (!mayManage(author.role, target.role)) return violated(record, "VL4 the role allows it");
  const cut = withUserCut(judged, state, user, cuts);
  if (!cut.ok) return cut;
  const members = new Map(state.members);
  members.delete(user);
  const viewers = new Map([...state.viewers].filter(([, viewer]) => viewer.user !== user));
  return rotate(judged, { ...cut.value, members, viewers }, rotation);
};

/** Every device of the user is closed, and each listed chain counts up to its cut. */
const withUserCut = (
  judged: Judged,
  state: VaultState,
  user: UserId,
  cuts: readonly DeviceCut[],
): Outcome => {
  const cut = withCuts(judged, state, user, cuts);
  if (!cut.ok) return cut;
  const closedDevices = new Map(cut.value.closedDevices);
  for (const device of judged.identities.get(user)?.devices.values() ?? [])
    if (device.scope === DeviceScope.Full && !closedDevices.has(device.id))
      closedDevices.set(device.id, "user");
  return ok({ ...cut.value, closedDevices, takenAwayAt: judged.record.index });
};

/** Moves nothing that already stands: a chain cut before stays where it was cut. */
const withCuts = (
  { record, identities }: Judged,
  state: VaultState,
  user: UserId,
  cuts: readonly DeviceCut[],
): Outcome => {
  const openedFrom = state.members.get(user)?.writerSince ?? 0;
  const cutsByChain = new Map(state.cutsByChain);
  for (const { device, chains } of cuts) {
    const known = identities.get(user)?.devices.get(device);
    if (known?.scope !== DeviceScope.Full)
      return violated(record, "VL10 a cut names devices of that user");
    for (const cut of chains) {
      const { incarnation, seq, id } = cut;
      const chain = chainIdOf(known.signKey, incarnation);
      if (standingCut(state, user, device, chain) === undefined)
        cutsByChain.set(chain, { seq, id, why: "cut", openedFrom, seqMax: undefined });
    }
  }
  return ok({ ...state, cutsByChain });
};

/**
 * Where a chain is cut before a record speaks of it; undefined while all of it counts. Where nothing
 * counts, because its device is closed or its user does not write, no list makes it count: only
 * an admin raises it.
 */
const standingCut = (
  state: VaultState,
  user: UserId,
  device: DeviceId,
  chain: ChainId,
): Cut | undefined => {
  const listed = state.cutsByChain.get(chain);
  if (listed !== undefined) return listed;
  const mayWrite = state.members.get(user)?.writerSince !== undefined;
  return mayWrite && !state.closedDevices.has(device)
    ? undefined
    : { seq: 0, id: noEnvelope, why: "cut", openedFrom: 0, seqMax: undefined };
};

const cutDevice = (judged: Judged, { user, cuts }: Payload<"cutDevice">): Outcome => {
  const { state, record, author, identities } = judged;
  const target = state.members.get(user);
  if (target === undefined) return violated(record, "VL12 the user is a member");
  if (cuts.some(({ device }) => device === author.device))
    return violated(record, "VL20 the author keeps what the record takes away");
  const areGone = cuts.every(({ device }) => !isActive(identities.get(user)?.devices.get(device)));
  const isManaged = author.role >= Role.Admin && (areGone || mayManage(author.role, target.role));
  if (user !== author.user && !isManaged) return violated(record, "VL4 the role allows it");
  if (cuts.length === 0) return violated(record, "VL8 taking writing away names a cut");
  const cut = withCuts(judged, state, user, cuts);
  if (!cut.ok) return cut;
  const closedDevices = new Map(cut.value.closedDevices);
  for (const { device } of cuts) closedDevices.set(device, "device");
  return ok({ ...cut.value, closedDevices, takenAwayAt: record.index });
};

const raiseCut = (
  { state, record, author, identities }: Judged,
  { user, cuts }: Payload<"raiseCut">,
): Outcome => {
  if (author.role < Role.Admin) return violated(record, "VL4 the role allows it");
  const cutsByChain = new Map(state.cutsByChain);
  for (const { device, chains } of cuts) {
    const known = identities.get(user)?.devices.get(device);
    if (known === undefined || !state.closedDevices.has(device))
      return violated(record, "VL10 a cut names devices of that user");
    for (const cut of chains) {
      const { incarnation, seq, id } = cut;
      const chain = chainIdOf(known.signKey, incarnation);
      const standing = standingCut(state, user, device, chain);
      const isRaised =
        standing?.why === "cut" && seq > standing.seq && seq <= (standing.seqMax ?? seq);
      if (!isRaised) return violated(record, "VL9 a cut is only raised");
      cutsByChain.set(chain, { ...standing, seq, id });
    }
  }
  return ok({ ...state, cutsByChain });
};

const grantViewer = (
  { state, record, author, identities }: Judged,
  { viewer }: Payload<"grantViewer">,
): Outcome => {
  if (viewer.user !== author.user) return violated(record, "VL4 the role allows it");
  if (state.viewers.size >= viewerCountMax)
    return violated(record, "VL18 no more members or viewers than the limit");
  return withBoxes(
    {
      state: {
        ...state,
        viewers: new Map(state.viewers).set(viewer.device, {
          user: viewer.user,
          device: viewer.device,
        }),
      },
      record,
      identities,
    },
    currentEpoch(state).epoch,
    { members: [], viewers: [viewer] },
  );
};

const ungrant = (
  { state, record, author }: Judged,
  { user, device }: Payload<"ungrant">,
): Outcome => {
  if (state.viewers.get(device)?.user !== user)
    return violated(record, "VL14 a granted device is an active viewer");
  if (user !== author.user && author.role < Role.Admin)
    return violated(record, "VL4 the role allows it");
  const viewers = new Map(state.viewers);
  viewers.delete(device);
  return ok({ ...state, viewers, takenAwayAt: record.index });
};

interface Boxes {
  readonly members: readonly MemberBox[];
  readonly viewers: readonly ViewerBox[];
}

/** Adds boxes to an epoch, each to a current key of somebody who may have it. */
const withBoxes = (
  { state, record, identities }: Pick<Judged, "state" | "record" | "identities">,
  number: number,
  { members, viewers }: Boxes,
): Outcome => {
  const epoch = state.epochs[number - 1];
  if (epoch === undefined) return violated(record, "VL19 a box names an epoch that exists");
  const memberBoxes = new Map(epoch.memberBoxes);
  for (const { user, generation, box } of members) {
    const identity = identities.get(user);
    if (identity === undefined || generation !== currentGeneration(identity).generation)
      return violated(record, "VL6 a box goes to the current generation");
    const added = boxOf(record, box, identity.head.id, generation);
    memberBoxes.set(user, [...(memberBoxes.get(user) ?? []), added]);
  }
  const viewerBoxes = new Map(epoch.viewerBoxes);
  for (const { user, device, box } of viewers) {
    const known = identities.get(user)?.devices.get(device);
    const granted = state.viewers.get(device);
    if (!isActive(known) || known.scope !== DeviceScope.Viewer || granted?.user !== user)
      return violated(record, "VL14 a granted device is an active viewer");
    const identityHead = identities.get(user)?.head.id ?? noRecord;
    const added = boxOf(record, box, identityHead);
    viewerBoxes.set(device, [...(viewerBoxes.get(device) ?? []), added]);
  }
  return ok({
    ...state,
    epochs: state.epochs.with(number - 1, {
      ...epoch,
      memberBoxes,
      viewerBoxes,
    }),
  });
};

const addBoxes = (judged: Judged, { epoch, members, viewers }: Payload<"box">): Outcome => {
  const { state, record } = judged;
  if (members.some(({ user }) => !state.members.has(user)))
    return violated(record, "VL5 recipients are exactly members and granted viewers");
  return withBoxes(judged, epoch, { members, viewers });
};

/** Granted devices that are still active viewers at the pins in force: those a rotation must name. */
const viewersOwed = (
  { identities }: Pick<Judged, "identities">,
  state: VaultState,
): readonly DeviceId[] =>
  [...state.viewers.values()]
    .filter(({ user, device }) => {
      const identity = identities.get(user);
      return identity === undefined || isActive(identity.devices.get(device));
    })
    .map(({ device }) => device)
    .toSorted();

const rotate = (judged: Judged, state: VaultState, rotation: Rotation): Outcome => {
  const { record } = judged;
  if (rotation.epoch !== currentEpoch(state).epoch + 1)
    return violated(record, "VL7 the next epoch");
  const members = [...state.members.keys()].toSorted();
  const areMembers = rotation.members.map(({ user }) => user).join() === members.join();
  const owed = viewersOwed(judged, state);
  const areViewers = rotation.viewers.map(({ device }) => device).join() === owed.join();
  if (!areMembers || !areViewers)
    return violated(record, "VL5 recipients are exactly members and granted viewers");
  const epoch: Epoch = {
    epoch: rotation.epoch,
    commitment: rotation.commitment,
    wrap: rotation.wrap,
    memberBoxes: new Map(),
    viewerBoxes: new Map(),
    since: record.index,
  };
  return withBoxes(
    {
      ...judged,
      state: {
        ...state,
        epochs: [...state.epochs, epoch],
        // Granted devices that are gone by now get no box, and are granted no longer.
        viewers: new Map([...state.viewers].filter(([device]) => owed.includes(device))),
        takenAwayAt: undefined,
      },
    },
    rotation.epoch,
    rotation,
  );
};

const proveEquivocation = (
  { state, record, identities }: Judged,
  { user, device, incarnation, heads: [left, right] }: Payload<"equivocation">,
): Outcome => {
  const known = identities.get(user)?.devices.get(device);
  if (known?.scope !== DeviceScope.Full)
    return violated(record, "VL10 a cut names devices of that user");
  const chain = chainIdOf(known.signKey, incarnation);
  const ids = signedIds(known.signKey, [left, right]);
  if (!ids.ok) return ids;
  const isProof =
    left.head.vault === state.vault &&
    right.head.vault === state.vault &&
    left.head.chain === chain &&
    right.head.chain === chain &&
    left.head.seq === right.head.seq &&
    left.head.previous === right.head.previous &&
    ids.value[0] !== ids.value[1];
  if (!isProof)
    return violated(
      record,
      "VL15 two heads of one chain, one seq and one predecessor prove an equivocation",
    );
  const proved = { seq: left.head.seq - 1, id: left.head.previous };
  const standing = standingCut(state, user, device, chain);
  const seqMax = Math.min(proved.seq, standing?.seqMax ?? proved.seq);
  // A proof only lowers: where the chain is cut before it, it bounds how far that may be raised.
  const cut: Cut =
    standing !== undefined && standing.seq <= proved.seq
      ? { ...standing, seqMax }
      : {
          ...proved,
          why: "equivocation",
          openedFrom: standing?.openedFrom ?? state.members.get(user)?.writerSince ?? 0,
          seqMax,
        };
  return ok({ ...state, cutsByChain: new Map(state.cutsByChain).set(chain, cut) });
};

const signedIds = (
  signKey: SignPublicKey,
  heads: Payload<"equivocation">["heads"],
): Result<readonly EnvelopeId[], BadSignature> => {
  const ids: EnvelopeId[] = [];
  for (const head of heads) {
    const verified = verifySignedHead(head, signKey);
    if (!verified.ok) return verified;
    ids.push(verified.value);
  }
  return ok(ids);
};

const resolveFork = (
  { state, record, author }: Judged,
  { common, fallen }: Payload<"resolve">,
): Outcome => {
  if (author.role !== Role.Owner) return violated(record, "VL4 the role allows it");
  const isShared = state.indexByRecord.get(common.id) === common.index;
  const isOurs = state.indexByRecord.has(fallen.id);
  if (!isShared || isOurs || fallen.index <= common.index)
    return violated(record, "VL16 both branches share the record named");
  return ok(state);
};

const anchorChains = (judged: Judged, { user, cuts }: Payload<"chainAnchor">): Outcome => {
  const { state, record, author, identities } = judged;
  const target = state.members.get(user);
  const areClosed = cuts.every(({ device }) => state.closedDevices.has(device));
  const isManaged = target !== undefined && mayManage(author.role, target.role);
  if (user !== author.user && !(author.role >= Role.Admin && (areClosed || isManaged)))
    return violated(record, "VL4 the role allows it");
  const openedFrom = target?.writerSince ?? 0;
  const cutsByChain = new Map(state.cutsByChain);
  for (const { device, chains } of cuts) {
    const known = identities.get(user)?.devices.get(device);
    if (known?.scope !== DeviceScope.Full)
      return violated(record, "VL10 a cut names devices of that user");
    for (const cut of chains) {
      const { incarnation, seq, id } = cut;
      const chain = chainIdOf(known.signKey, incarnation);
      const standing = standingCut(state, user, device, chain);
      if (standing !== undefined && (standing.seq !== seq || standing.id !== id))
        return violated(record, "VL9 a cut is only raised");
      const anchor: Cut = { seq, id, why: "anchor", openedFrom, seqMax: undefined };
      cutsByChain.set(chain, standing ?? anchor);
    }
  }
  return ok({ ...state, cutsByChain });
};

const firstVersionTypes = new Set<number>(Object.values(VaultType));

const setPolicy = (
  { state, record, author }: Judged,
  { versionMin, extraTypes }: Payload<"policy">,
): Outcome => {
  if (author.role !== Role.Owner) return violated(record, "VL4 the role allows it");
  // Whoever knows no such version stops here, so a state never asks for more than its reader has.
  if (versionMin > envelopeVersion)
    return err({ type: "VersionUnsupported", what: "envelope", version: versionMin, suite: 1 });
  if (versionMin < state.versionMin || extraTypes.some((type) => firstVersionTypes.has(type)))
    return violated(record, "VL17 a version is only raised");
  return ok({
    ...state,
    versionMin,
    extraTypes: new Set([...state.extraTypes, ...extraTypes]),
  });
};

export const replayVaultLog = (
  records: readonly LogRecord[],
  identityAt: IdentityAt,
): Omit<ReplayedLog<VaultState>, "stopped"> & {
  readonly stopped: VaultLogError | undefined;
} => {
  const states: VaultState[] = [];
  for (const record of records) {
    const next = applyVaultRecord(states.at(-1), record, identityAt);
    if (!next.ok) return { states, stopped: next.error };
    states.push(next.value);
  }
  return { states, stopped: undefined };
};
