/**
 * Writes the records of an identity log, boxes and wraps included. Whether a record holds is not
 * decided here: the author runs the same rules on it as everybody else.
 */
import { type DeviceId, noRecord, type UserId } from "../ids.ts";
import { sealBox } from "../keys/box.ts";
import type { DeviceKeys } from "../keys/deviceKeys.ts";
import {
  type UserKey,
  userKeyBoxContext,
  type UserKeys,
  userKeysFrom,
  userKeyWrapContext,
} from "../keys/userKey.ts";
import { sealWrap } from "../keys/wrap.ts";
import type { KemPublicKey, KeyBox } from "../publicKeys.ts";
import type { RandomBytes } from "../random.ts";
import { assert } from "../result.ts";
import { secret } from "../secret.ts";
import { keyByteLength, saltByteLength } from "../sizes.ts";
import { type IdentityState, isActive, keyHolders } from "./identityLog.ts";
import {
  type DeviceEntry,
  encodeIdentityPayload,
  type IdentityPayload,
  identityTypeNumber,
  userIdOf,
} from "./identityRecords.ts";
import { DeviceScope } from "./kinds.ts";
import { type LogRecord, type RecordSigner, signRecord } from "./record.ts";
import { LogKind } from "./kinds.ts";

interface Deps {
  readonly randomBytes: RandomBytes;
}

const signIdentityRecord = (
  at: Pick<LogRecord, "index" | "previous"> & { readonly user: UserId },
  payload: IdentityPayload,
  [author, ...others]: readonly [RecordSigner, ...RecordSigner[]],
): LogRecord =>
  signRecord(
    LogKind.Identity,
    {
      log: at.user,
      index: at.index,
      previous: at.previous,
      author: { user: at.user, device: author.id },
      pins: [],
      type: identityTypeNumber(payload),
    },
    encodeIdentityPayload(payload),
    [author, ...others],
  );

const next = (state: IdentityState) => ({
  user: state.user,
  index: state.head.index + 1,
  previous: state.head.id,
});

const boxUserKey = (
  deps: Deps,
  at: Pick<LogRecord, "previous"> & { readonly user: UserId },
  keys: UserKeys,
  recipient: { readonly id: DeviceId; readonly kemKey: KemPublicKey },
): KeyBox => {
  const context = userKeyBoxContext({
    user: at.user,
    generation: keys.generation,
    previous: at.previous,
    recipient: recipient.id,
    commitment: keys.commitment,
  });
  const box = sealBox(deps, recipient.kemKey, context, keys.key);
  assert(box.ok, "a key in a valid log was made by its owner and can be sealed to");
  return box.value;
};

const newUserKey = (deps: Deps): UserKey => secret(deps.randomBytes(keyByteLength));

export const startIdentity = (
  deps: Deps,
  device: DeviceKeys,
): { readonly user: UserId; readonly userKeys: UserKeys; readonly record: LogRecord } => {
  const salt = deps.randomBytes(saltByteLength);
  const at = { user: userIdOf(device, salt), index: 0, previous: noRecord };
  const userKeys = userKeysFrom(1, newUserKey(deps));
  const record = signIdentityRecord(
    at,
    {
      type: "genesis",
      salt,
      device: {
        signKey: device.signKey,
        kemKey: device.kemKey,
        scope: DeviceScope.Full,
        expiresAtMs: undefined,
      },
      userKey: userKeys,
      box: boxUserKey(deps, at, userKeys, device),
    },
    [device],
  );
  return { user: at.user, userKeys, record };
};

export interface NewDevice {
  readonly entry: DeviceEntry;
  readonly id: DeviceId;
}

/**
 * The adder's half. The new device cosigns before the record is appended, so that nobody adds keys
 * they do not hold.
 */
export const addDeviceRecord = (
  deps: Deps,
  state: IdentityState,
  author: RecordSigner,
  { entry, id }: NewDevice,
  userKeys: UserKeys,
): LogRecord =>
  signIdentityRecord(
    next(state),
    {
      type: "addDevice",
      device: entry,
      box:
        entry.scope === DeviceScope.Viewer
          ? undefined
          : boxUserKey(deps, next(state), userKeys, { id, kemKey: entry.kemKey }),
    },
    [author],
  );

/** A paper device's revocation also needs `cosignRecord` by it, or by a second full device. */
export const revokeDeviceRecord = (
  deps: Deps,
  state: IdentityState,
  author: RecordSigner,
  revoked: DeviceId,
  current: UserKeys,
): { readonly record: LogRecord; readonly userKeys: UserKeys } => {
  const userKeys = userKeysFrom(current.generation + 1, newUserKey(deps));
  const at = next(state);
  const remaining = keyHolders(state)
    .filter((holder) => isActive(holder) && holder.id !== revoked)
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
  const record = signIdentityRecord(
    at,
    {
      type: "revokeDevice",
      device: revoked,
      userKey: userKeys,
      wrap: sealWrap(
        userKeys.key,
        userKeyWrapContext({ user: state.user, ...current }),
        current.key,
      ),
      boxes: remaining.map((holder) => ({
        device: holder.id,
        box: boxUserKey(deps, at, userKeys, holder),
      })),
    },
    [author],
  );
  return { record, userKeys };
};
