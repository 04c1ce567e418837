/** What a person does about members and devices, on a machine that runs the engine. */
import {
  addDeviceRecord,
  addMemberRecord,
  cosignRecord,
  type DeviceKeys,
  type Identities,
  openUserKeys,
  openVaultKeys,
  plainVaultRecord,
  removeMemberRecord,
  revokeDeviceRecord,
  rotateRecord,
} from "@duro/crypto";
import { DeviceScope, LogKind } from "@duro/crypto/types";
import { currentEpoch, currentGeneration, type DeviceCut, Role } from "@duro/crypto/verify";
import type { DeviceId, LogHead, LogName, UserId, VaultId } from "@duro/protocol";
import type { Engine } from "../../packages/client/src/index.ts";
import { settleFork, type Stands } from "../../packages/client/src/flows/settleFork.ts";
import type { ProgramDeps } from "./program.ts";

/** Each gives what came of it; "lost" may have been done. */
export interface Steward {
  rotate(): Promise<string>;
  /** `cutsOf` is asked anew each time the record is made. */
  removeMember(user: UserId, cutsOf: () => readonly DeviceCut[]): Promise<string>;
  addMember(user: UserId): Promise<string>;
  revokeDevice(device: DeviceId): Promise<string>;
  /** A phone of one's own reads nothing that is sealed from then on. */
  ungrant(device: DeviceId): Promise<string>;
  /** Of a log that goes two ways; "theirs": what is here falls. `named`: where nothing else of it is here. */
  settleFork(stands: Stands, named?: LogHead): Promise<string>;
  addDevice(added: DeviceKeys): Promise<string>;
}

export const createSteward = (
  { device, randomBytes }: ProgramDeps,
  engine: Engine,
  vault: VaultId,
): Steward => {
  const deps = { randomBytes };
  const vaultLog: LogName = { kind: LogKind.Vault, log: vault };
  const identityLog: LogName = { kind: LogKind.Identity, log: engine.user };

  /** Undefined: this machine knows too little, or may no longer. */
  const ground = () => {
    const identity = engine.identity(engine.user);
    const state = engine.vaultLog(vault);
    if (identity === undefined || state === undefined) return undefined;
    const userKeys = openUserKeys(identity, device).keys;
    const reader = { kind: "member", user: engine.user, userKeys } as const;
    const key = openVaultKeys(state, reader).keys.get(currentEpoch(state).epoch);
    const identities: Identities = new Map(
      [...state.members.keys()].flatMap((user) => {
        const known = engine.identity(user);
        return known === undefined ? [] : [[user, known] as const];
      }),
    );
    if (key === undefined || identities.size < state.members.size) return undefined;
    return { identity, state, key, identities, userKeys, author: { device, identity } };
  };
  type Ground = NonNullable<ReturnType<typeof ground>>;
  type Made = Parameters<Engine["post"]>[1];

  const post = async (name: LogName, make: (on: Ground) => ReturnType<Made>): Promise<string> => {
    const posted = await engine.post(name, () => {
      const on = ground();
      return on === undefined ? undefined : make(on);
    });
    return posted.ok ? "done" : JSON.stringify(posted.error);
  };

  return {
    rotate: () =>
      post(
        vaultLog,
        ({ state, author, identities, key }) =>
          rotateRecord(deps, state, author, identities, key).record,
      ),
    removeMember: (user, cutsOf) =>
      post(vaultLog, ({ state, author, identities, key }) => {
        const identity = identities.get(user);
        if (identity === undefined) return undefined;
        const removed = { identity, cuts: cutsOf() };
        return removeMemberRecord(deps, state, author, removed, identities, key).record;
      }),
    addMember: (user) =>
      post(vaultLog, ({ state, author, key }) => {
        const identity = engine.identity(user);
        if (identity === undefined || state.members.has(user)) return undefined;
        return addMemberRecord(deps, state, author, { identity, role: Role.Writer }, key);
      }),
    addDevice: (added) =>
      post(identityLog, ({ identity, userKeys }) => {
        const current = userKeys.get(currentGeneration(identity).generation);
        if (current === undefined || identity.devices.has(added.id)) return undefined;
        const { id, signKey, kemKey } = added;
        const entry = { signKey, kemKey, scope: DeviceScope.Full, expiresAtMs: undefined };
        const record = addDeviceRecord(deps, identity, device, { id, entry }, current);
        return cosignRecord(record, added);
      }),
    ungrant: (other) =>
      post(vaultLog, ({ state, author }) =>
        state.viewers.has(other)
          ? plainVaultRecord(state, author, { type: "ungrant", user: engine.user, device: other })
          : undefined,
      ),
    settleFork: async (stands, named) => {
      const settled = await settleFork({ engine, device, randomBytes }, vault, stands, named);
      return settled.ok ? "done" : JSON.stringify(settled.error);
    },
    revokeDevice: (other) =>
      post(identityLog, ({ identity, userKeys }) => {
        const current = userKeys.get(currentGeneration(identity).generation);
        const isActive = identity.devices.get(other)?.revokedAt === undefined;
        if (current === undefined || !isActive) return undefined;
        return revokeDeviceRecord(deps, identity, device, other, current).record;
      }),
  };
};
