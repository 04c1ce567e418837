/** What one person does to their identity log: records by author code, each with one thing changed. */
import { createDeviceKeys, type DeviceKeys } from "../keys/deviceKeys.ts";
import { revokeDeviceRecord } from "../logs/authorIdentity.ts";
import { applyIdentityRecord } from "../logs/identityLog.ts";
import { encodeIdentityPayload } from "../logs/identityRecords.ts";
import { DeviceScope } from "../logs/kinds.ts";
import type { LogRecord } from "../logs/record.ts";
import { addDeviceOf, type Deps, withoutDevice } from "./people.ts";
import {
  type IdentityPayloadOf,
  identityPayloadOf,
  identityRecord,
  resigned,
  type Signing,
  type Verdict,
  verdictOf,
} from "./records.ts";
import { seededRandomBytes } from "./seededRandomBytes.ts";
import { createEquipped, type Equipped } from "./team.ts";

/** One person's laptop, spare, phone and paper, and a device that is not in the log yet. */
export interface World extends Equipped {
  readonly deps: Deps;
  readonly newcomer: DeviceKeys;
  /** The record that began the log. */
  readonly genesis: LogRecord;
}

export const createWorld = (): World => {
  const deps = { randomBytes: seededRandomBytes("identity log") };
  const equipped = createEquipped(deps);
  const [genesis] = equipped.person.records;
  if (genesis === undefined) throw new RangeError("a log has a first record");
  return { deps, ...equipped, newcomer: createDeviceKeys(deps), genesis };
};

/** Adds the newcomer, with one thing about it changed. */
export const adding = (
  { deps, person, newcomer }: World,
  change: (
    payload: IdentityPayloadOf<"addDevice">,
  ) => Partial<IdentityPayloadOf<"addDevice">> = () => ({}),
  signing: Signing = {},
): LogRecord => {
  const lawful = addDeviceOf(deps, person, newcomer, DeviceScope.Full);
  const payload = identityPayloadOf(lawful, "addDevice");
  const changed = { ...payload, ...change(payload) };
  return identityRecord(person, changed, { cosigners: [newcomer], ...signing });
};

export const scoped =
  (scope: DeviceScope) =>
  ({ device }: IdentityPayloadOf<"addDevice">): Partial<IdentityPayloadOf<"addDevice">> => ({
    device: { ...device, scope },
  });

/** The laptop revokes a device, with one thing about the record changed. */
export const revoking = (
  { deps, person, spare }: World,
  change: (
    payload: IdentityPayloadOf<"revokeDevice">,
  ) => Partial<IdentityPayloadOf<"revokeDevice">> = () => ({}),
  { revoked = spare, ...signing }: Signing & { readonly revoked?: DeviceKeys } = {},
): LogRecord => {
  const { record } = revokeDeviceRecord(
    deps,
    person.state,
    person.device,
    revoked.id,
    person.userKeys,
  );
  const payload = identityPayloadOf(record, "revokeDevice");
  return identityRecord(person, { ...payload, ...change(payload) }, signing);
};

/** The first record of a log, with something about it changed. */
export const beginningIdentity = (
  { genesis, person }: World,
  {
    header,
    payload,
    cosigners = [],
  }: Pick<Signing, "header" | "cosigners"> & {
    readonly payload?: Partial<IdentityPayloadOf<"genesis">>;
  },
): Verdict => {
  const changed = { ...identityPayloadOf(genesis, "genesis"), ...payload };
  const record = resigned(genesis, [person.device, ...cosigners], {
    ...(header === undefined ? {} : { header }),
    payload: encodeIdentityPayload(changed),
  });
  return verdictOf(applyIdentityRecord(undefined, record));
};

export const withoutSpare = (world: World): World => ({
  ...world,
  person: withoutDevice(world.deps, world.person, world.spare),
});
