/** Keys, ids and envelopes that stand for any others, where a test needs no log behind them. */
import { chainIdOf } from "../envelope/envelope.ts";
import { EnvelopeKind, type HeadFields } from "../envelope/head.ts";
import { type SealedEnvelope } from "./people.ts";
import { sealEnvelope } from "../envelope/sealEnvelope.ts";
import { incarnations, noEnvelope, recordIds, vaultIds, type VaultId } from "../ids.ts";
import type { DeviceKeys } from "../keys/deviceKeys.ts";
import { type VaultKey, vaultKeyFrom } from "../keys/vaultKey.ts";
import type { RandomBytes } from "../random.ts";
import { secret } from "../secret.ts";
import { keyByteLength } from "../sizes.ts";

export const filled = (byteLength: number, byte: number): Uint8Array =>
  new Uint8Array(byteLength).fill(byte);

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export const someVault: VaultId = vaultIds.fromBytes(filled(16, 0xa1));
export const otherVault: VaultId = vaultIds.fromBytes(filled(16, 0xa2));

export const someVaultKey = (
  deps: { readonly randomBytes: RandomBytes },
  { vault = someVault, epoch = 1 }: { readonly vault?: VaultId; readonly epoch?: number } = {},
): VaultKey => vaultKeyFrom({ vault, epoch }, secret(deps.randomBytes(keyByteLength)));

/** Of a DATA envelope in the middle of a chain; give what should differ. */
export const someHeadFields = (
  device: Pick<DeviceKeys, "signKey">,
  fields: Partial<HeadFields> = {},
): HeadFields => ({
  kind: EnvelopeKind.Data,
  flags: 0,
  vault: someVault,
  chain: chainIdOf(device.signKey, incarnations.fromBytes(filled(16, 1))),
  seq: 7,
  previous: noEnvelope,
  epoch: 1,
  logHead: recordIds.fromBytes(filled(32, 0xb1)),
  ...fields,
});

export interface Sealer {
  readonly device: DeviceKeys;
  readonly vaultKey: VaultKey;
}

export const sealSome = (
  deps: { readonly randomBytes: RandomBytes },
  { device, vaultKey }: Sealer,
  plaintext: Uint8Array,
  fields: Partial<HeadFields> = {},
  clear: Uint8Array = new Uint8Array(),
): SealedEnvelope =>
  sealEnvelope(
    deps,
    { vaultKey, signSecret: device.signSecret },
    someHeadFields(device, { vault: vaultKey.vault, epoch: vaultKey.epoch, ...fields }),
    { clear, plaintext },
  );
