/** Envelopes of one chain, lawful ones and ones that no author code of ours writes. */
import { concatBytes } from "../../../packages/crypto/src/bytes/bytes.ts";
import { encode } from "../../../packages/crypto/src/bytes/writer.ts";
import type { BodyContent } from "../../../packages/crypto/src/envelope/body.ts";
import { bodyHashOf } from "../../../packages/crypto/src/envelope/bodyForm.ts";
import {
  chainIdOf,
  type Envelope,
  envelopeLink,
} from "../../../packages/crypto/src/envelope/envelope.ts";
import {
  encodeHead,
  type EnvelopeHead,
  EnvelopeKind,
  type HeadFields,
  headPrefixBytes,
} from "../../../packages/crypto/src/envelope/head.ts";
import { sealEnvelope } from "../../../packages/crypto/src/envelope/sealEnvelope.ts";
import {
  type EnvelopeId,
  envelopeIds,
  recordIds,
  vaultIds,
} from "../../../packages/crypto/src/ids.ts";
import { type VaultKey, vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import { linkHash, signLink } from "../../../packages/crypto/src/link.ts";
import { pad } from "../../../packages/crypto/src/padding.ts";
import { seal } from "../../../packages/crypto/src/seal.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { incarnationOf } from "../../../packages/crypto/src/testing/people.ts";
import { hexOf } from "../format.ts";
import type { EnvelopeInput } from "../run/envelope.ts";
import type { VaultKeyInput } from "../run/keys.ts";
import { filled, utf8 } from "./bytes.ts";
import { depsOf, deviceOf } from "./world.ts";

export type Made = Envelope & { readonly id: EnvelopeId; readonly body: Uint8Array };

export const withoutBody = ({ head, signature }: Envelope): Envelope => ({
  head,
  signature,
  body: undefined,
});

export const author = deviceOf("envelope author");
export const stranger = deviceOf("envelope stranger");

export const vault = vaultIds.fromBytes(filled(16, 0x41));
export const otherVault = vaultIds.fromBytes(filled(16, 0x42));

export const vaultKey = vaultKeyFrom({ vault, epoch: 3 }, secret(filled(32, 0x43)));

export const keyInput = (key: VaultKey = vaultKey): VaultKeyInput => ({
  vault: key.vault,
  epoch: key.epoch,
  key: hexOf(key.key.reveal()),
});

/** Of a DATA in the middle of the author's chain. */
export const someFields: HeadFields = {
  kind: EnvelopeKind.Data,
  flags: 0,
  vault,
  chain: chainIdOf(author.signKey, incarnationOf(1)),
  seq: 7,
  previous: envelopeIds.fromBytes(filled(32, 0x44)),
  epoch: 3,
  logHead: recordIds.fromBytes(filled(32, 0x45)),
};

export const text = (plaintext: string, clear = ""): BodyContent => ({
  clear: utf8(clear),
  plaintext: utf8(plaintext),
});

/** `seed` is for the nonce alone, so that a case stands by itself. */
export const sealed = (
  seed: string,
  fields: Partial<HeadFields>,
  content: BodyContent,
  key = vaultKey,
): Made => {
  const head = { ...someFields, ...fields };
  const keys = { vaultKey: key, signSecret: author.signSecret };
  const made = sealEnvelope(depsOf(`envelope ${seed}`), keys, head, content);
  if (made.body === undefined) throw new TypeError("a sealed envelope has its body");
  return { ...made, body: made.body };
};

export const signedWith = (head: EnvelopeHead, body: Uint8Array, device = author): Made => {
  const hash = linkHash(envelopeLink, encodeHead(head));
  const signature = signLink(envelopeLink, hash, device.signSecret);
  return { id: envelopeIds.fromBytes(hash), head, signature, body };
};

/** What a hostile author may do: any head and body, with hash, length and signature made right. */
export const rewritten = (
  { head, body }: Pick<Made, "head" | "body">,
  change: { readonly head?: Partial<EnvelopeHead>; readonly body?: Uint8Array },
): Made => {
  const changed = change.body ?? body;
  const fitting = { bodyByteLength: changed.length, bodyHash: bodyHashOf(changed) };
  return signedWith({ ...head, ...fitting, ...change.head }, changed);
};

/** Seals bytes as they are, though no `pad` made them. */
export const sealedUnpadded = (
  seed: string,
  padded: Uint8Array,
  clear = new Uint8Array(),
): Made => {
  const surroundings = { head: headPrefixBytes(someFields), clear };
  const deps = depsOf(`envelope ${seed}`);
  const { nonce, commitment, ciphertext } = seal(deps, vaultKey.bodies, surroundings, padded);
  const body = concatBytes(
    encode((to) => to.varBytes(clear)),
    commitment,
    ciphertext,
  );
  const fitting = { nonce, bodyByteLength: body.length, bodyHash: bodyHashOf(body) };
  return signedWith({ ...someFields, ...fitting }, body);
};

export const padded = (content: string): Uint8Array => pad(utf8(content));

export const inputOf = (envelope: Uint8Array): EnvelopeInput => ({
  envelope: hexOf(envelope),
  signKey: hexOf(author.signKey),
  vaultKey: keyInput(),
});
