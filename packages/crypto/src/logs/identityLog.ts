/**
 * The rules of an identity log: which devices a person has, and which user key is current. A pure
 * fold over records; relay and clients run the same one. It opens no box. docs/protocol.md §3.2.
 *
 * A state is never changed: whoever pins an older head keeps the state of that head.
 */
import type { Malformed } from "../bytes/reader.ts";
import type { BadSignature } from "../envelope/envelope.ts";
import { type DeviceId, noRecord, type RecordId, type UserId } from "../ids.ts";
import { deviceIdOf } from "../keys/deviceId.ts";
import type { UserPublicKeys } from "../keys/userKey.ts";
import { followLink, type LinkForked, type LinkGap } from "../link.ts";
import type { KeyBox, KeyWrap } from "../publicKeys.ts";
import { isKemKey } from "../keys/kemKey.ts";
import { err, ok, type Result } from "../result.ts";
import { deviceCountMax } from "../sizes.ts";
import {
  decodeIdentityPayload,
  type DeviceEntry,
  type IdentityPayload,
  userIdOf,
} from "./identityRecords.ts";
import { DeviceScope } from "./kinds.ts";
import { linkOfRecord, type LogRecord, verifyRecordSignature } from "./record.ts";
import { LogKind } from "./kinds.ts";
import { type RuleViolated, violated } from "./violation.ts";

export interface KnownDevice extends DeviceEntry {
  readonly id: DeviceId;
  /** The device that let it in; itself for the first. */
  readonly addedBy: DeviceId;
  /** Index of the record that revoked it. */
  readonly revokedAt: number | undefined;
}

/** Where a box was published: its context names the record before it. */
interface PublishedBox {
  readonly box: KeyBox;
  readonly previous: RecordId;
}

export interface UserKeyGeneration extends UserPublicKeys {
  readonly boxes: ReadonlyMap<DeviceId, PublishedBox>;
  /** The generation before, under this one; the first wraps none. */
  readonly wrap: KeyWrap | undefined;
}

export interface IdentityState {
  readonly user: UserId;
  readonly head: { readonly index: number; readonly id: RecordId };
  /** The id of every record so far, by index: a newer state extends an older one, or is a fork. */
  readonly history: readonly RecordId[];
  readonly devices: ReadonlyMap<DeviceId, KnownDevice>;
  /** Rising, from 1; the last is current. */
  readonly generations: readonly UserKeyGeneration[];
}

/** From a newer client. This user's records and chains wait; nobody else's do. */
export interface RecordUnknown {
  readonly type: "RecordUnknown";
  readonly log: string;
  readonly index: number;
  readonly recordType: number;
}

export interface WrongLog {
  readonly type: "WrongLog";
  readonly expected: string;
  readonly got: string;
}

export type LogError =
  | Malformed
  | WrongLog
  | LinkGap
  | LinkForked<RecordId>
  | BadSignature
  | RuleViolated
  | RecordUnknown;

type ActiveDevice = KnownDevice & { readonly revokedAt: undefined };

export const isActive = (device: KnownDevice | undefined): device is ActiveDevice =>
  device !== undefined && device.revokedAt === undefined;

export const isActiveFull = (device: KnownDevice | undefined): device is ActiveDevice =>
  isActive(device) && device.scope === DeviceScope.Full;

/** Devices that hold the user key: every active one but viewers. */
export const keyHolders = (state: IdentityState): readonly KnownDevice[] =>
  [...state.devices.values()].filter(
    (device) => isActive(device) && device.scope !== DeviceScope.Viewer,
  );

export const currentGeneration = (state: IdentityState): UserKeyGeneration => {
  const newest = state.generations.at(-1);
  if (newest === undefined) throw new RangeError("a state has a generation from its genesis on");
  return newest;
};

