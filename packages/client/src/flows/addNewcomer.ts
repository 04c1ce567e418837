/** Adds a device that a person has found to be theirs: to their log, and to the vaults that it is to see. */
import {
  addDeviceRecord,
  type DeviceKeys,
  grantViewerRecord,
  type RandomBytes,
} from "@duro/crypto";
import {
  bytesAreEqual,
  DeviceScope,
  err,
  LogKind,
  ok,
  type Result,
  type SignPublicKey,
} from "@duro/crypto/types";
import {
  decodeIdentityPayload,
  decodeRecord,
  deviceIdOf,
  encodeRecord,
  type IdentityState,
  isActive,
  type LogRecord,
} from "@duro/crypto/verify";
import type { DeviceId, VaultId } from "@duro/protocol";
import type { PostError } from "../duties/posts.ts";
import type { Engine } from "../engine/engine.ts";
import type { StoreReader } from "../ports/localStore.ts";
import { currentUserKeys, type KeyOutOfReach } from "./currentUserKeys.ts";
import { identityRecords } from "./identityRecords.ts";
import type { PairingTalk, TalkError } from "./pairingTalk.ts";
import type { Newcomer } from "./pairingWords.ts";
import { postToVault, type VaultOutOfReach } from "./vaultAuthoring.ts";

export interface ApproveDeps {
  readonly engine: Engine;
  readonly store: StoreReader;
  readonly device: DeviceKeys;
  readonly randomBytes: RandomBytes;
  readonly relayUrl: string;
}

export type LetInAs =
  | { readonly scope: typeof DeviceScope.Full }
  | {
      /** A phone: reads the vaults that it is granted, for as long as it is meant to. */
      readonly scope: typeof DeviceScope.Viewer;
      readonly expiresAtMs: number | undefined;
      readonly vaults: readonly VaultId[];
    };

/** It was a device of this person before and was revoked: it comes back under other keys only. */
interface NewcomerRevoked {
  readonly type: "NewcomerRevoked";
}

export type AddError = TalkError | NewcomerRevoked | KeyOutOfReach | VaultOutOfReach | PostError;

/** Others may write to that log meanwhile: then there is another offer, and another signature. */
const offersMax = 8;

export const addNewcomer = async (
  deps: ApproveDeps,
  talk: PairingTalk,
  { signKey, kemKey }: Newcomer,
  as: LetInAs,
  relayKey: SignPublicKey,
): Promise<Result<{ readonly device: DeviceId }, AddError>> => {
  const { engine, device } = deps;
  const { user } = engine;
  const id = deviceIdOf({ signKey, kemKey });
  const expiresAtMs = as.scope === DeviceScope.Viewer ? as.expiresAtMs : undefined;
  const entry = { signKey, kemKey, scope: as.scope, expiresAtMs };
  for (let left = offersMax; left > 0; left -= 1) {
    const identity = engine.identity(user);
    const keys = currentUserKeys(identity, device);
    if (!keys.ok || identity === undefined) return err({ type: "KeyOutOfReach" });
    const known = identity.devices.get(id);
    if (known !== undefined && !isActive(known)) return err({ type: "NewcomerRevoked" });
    const standing = await recordThatAdded(deps.store, identity, signKey);
    const offered = standing ?? addDeviceRecord(deps, identity, device, { entry, id }, keys.value);
    talk.say({ type: "offer", relayKey, user, record: encodeRecord(offered) });
    const cosigned = await talk.hear("cosigned");
    if (!cosigned.ok) return cosigned;
    const signatures = [...offered.signatures, { device: id, ...cosigned.value }];
    const record: LogRecord = { ...offered, signatures };
    const posted = await engine.post({ kind: LogKind.Identity, log: user }, () =>
      standing === undefined && engine.identity(user)?.head.id === record.previous
        ? record
        : undefined,
    );
    if (!posted.ok) return posted;
    if (!isActive(engine.identity(user)?.devices.get(id))) continue;
    const vaults = as.scope === DeviceScope.Viewer ? as.vaults : vaultsOf(engine);
    if (as.scope === DeviceScope.Viewer)
      for (const vault of vaults) {
        const granted = await grant(deps, vault, id);
        if (!granted.ok) return granted;
      }
    sayWelcome(engine, talk, vaults);
    return ok({ device: id });
  }
  return err({ type: "RecordRefused", refusal: "LogHeadStale" });
};

/** A vault that this person was removed from stays here to be read. A newcomer has nothing of it. */
const vaultsOf = (engine: Engine): readonly VaultId[] =>
  engine.vaults
    .map(({ id }) => id)
    .filter((id) => engine.vaultLog(id)?.members.has(engine.user) === true);

/**
 * A newcomer whose machine died between its signature and its first commit stands in the log already:
 * the record that added it is offered once more, and nothing is written.
 */
const recordThatAdded = async (
  store: StoreReader,
  identity: IdentityState,
  signKey: SignPublicKey,
): Promise<LogRecord | undefined> => {
  const isKnown = [...identity.devices.values()].some((one) => bytesAreEqual(one.signKey, signKey));
  if (!isKnown) return undefined;
  for (const bytes of await identityRecords(store, identity.user)) {
    const record = decodeRecord(bytes);
    if (!record.ok) continue;
    const payload = decodeIdentityPayload(record.value.type, record.value.payload);
    if (!payload.ok || payload.value.type !== "addDevice") continue;
    if (bytesAreEqual(payload.value.device.signKey, signKey)) return record.value;
  }
  return undefined;
};

const grant = (
  deps: ApproveDeps,
  vault: VaultId,
  id: DeviceId,
): Promise<Result<void, VaultOutOfReach | PostError>> =>
  postToVault(deps, vault, ({ state, author, key }) =>
    state.viewers.has(id) ? undefined : grantViewerRecord(deps, state, author, id, key),
  );

const sayWelcome = (engine: Engine, talk: PairingTalk, shown: readonly VaultId[]): void => {
  const identity = engine.identity(engine.user)?.head;
  if (identity === undefined) return;
  const vaults = shown.flatMap((vault) => {
    const head = engine.vaultLog(vault)?.head;
    return head === undefined ? [] : [{ vault, head }];
  });
  talk.say({ type: "welcomed", identity, vaults });
  talk.end("done");
};
