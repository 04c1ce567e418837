/** From the boxes and wraps in two logs to keys in hand: docs/crypto.md §4 and §7. */
import { deviceKeysFromSeed } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import {
  type OpenedKeys,
  openUserKeys,
  openVaultKey,
  openVaultKeys,
  type VaultReader,
} from "../../../packages/crypto/src/logs/openKeys.ts";
import { secret, type Secret } from "../../../packages/crypto/src/secret.ts";
import { bytesOf, type Hex, hexOf, type Json, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";
import { identitiesOf, type VaultLogInput, type VaultLogTables, vaultStateOf } from "./vaultLog.ts";

export interface LogKeysInput extends Pick<VaultLogInput, "base" | "take" | "before"> {
  /** Name of the reader's identity log. */
  readonly identity: string;
  readonly deviceSeed: Hex;
  /** A viewer device opens its own boxes; any other, those of its user's keys. */
  readonly as: "member" | "viewer";
  /** One epoch by its boxes alone; without, all epochs by boxes and wraps. */
  readonly epoch?: number;
}

const opened = ({ keys, failures }: OpenedKeys<{ readonly key: Secret<Uint8Array> }>): Json => ({
  keys: [...keys].map(([at, { key }]) => ({ at, key: hexOf(key.reveal()) })),
  failures: failures.map(({ type, at }) => ({ type, at })),
});

export const runLogKeys = (input: LogKeysInput, tables: VaultLogTables): Ran => {
  const state = vaultStateOf(input, tables);
  const identity = identitiesOf(tables.identityLogs)[input.identity]?.at(-1);
  if (state === undefined || identity === undefined) throw new TypeError("keys are in logs");
  const device = deviceKeysFromSeed(secret(bytesOf(input.deviceSeed)));
  const userKeys = openUserKeys(identity, device);
  const { user } = identity;
  const reader: VaultReader =
    input.as === "viewer"
      ? { kind: "viewer", user, device }
      : { kind: "member", user, userKeys: userKeys.keys };
  if (input.epoch === undefined)
    return accepted({ user: opened(userKeys), vault: opened(openVaultKeys(state, reader)) });
  const key = openVaultKey(state, reader, input.epoch);
  return key.ok ? accepted({ key: hexOf(key.value.key.reveal()) }) : refused(key.error);
};
