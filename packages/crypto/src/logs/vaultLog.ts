/**
 * The rules of a vault log: who belongs, who may write, which epoch is current, how far a chain
 * counts. A pure fold over records, the same in relay and clients; it opens no box. Validity follows
 * from this log and the identity heads it pins, so two devices that hold the same log agree.
 * docs/protocol.md §3.3.
 */
import type { BadSignature } from "../envelope/envelope.ts";
import { noRecord, type UserId } from "../ids.ts";
import { followLink } from "../link.ts";
import { err, ok, type Result } from "../result.ts";
import {
  currentGeneration,
  type IdentityState,
  isActiveFull,
  type ReplayedLog,
} from "./identityLog.ts";
import { LogKind } from "./kinds.ts";
import { linkOfRecord, type LogRecord, verifyRecordSignature } from "./record.ts";
import { anchorChains, cutDevice, proveEquivocation, raiseCut } from "./vaultCuts.ts";
import { addBoxes, boxOf, grantViewer, rotate, ungrant } from "./vaultEpochs.ts";
import { addMember, closedAtPin, removeMember, setRole } from "./vaultMembers.ts";
import { checkPins } from "./vaultPins.ts";
import {
  decodeVaultPayload,
  Role,
  vaultIdOf,
  type VaultPayload,
  VaultType,
} from "./vaultRecords.ts";
import type {
  IdentityAt,
  IdentityHeadMissing,
  Judged,
  Outcome,
  Payload,
  VaultLogError,
  VaultState,
} from "./vaultState.ts";
import { type RuleViolated, violated } from "./violation.ts";
import { formatSuite, formatVersion } from "../version.ts";

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
  if (versionMin < 1 || versionMin > formatVersion)
    return violated(record, "VL17 a version is only raised");
  const box = boxOf(record, owner.box, pin.head, owner.generation);
  return ok({
    vault,
    head: { index: 0, id: record.id },
    indexByRecord: new Map([[record.id, 0]]),
    versionMin,
    extraTypes: new Set(),
    members: new Map([[owner.user, { role: Role.Owner, writerSince: 0 }]]),
    removedAt: new Map(),
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
    cutAt: undefined,
  });
};

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

const firstVersionTypes = new Set<number>(Object.values(VaultType));

const setPolicy = (
  { state, record, author }: Judged,
  { versionMin, extraTypes }: Payload<"policy">,
): Outcome => {
  if (author.role !== Role.Owner) return violated(record, "VL4 the role allows it");
  // Whoever knows no such version stops here, so a state never asks for more than its reader has.
  if (versionMin > formatVersion)
    return err({
      type: "VersionUnsupported",
      what: "envelope",
      version: versionMin,
      suite: formatSuite,
    });
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
