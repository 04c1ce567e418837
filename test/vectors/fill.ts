/**
 * Fills a log up to a limit. A log of 256 devices or members is too large for a file, so a case says
 * how many more records come in between, and they are made here, the same bytes every time. README.md
 * says how, for other implementations.
 */
import { createDeviceKeys, deviceKeysFromSeed } from "../../packages/crypto/src/keys/deviceKeys.ts";
import { type UserKeys, userKeysFrom } from "../../packages/crypto/src/keys/userKey.ts";
import type { VaultKey } from "../../packages/crypto/src/keys/vaultKey.ts";
import { addDeviceRecord } from "../../packages/crypto/src/logs/authorIdentity.ts";
import { addMemberRecord } from "../../packages/crypto/src/logs/authorVault.ts";
import {
  applyIdentityRecord,
  type IdentityState,
} from "../../packages/crypto/src/logs/identityLog.ts";
import { DeviceScope } from "../../packages/crypto/src/logs/kinds.ts";
import { cosignRecord } from "../../packages/crypto/src/logs/record.ts";
import { applyVaultRecord } from "../../packages/crypto/src/logs/vaultLog.ts";
import { type IdentityAt, type VaultState } from "../../packages/crypto/src/logs/vaultState.ts";
import { Role } from "../../packages/crypto/src/logs/vaultRecords.ts";
import { secret } from "../../packages/crypto/src/secret.ts";
import { createPerson, must } from "../../packages/crypto/src/testing/people.ts";
import { seededRandomBytes } from "../../packages/crypto/src/testing/seededRandomBytes.ts";
import { bytesOf, type Hex } from "./format.ts";

export interface Fill {
  readonly seed: string;
  readonly count: number;
  /** Seed of the device that writes the records. */
  readonly authorSeed: Hex;
}

const authorOf = ({ authorSeed }: Fill) => deviceKeysFromSeed(secret(bytesOf(authorSeed)));

/** A viewer device gets no box, so no record asks for a user key. */
const noUserKeys: UserKeys = userKeysFrom(1, secret(new Uint8Array(32)));

/** `count` viewer devices, each from 32 bytes of the stream. */
export const filledWithDevices = (start: IdentityState, fill: Fill): IdentityState => {
  const deps = { randomBytes: seededRandomBytes(fill.seed) };
  const author = authorOf(fill);
  let state = start;
  for (let made = 0; made < fill.count; made++) {
    const device = createDeviceKeys(deps);
    const { id, signKey, kemKey } = device;
    const entry = { signKey, kemKey, scope: DeviceScope.Viewer, expiresAtMs: undefined };
    const record = addDeviceRecord(deps, state, author, { id, entry }, noUserKeys);
    state = must(applyIdentityRecord(state, cosignRecord(record, device)));
  }
  return state;
};

export interface MemberFill extends Fill {
  /** Newest state of the author's identity log. */
  readonly identity: IdentityState;
  readonly vaultKey: VaultKey;
}

export interface FilledVault {
  readonly state: VaultState;
  readonly identityAt: IdentityAt;
}

/** `count` new users, each with a log of one record, added as viewers. */
export const filledWithMembers = (
  start: FilledVault,
  { identity, vaultKey, ...fill }: MemberFill,
): FilledVault => {
  const deps = { randomBytes: seededRandomBytes(fill.seed) };
  const author = { device: authorOf(fill), identity };
  const newcomers = new Map<string, IdentityState>();
  const identityAt: IdentityAt = (pin) => newcomers.get(pin.head) ?? start.identityAt(pin);
  let { state } = start;
  for (let made = 0; made < fill.count; made++) {
    const newcomer = createPerson(deps).state;
    newcomers.set(newcomer.head.id, newcomer);
    const member = { identity: newcomer, role: Role.Viewer };
    const record = addMemberRecord(deps, state, author, member, vaultKey);
    state = must(applyVaultRecord(state, record, identityAt));
  }
  return { state, identityAt };
};
