/** What an identity log says: devices and the generations of the user key. docs/protocol.md §3.2. */
import { decode, type Malformed, type Reader } from "../bytes/reader.ts";
import { readRising, type RisingLimits, writeRising } from "../bytes/rising.ts";
import { encode, type Writer } from "../bytes/writer.ts";
import { hash16 } from "../hash.ts";
import { type DeviceId, deviceIds, type UserId, userIds } from "../ids.ts";
import type { DevicePublicKeys } from "../keys/deviceId.ts";
import type { UserPublicKeys } from "../keys/userKey.ts";
import { labels } from "../labels.ts";
import {
  type KeyBox,
  type KeyWrap,
  readKemPublicKey,
  readKeyBox,
  readKeyCommitment,
  readKeyWrap,
  readSignPublicKey,
} from "../publicKeys.ts";
import { unreachable, type Result } from "../result.ts";
import { deviceCountMax, recordByteLengthMax, saltByteLength } from "../sizes.ts";
import { DeviceScope } from "./kinds.ts";

/** Numbers on the wire: never reused. */
export const IdentityType = {
  Genesis: 1,
  AddDevice: 2,
  RevokeDevice: 3,
} as const;

export interface DeviceEntry extends DevicePublicKeys {
  readonly scope: DeviceScope;
  /** Undefined: does not expire. Expiry makes a rotation owed; it never decides what counts. */
  readonly expiresAtMs: number | undefined;
}

interface DeviceBox {
  readonly device: DeviceId;
  readonly box: KeyBox;
}

export type IdentityPayload =
  | {
      readonly type: "genesis";
      readonly salt: Uint8Array;
      readonly device: DeviceEntry;
      readonly userKey: UserPublicKeys;
      readonly box: KeyBox;
    }
  | {
      readonly type: "addDevice";
      readonly device: DeviceEntry;
      /** Of the current generation; a viewer gets none. */
      readonly box: KeyBox | undefined;
    }
  | {
      readonly type: "revokeDevice";
      readonly device: DeviceId;
      readonly userKey: UserPublicKeys;
      /** The generation before, under this one. */
      readonly wrap: KeyWrap;
      /** Exactly the active full and paper devices that remain. */
      readonly boxes: readonly DeviceBox[];
    }
  | { readonly type: "unknown"; readonly number: number };

/** Known before the first record exists, so that boxes inside it can name it. */
export const userIdOf = (first: DevicePublicKeys, salt: Uint8Array): UserId =>
  userIds.fromBytes(hash16(labels.userId, first.signKey, first.kemKey, salt));

const writeDevice = (to: Writer, device: DeviceEntry): void => {
  to.bytes(device.signKey);
  to.bytes(device.kemKey);
  to.u8(device.scope);
  to.varUint(device.expiresAtMs ?? 0);
};

const readDevice = (from: Reader): DeviceEntry => {
  const signKey = readSignPublicKey(from);
  const kemKey = readKemPublicKey(from);
  const scope = from.u8();
  if (scope < DeviceScope.Full || scope > DeviceScope.Paper)
    from.refuse("scope 1 to 3", `${scope}`);
  const expiresAtMs = from.varUint();
  return {
    signKey,
    kemKey,
    scope: scope as DeviceScope,
    expiresAtMs: expiresAtMs === 0 ? undefined : expiresAtMs,
  };
};

const writeUserKey = (to: Writer, key: UserPublicKeys): void => {
  to.varUint(key.generation);
  to.bytes(key.signKey);
  to.bytes(key.kemKey);
  to.bytes(key.commitment);
};

const readUserKey = (from: Reader): UserPublicKeys => ({
  generation: from.varUint(),
  signKey: readSignPublicKey(from),
  kemKey: readKemPublicKey(from),
  commitment: readKeyCommitment(from),
});

const writeDeviceBox = (to: Writer, { device, box }: DeviceBox): void => {
  deviceIds.write(to, device);
  to.bytes(box);
};

const readDeviceBox = (from: Reader): DeviceBox => ({
  device: deviceIds.read(from),
  box: readKeyBox(from),
});

const boxLimits: RisingLimits<DeviceBox> = {
  countMax: deviceCountMax,
  itemByteLengthMin: 1184,
  keyOf: ({ device }) => device,
};

export const identityTypeNumber = (payload: IdentityPayload): number => {
  switch (payload.type) {
    case "genesis":
      return IdentityType.Genesis;
    case "addDevice":
      return IdentityType.AddDevice;
    case "revokeDevice":
      return IdentityType.RevokeDevice;
    case "unknown":
      return payload.number;
  }
  return unreachable(payload);
};

export const encodeIdentityPayload = (payload: IdentityPayload): Uint8Array =>
  encode((to) => {
    switch (payload.type) {
      case "genesis":
        to.bytes(payload.salt);
        writeDevice(to, payload.device);
        writeUserKey(to, payload.userKey);
        to.bytes(payload.box);
        return;
      case "addDevice":
        writeDevice(to, payload.device);
        to.bool(payload.box !== undefined);
        if (payload.box !== undefined) to.bytes(payload.box);
        return;
      case "revokeDevice":
        deviceIds.write(to, payload.device);
        writeUserKey(to, payload.userKey);
        to.bytes(payload.wrap);
        writeRising(to, boxLimits, payload.boxes, writeDeviceBox);
        return;
      case "unknown":
        return;
    }
    unreachable(payload);
  });

const readIdentityPayload = (from: Reader, type: number): IdentityPayload => {
  switch (type) {
    case IdentityType.Genesis:
      return {
        type: "genesis",
        salt: from.bytes(saltByteLength),
        device: readDevice(from),
        userKey: readUserKey(from),
        box: readKeyBox(from),
      };
    case IdentityType.AddDevice:
      return {
        type: "addDevice",
        device: readDevice(from),
        box: from.bool() ? readKeyBox(from) : undefined,
      };
    case IdentityType.RevokeDevice:
      return {
        type: "revokeDevice",
        device: deviceIds.read(from),
        userKey: readUserKey(from),
        wrap: readKeyWrap(from),
        boxes: readRising(from, boxLimits, readDeviceBox),
      };
    default:
      from.rest(recordByteLengthMax);
      return { type: "unknown", number: type };
  }
};

export const decodeIdentityPayload = (
  type: number,
  payload: Uint8Array,
): Result<IdentityPayload, Malformed> =>
  decode({ what: "identity record", byteLengthMax: recordByteLengthMax }, payload, (from) =>
    readIdentityPayload(from, type),
  );
