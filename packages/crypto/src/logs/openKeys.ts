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
import { currentEpoch, type VaultBox, type VaultState } from "./vaultLog.ts";

/** Nobody sealed the key to us: a BOX record by any member who has it mends that. */
export interface NoBox {
  readonly type: "NoBox";
  readonly of: string;
  /** The generation or epoch that could not be reached. */
  readonly at: number;
}

/** Keys that opened, newest first by number; what stopped us on the way back, if anything did. */
export interface OpenedKeys<Key> {
  readonly keys: ReadonlyMap<number, Key>;
  readonly stopped: (WrapError & { readonly at: number }) | undefined;
}

export const openUserKeys = (
  state: IdentityState,
  device: DeviceKeys,
): Result<OpenedKeys<UserKeys>, NoBox | BoxError> => {
  const newest = state.generations.findLast(({ boxes }) => boxes.has(device.id));
  const published = newest?.boxes.get(device.id);
  if (newest === undefined || published === undefined)
    return err({ type: "NoBox", of: state.user, at: state.generations.length });
  const context = userKeyBoxContext({
    user: state.user,
    generation: newest.generation,
    previous: published.previous,
    recipient: device.id,
    commitment: newest.commitment,
  });
  const opened = openBox(device, context, published.box);
  if (!opened.ok) return opened;
  let current = userKeysFrom(newest.generation, opened.value);
  const keys = new Map([[current.generation, current]]);
  for (let at = newest.generation - 1; at >= 1; at--) {
    const wrap = state.generations[at]?.wrap;
    const older = state.generations[at - 1];
    if (wrap === undefined || older === undefined) break;
    const unwrapped = openWrap(
      current.key,
      userKeyWrapContext({ user: state.user, ...older }),
      wrap,
    );
    if (!unwrapped.ok) return ok({ keys, stopped: { ...unwrapped.error, at } });
    current = userKeysFrom(at, unwrapped.value);
    keys.set(at, current);
  }
  return ok({ keys, stopped: undefined });
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

/** The newest epoch we have a box for, and all before it through the wraps. */
export const openVaultKeys = (
  state: VaultState,
  reader: VaultReader,
): Result<OpenedKeys<VaultKey>, NoBox | BoxError> => {
  const newest = currentEpoch(state).epoch;
  const boxed = state.epochs.findLast(({ epoch }) => boxesFor(state, reader, epoch).length > 0);
  const opened = openVaultKey(state, reader, boxed?.epoch ?? newest);
  if (!opened.ok) return opened;
  let current = opened.value;
  const keys = new Map([[current.epoch, current]]);
  for (let at = current.epoch - 1; at >= 1; at--) {
    const wrap = state.epochs[at]?.wrap;
    const older = state.epochs[at - 1];
    if (wrap === undefined || older === undefined) break;
    const context = vaultKeyWrapContext({ vault: state.vault, ...older });
    const unwrapped = openWrap(current.key, context, wrap);
    if (!unwrapped.ok) return ok({ keys, stopped: { ...unwrapped.error, at } });
    current = vaultKeyFrom({ vault: state.vault, epoch: at }, unwrapped.value);
    keys.set(at, current);
  }
  return ok({ keys, stopped: undefined });
};