export const applyIdentityRecord = (
  state: IdentityState | undefined,
  record: LogRecord,
): Result<IdentityState, LogError> => {
  if (
    record.kind !== LogKind.Identity ||
    record.pins.length > 0 ||
    record.author.user !== record.log
  )
    return err({
      type: "WrongLog",
      expected: "an identity record of one user",
      got: record.log,
    });
  const payload = decodeIdentityPayload(record.type, record.payload);
  if (!payload.ok) return payload;
  if (state === undefined)
    return payload.value.type === "genesis"
      ? applyGenesis(record, payload.value)
      : violated(record, "ID1 a log begins with a genesis, and only there");
  if (record.log !== state.user)
    return err({ type: "WrongLog", expected: state.user, got: record.log });
  const followed = followLink({ at: state.head.index, id: state.head.id }, linkOfRecord(record));
  if (!followed.ok) return followed;
  const author = state.devices.get(record.author.device);
  if (!isActive(author) || author.scope === DeviceScope.Viewer)
    return violated(record, "ID3 the author is an active full or paper device");
  const signed = verifyRecordSignature(record, 0, author.signKey);
  if (!signed.ok) return signed;
  const next = applyPayload(state, record, payload.value);
  if (!next.ok) return next;
  const head = { index: record.index, id: record.id };
  return ok({ ...next.value, head, history: [...state.history, record.id] });
};

type GenesisPayload = Extract<IdentityPayload, { type: "genesis" }>;
type AddDevicePayload = Extract<IdentityPayload, { type: "addDevice" }>;
type RevokePayload = Extract<IdentityPayload, { type: "revokeDevice" }>;

const applyGenesis = (
  record: LogRecord,
  { salt, device, userKey, box }: GenesisPayload,
): Result<IdentityState, LogError> => {
  const id = deviceIdOf(device);
  const user = userIdOf(device, salt);
  if (record.index !== 0 || record.previous !== noRecord)
    return violated(record, "ID1 a log begins with a genesis, and only there");
  if (record.log !== user) return violated(record, "ID2 the log's name follows from its genesis");
  if (record.author.device !== id || device.scope !== DeviceScope.Full)
    return violated(record, "ID3 the author is an active full or paper device");
  if (userKey.generation !== 1)
    return violated(record, "ID8 the next user key has the next generation");
  if (!isKemKey(device.kemKey) || !isKemKey(userKey.kemKey))
    return violated(record, "ID13 a key that boxes go to is one");
  if (record.signatures.length > 1)
    return violated(record, "ID12 every signature is one the record needs");
  const signed = verifyRecordSignature(record, 0, device.signKey);
  if (!signed.ok) return signed;
  return ok({
    user,
    head: { index: 0, id: record.id },
    history: [record.id],
    devices: new Map([[id, { ...device, id, addedBy: id, revokedAt: undefined }]]),
    generations: [
      {
        ...userKey,
        boxes: new Map([[id, { box, previous: record.previous }]]),
        wrap: undefined,
      },
    ],
  });
};

const applyPayload = (
  state: IdentityState,
  record: LogRecord,
  payload: IdentityPayload,
): Result<IdentityState, LogError> => {
  switch (payload.type) {
    case "genesis":
      return violated(record, "ID1 a log begins with a genesis, and only there");
    case "addDevice":
      return addDevice(state, record, payload);
    case "revokeDevice":
      return revokeDevice(state, record, payload);
    case "unknown":
      return err({
        type: "RecordUnknown",
        log: record.log,
        index: record.index,
        recordType: payload.number,
      });
  }
};

