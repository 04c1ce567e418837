/** What the relay holds of a vault, byte for byte, and who could read it. */
import {
  openBody,
  openUserKeys,
  openVaultKeys,
  secret,
  type VaultKey,
  vaultKeyFrom,
} from "@duro/crypto";
import { assert, concatBytes } from "@duro/crypto/types";
import { decodeEnvelope, type VerifiedEnvelope, verifyEnvelope } from "@duro/crypto/verify";
import type { VaultId } from "@duro/protocol";
import { connectSql } from "../../../packages/server/src/postgres/sql.ts";
import { addressIn } from "../../relay/tools/verifySql.ts";
import type { Machine } from "./machines.ts";

/** Every envelope, in the relay's order. */
export const readRelayBytes = async (
  data: string,
  vault: VaultId,
): Promise<readonly Uint8Array[]> => {
  const sql = connectSql(addressIn(data), { connectionCountMax: 1 });
  try {
    const rows = await sql<{ signed_head: Uint8Array; body: Uint8Array }[]>`
      select signed_head, body from envelope_heads join envelope_bodies using (vault_id, position)
      where vault_id = ${vault} order by position`;
    return rows.map((row) => concatBytes(row.signed_head, row.body));
  } finally {
    await sql.end();
  }
};

/** As a device of the vault sees them: whose they are is known, and their signatures hold. */
export const verifiedBy = (
  { engine }: Machine,
  vault: VaultId,
  envelopes: readonly Uint8Array[],
): readonly VerifiedEnvelope[] =>
  envelopes.map((bytes) => {
    const envelope = decodeEnvelope(bytes);
    assert(envelope.ok, "the relay holds envelopes");
    const row = [...engine.chains(vault)].find(({ chain }) => chain === envelope.value.head.chain);
    const device = row && engine.identity(row.user)?.devices.get(row.device);
    assert(device !== undefined, "every chain of the vault is known");
    const verified = verifyEnvelope(envelope.value, device.signKey);
    assert(verified.ok, "its author signed it");
    return verified.value;
  });

/** All that the device can open with what it holds, in the logs as they are by now. */
export const keysOf = (
  { device }: Machine,
  { engine }: Machine,
  vault: VaultId,
): readonly VaultKey[] => {
  const identity = engine.identity(engine.user);
  const state = engine.vaultLog(vault);
  assert(identity !== undefined && state !== undefined, "the logs are here");
  const userKeys = openUserKeys(identity, device).keys;
  return [...openVaultKeys(state, { kind: "member", user: engine.user, userKeys }).keys.values()];
};

/** Each key is tried as if it were of the envelope's own epoch. */
export const canRead = (keys: readonly VaultKey[], envelope: VerifiedEnvelope): boolean =>
  keys.some(({ vault, key }) => {
    const { epoch } = envelope.head;
    return openBody(vaultKeyFrom({ vault, epoch }, secret(key.reveal())), envelope).ok;
  });
