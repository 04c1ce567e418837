/** Keys, ids and envelopes that stand for any others, where a test needs no log behind them. */
import { bodyHashOf } from "../envelope/bodyForm.ts";
import { chainIdOf, type Envelope, envelopeLink } from "../envelope/envelope.ts";
import { encodeHead, type EnvelopeHead, EnvelopeKind, type HeadFields } from "../envelope/head.ts";
import { type SealedEnvelope } from "./people.ts";
import { sealEnvelope } from "../envelope/sealEnvelope.ts";
import { incarnations, noEnvelope, recordIds, vaultIds, type VaultId } from "../ids.ts";
import type { DeviceKeys } from "../keys/deviceKeys.ts";
import { type VaultKey, vaultKeyFrom } from "../keys/vaultKey.ts";
import { linkHash, signLink } from "../link.ts";
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

/** A chain of one OPEN and then DATA envelopes; give what should differ at each seq. */
export const sealChain = (
  deps: { readonly randomBytes: RandomBytes },
  sealer: Sealer,
  count: number,
  fieldsOf: (seq: number) => Partial<HeadFields> = () => ({}),
): readonly SealedEnvelope[] => {
  const envelopes: SealedEnvelope[] = [];
  for (let seq = 1; seq <= count; seq++)
    envelopes.push(
      sealSome(deps, sealer, utf8(`envelope ${seq}`), {
        kind: seq === 1 ? EnvelopeKind.Open : EnvelopeKind.Data,
        seq,
        previous: envelopes.at(-1)?.id ?? noEnvelope,
        ...fieldsOf(seq),
      }),
    );
  return envelopes;
};

/** Any head, signed by the device: what an author who keeps no rules can make. */
export const signHead = (device: DeviceKeys, head: EnvelopeHead, body?: Uint8Array): Envelope => ({
  head,
  body,
  signature: signLink(envelopeLink, linkHash(envelopeLink, encodeHead(head)), device.signSecret),
});

/** The head as it was, but for what is given, around any body at all. */
export const signBody = (
  device: DeviceKeys,
  head: EnvelopeHead,
  body: Uint8Array,
  changed: Partial<HeadFields> = {},
): Envelope => {
  const bodyHash = bodyHashOf(body);
  return signHead(device, { ...head, ...changed, bodyByteLength: body.length, bodyHash }, body);
};