const addDevice = (
  state: IdentityState,
  record: LogRecord,
  { device, box }: AddDevicePayload,
): Result<IdentityState, LogError> => {
  const id = deviceIdOf(device);
  if (state.devices.has(id)) return violated(record, "ID5 a device is added once");
  // Revoked ones are not counted: nobody may use up the room that recovery needs.
  if ([...state.devices.values()].filter(isActive).length >= deviceCountMax)
    return violated(record, "ID11 no more devices than the limit");
  if (!isKemKey(device.kemKey)) return violated(record, "ID13 a key that boxes go to is one");
  if ((box === undefined) !== (device.scope === DeviceScope.Viewer))
    return violated(record, "ID6 a box for every device but a viewer");
  if (record.signatures[1]?.device !== id) return violated(record, "ID4 a new device signs too");
  const signed = verifyRecordSignature(record, 1, device.signKey);
  if (!signed.ok) return signed;
  const devices = new Map(state.devices).set(id, {
    ...device,
    id,
    addedBy: record.author.device,
    revokedAt: undefined,
  });
  if (box === undefined) return ok({ ...state, devices });
  const current = currentGeneration(state);
  const boxes = new Map(current.boxes).set(id, {
    box,
    previous: record.previous,
  });
  return ok({
    ...state,
    devices,
    generations: [...state.generations.slice(0, -1), { ...current, boxes }],
  });
};

const revokeDevice = (
  state: IdentityState,
  record: LogRecord,
  { device: id, userKey, wrap, boxes }: RevokePayload,
): Result<IdentityState, LogError> => {
  const revoked = state.devices.get(id);
  if (!isActive(revoked) || id === record.author.device)
    return violated(record, "ID7 the device to revoke is active, and is not the author");
  if (revoked.scope === DeviceScope.Paper) {
    const cosigned = verifyPaperRevocation(state, record, revoked);
    if (!cosigned.ok) return cosigned;
  } else if (record.signatures.length > 1)
    return violated(record, "ID12 every signature is one the record needs");
  if (userKey.generation !== currentGeneration(state).generation + 1)
    return violated(record, "ID8 the next user key has the next generation");
  if (!isKemKey(userKey.kemKey)) return violated(record, "ID13 a key that boxes go to is one");
  const devices = new Map(state.devices).set(id, {
    ...revoked,
    revokedAt: record.index,
  });
  // Never empty: the author holds the key and is not the one revoked, so somebody can come back.
  const remaining = keyHolders({ ...state, devices });
  const expected = remaining.map((holder) => holder.id).toSorted();
  if (expected.join() !== boxes.map(({ device }) => device).join())
    return violated(record, "ID9 boxes go to exactly the devices that remain");
  const published = new Map(
    boxes.map(({ device, box }) => [device, { box, previous: record.previous }]),
  );
  return ok({
    ...state,
    devices,
    generations: [...state.generations, { ...userKey, boxes: published, wrap }],
  });
};

/**
 * A thief with one laptop must not be able to burn the words: the paper device itself signs, or a
 * second full device does.
 */
const verifyPaperRevocation = (
  state: IdentityState,
  record: LogRecord,
  paper: KnownDevice,
): Result<void, LogError> => {
  const cosignerId = record.signatures[1]?.device;
  const cosigner = cosignerId === undefined ? undefined : state.devices.get(cosignerId);
  const author = state.devices.get(record.author.device);
  const isPaperItself = cosigner?.id === paper.id;
  const areTwoFull =
    isActiveFull(cosigner) && isActiveFull(author) && cosigner.id !== record.author.device;
  if (cosigner === undefined || !(isPaperItself || areTwoFull))
    return violated(
      record,
      "ID10 a paper device goes only by its own signature or two full devices",
    );
  return verifyRecordSignature(record, 1, cosigner.signKey);
};

export interface ReplayedLog<State> {
  /** One state for each record that holds; the last is newest. */
  readonly states: readonly State[];
  /** Why the fold stopped before the end, if it did. */
  readonly stopped: LogError | undefined;
}

export const replayIdentityLog = (records: readonly LogRecord[]): ReplayedLog<IdentityState> => {
  const states: IdentityState[] = [];
  for (const record of records) {
    const next = applyIdentityRecord(states.at(-1), record);
    if (!next.ok) return { states, stopped: next.error };
    states.push(next.value);
  }
  return { states, stopped: undefined };
};
