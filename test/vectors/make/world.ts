/** People and devices with seeds of their own, so that one more of them changes nobody's bytes. */
import type { DeviceId } from "../../../packages/crypto/src/ids.ts";
import { createDeviceKeys, type DeviceKeys } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import { DeviceScope } from "../../../packages/crypto/src/logs/kinds.ts";
import { encodeRecord } from "../../../packages/crypto/src/logs/record.ts";
import {
  addDeviceOf,
  createPerson,
  type Deps,
  type Person,
  withDevice,
  withPaper,
  withRecord,
} from "../../../packages/crypto/src/testing/people.ts";
import { seededRandomBytes } from "../../../packages/crypto/src/testing/seededRandomBytes.ts";
import type { LogRecord } from "../../../packages/crypto/src/logs/record.ts";
import { type Hex, hexOf } from "../format.ts";

export const depsOf = (seed: string): Deps => ({
  randomBytes: seededRandomBytes(`duro vectors: ${seed}`),
});

export const personOf = (seed: string): Person => createPerson(depsOf(seed));

export const deviceOf = (seed: string): DeviceKeys => createDeviceKeys(depsOf(seed));

/** A person with a laptop, a second full device, a viewer device that expires, and a paper device. */
export interface Equipped {
  readonly person: Person;
  readonly spare: DeviceKeys;
  readonly phone: DeviceKeys;
  readonly paper: DeviceKeys;
  readonly phrase: string;
}

/** 2027-01-15T08:00:00Z. */
const phoneExpiresAtMs = 1_800_000_000_000;

export const equippedOf = (seed: string): Equipped => {
  const { person: withSpare, device: spare } = withDevice(depsOf(`${seed} spare`), personOf(seed));
  const phone = deviceOf(`${seed} phone`);
  const added = addDeviceOf(
    depsOf(`${seed} phone box`),
    withSpare,
    phone,
    DeviceScope.Viewer,
    phoneExpiresAtMs,
  );
  const { person, paper, phrase } = withPaper(
    depsOf(`${seed} paper`),
    withRecord(withSpare, added),
  );
  return { person, spare, phone, paper, phrase: phrase.reveal() };
};

export const recordsHex = (records: readonly LogRecord[]): readonly Hex[] =>
  records.map((record) => hexOf(encodeRecord(record)));

export const byDevice = <T extends { readonly device: DeviceId }>(items: readonly T[]): T[] =>
  items.toSorted((left, right) => (left.device < right.device ? -1 : 1));
