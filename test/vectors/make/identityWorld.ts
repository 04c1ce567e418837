/** One person's log and devices, and records for it with one thing changed. */
import type { DeviceKeys } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import { revokeDeviceRecord } from "../../../packages/crypto/src/logs/authorIdentity.ts";
import { DeviceScope } from "../../../packages/crypto/src/logs/kinds.ts";
import {
  cosignRecord,
  encodeRecord,
  type LogRecord,
} from "../../../packages/crypto/src/logs/record.ts";
import {
  addDeviceOf,
  type Person,
  withoutDevice,
  withRecord,
} from "../../../packages/crypto/src/testing/people.ts";
import {
  type IdentityPayloadOf,
  identityPayloadOf,
  identityRecord,
  type Signing,
} from "../../../packages/crypto/src/testing/records.ts";
import { hexOf } from "../format.ts";
import type { IdentityLogInput } from "../run/identityLog.ts";
import { depsOf, deviceOf, type Equipped, equippedOf } from "./world.ts";

/** Laptop, spare, phone and paper are records 0 to 3; in the whole log spare and paper go. */
export interface IdentityWorld extends Equipped {
  readonly whole: Person;
  /** Behind record 4. */
  readonly withoutSpare: Person;
  readonly newcomer: DeviceKeys;
}

export const identityWorld = (): IdentityWorld => {
  const equipped = equippedOf("identity");
  const withoutSpare = withoutDevice(depsOf("revoke spare"), equipped.person, equipped.spare);
  const { device, state, userKeys } = withoutSpare;
  const revoked = revokeDeviceRecord(
    depsOf("revoke paper"),
    state,
    device,
    equipped.paper.id,
    userKeys,
  );
  const cosigned = cosignRecord(revoked.record, equipped.paper);
  const whole = withRecord(withoutSpare, cosigned, revoked.userKeys);
  return { ...equipped, whole, withoutSpare, newcomer: deviceOf("newcomer") };
};

/** Records of the log that the table holds in front of the one in question. */
export const equippedCount = 4;

export const inputOf = (record: LogRecord, take = equippedCount): IdentityLogInput => ({
  base: "identity",
  take,
  record: hexOf(encodeRecord(record)),
});

/** Adds the newcomer as a full device, with one thing about it changed. */
export const adding = (
  { person, newcomer }: IdentityWorld,
  change: (
    payload: IdentityPayloadOf<"addDevice">,
  ) => Partial<IdentityPayloadOf<"addDevice">> = () => ({}),
  signing: Signing = {},
): LogRecord => {
  const lawful = addDeviceOf(depsOf("adding"), person, newcomer, DeviceScope.Full);
  const payload = identityPayloadOf(lawful, "addDevice");
  const changed = { ...payload, ...change(payload) };
  return identityRecord(person, changed, { cosigners: [newcomer], ...signing });
};

/** The laptop revokes the spare, with one thing about it changed. */
export const revoking = (
  { person, spare }: IdentityWorld,
  change: (
    payload: IdentityPayloadOf<"revokeDevice">,
  ) => Partial<IdentityPayloadOf<"revokeDevice">> = () => ({}),
  { revoked = spare, ...signing }: Signing & { readonly revoked?: DeviceKeys } = {},
): LogRecord => {
  const { state, device, userKeys } = person;
  const { record } = revokeDeviceRecord(depsOf("revoking"), state, device, revoked.id, userKeys);
  const payload = identityPayloadOf(record, "revokeDevice");
  return identityRecord(person, { ...payload, ...change(payload) }, signing);
};
