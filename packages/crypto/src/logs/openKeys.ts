/**
 * From boxes and wraps in the logs to keys in hand: the newest box that opens, then backwards through
 * the wraps. Every key is checked against the commitment its record published.
 */
import type { UserId } from "../ids.ts";
import { type BoxError, type KemSecretKey, openBox } from "../keys/box.ts";
import type { DeviceKeys } from "../keys/deviceKeys.ts";
import {
  userKeyBoxContext,
  type UserKeys,
  userKeysFrom,
  userKeyWrapContext,
} from "../keys/userKey.ts";
import {
  type VaultKey,
  vaultKeyBoxContext,
  vaultKeyFrom,
  type VaultKeyRecipient,
  vaultKeyWrapContext,
} from "../keys/vaultKey.ts";
import { openWrap, type WrapError } from "../keys/wrap.ts";
import type { KemPublicKey } from "../publicKeys.ts";
import { err, ok, type Result } from "../result.ts";
import type { IdentityState } from "./identityLog.ts";
import type { VaultBox, VaultState } from "./vaultState.ts";

/** Nobody sealed the key to us: a BOX record by any member who has it mends that. */
export interface NoBox {
  readonly type: "NoBox";
  readonly of: string;
  /** The generation or epoch that could not be reached. */
  readonly at: number;
}

/**
 * What did not open, and why: a number that nothing gave us, or a wrap that is broken though a box of
 * our own gave us its key. Only those who hold both keys can tell of such a wrap in time.
 */
export type KeyFailure = (NoBox | BoxError | WrapError) & { readonly at: number };

/** What opened, by number. One bad box or wrap hides no other: each number is tried by all it has. */
export interface OpenedKeys<Key> {
  readonly keys: ReadonlyMap<number, Key>;
  readonly failures: readonly KeyFailure[];
}

/** From the newest back: by the wrap under the key just found, else by a box of its own. */
const openBackwards = <Key>(
  newest: number,
  byWrap: (newer: Key, at: number) => Result<Key, WrapError> | undefined,
  byBox: (at: number) => Result<Key, NoBox | BoxError>,
): OpenedKeys<Key> => {
  const keys = new Map<number, Key>();
  const failures: KeyFailure[] = [];
  let newer: Key | undefined;
  for (let at = newest; at >= 1; at--) {
    const wrapped = newer === undefined ? undefined : byWrap(newer, at);
    const opened = wrapped?.ok === true ? wrapped : byBox(at);
    newer = opened.ok ? opened.value : undefined;
    if (opened.ok) keys.set(at, opened.value);
    // A broken wrap says more than the lack of a box that nobody needed before.
    if (wrapped?.ok === false) failures.push({ ...wrapped.error, at });
    else if (!opened.ok) failures.push({ ...opened.error, at });
  }
  return { keys, failures };
};

export const openUserKeys = (state: IdentityState, device: DeviceKeys): OpenedKeys<UserKeys> => {
  const { user, generations } = state;
  const byWrap = (newer: UserKeys, at: number) => {
    const wrap = generations[at]?.wrap;
    const older = generations[at - 1];
    if (wrap === undefined || older === undefined) return undefined;
    const opened = openWrap(newer.key, userKeyWrapContext({ user, ...older }), wrap);
    return opened.ok ? ok(userKeysFrom(at, opened.value)) : opened;
  };
  const byBox = (at: number): Result<UserKeys, NoBox | BoxError> => {
    const generation = generations[at - 1];
    const published = generation?.boxes.get(device.id);
    if (generation === undefined || published === undefined)
      return err({ type: "NoBox", of: user, at });
    const context = userKeyBoxContext({
      user,
      generation: at,
      previous: published.previous,
      recipient: device.id,
      commitment: generation.commitment,
    });
    const opened = openBox(device, context, published.box);
    return opened.ok ? ok(userKeysFrom(at, opened.value)) : opened;
  };
  return openBackwards(generations.length, byWrap, byBox);
};

/** Who opens: a member with the generations of their user key, or a granted viewer device. */
export type VaultReader =
  | {
      readonly kind: "member";
      readonly user: UserId;
      readonly userKeys: ReadonlyMap<number, UserKeys>;
    }
  | { readonly kind: "viewer"; readonly user: UserId; readonly device: DeviceKeys };

interface Opener {
  readonly recipient: VaultKeyRecipient;
  readonly keys: { readonly kemKey: KemPublicKey; readonly kemSecret: KemSecretKey };
}

const openerOf = (reader: VaultReader, box: VaultBox): Opener | undefined => {
  const { user } = reader;
  const { identityHead, generation } = box;
  if (reader.kind === "viewer")
    return {
      recipient: { kind: "viewer", user, device: reader.device.id, identityHead },
      keys: reader.device,
    };
  const keys = generation === undefined ? undefined : reader.userKeys.get(generation);
  return keys === undefined || generation === undefined
    ? undefined
    : { recipient: { kind: "member", user, generation, identityHead }, keys };
};

const boxesFor = (state: VaultState, reader: VaultReader, epoch: number): readonly VaultBox[] => {
  const found = state.epochs[epoch - 1];
  const boxes =
    reader.kind === "member"
      ? found?.memberBoxes.get(reader.user)
      : found?.viewerBoxes.get(reader.device.id);
  return boxes ?? [];
};

/** Opens one epoch by its boxes alone, newest box first: a mended box stands behind the bad one. */
export const openVaultKey = (
  state: VaultState,
  reader: VaultReader,
  epoch: number,
): Result<VaultKey, NoBox | BoxError> => {
  const { vault } = state;
  let failure: NoBox | BoxError = { type: "NoBox", of: vault, at: epoch };
  for (const box of boxesFor(state, reader, epoch).toReversed()) {
    const opener = openerOf(reader, box);
    const commitment = state.epochs[epoch - 1]?.commitment;
    if (opener === undefined || commitment === undefined) continue;
    const { recipient, keys } = opener;
    const { previous } = box;
    const context = vaultKeyBoxContext({ vault, epoch, previous, recipient, commitment });
    const opened = openBox(keys, context, box.box);
    if (opened.ok) return ok(vaultKeyFrom({ vault, epoch }, opened.value));
    failure = opened.error;
  }
  return err(failure);
};

export const openVaultKeys = (state: VaultState, reader: VaultReader): OpenedKeys<VaultKey> => {
  const { vault, epochs } = state;
  const byWrap = (newer: VaultKey, at: number) => {
    const wrap = epochs[at]?.wrap;
    const older = epochs[at - 1];
    if (wrap === undefined || older === undefined) return undefined;
    const opened = openWrap(newer.key, vaultKeyWrapContext({ vault, ...older }), wrap);
    return opened.ok ? ok(vaultKeyFrom({ vault, epoch: at }, opened.value)) : opened;
  };
  return openBackwards(epochs.length, byWrap, (at) => openVaultKey(state, reader, at));
};
