/** Makes an envelope: seals the body, then hashes and signs the head around it. */
import { type EnvelopeId, envelopeIds } from "../ids.ts";
import type { VaultKey } from "../keys/vaultKey.ts";
import { linkHash, signLink } from "../link.ts";
import type { RandomBytes } from "../random.ts";
import type { SignSecretKey } from "../sign.ts";
import { type BodyContent, sealBody } from "./body.ts";
import { bodyHashOf } from "./bodyForm.ts";
import { type Envelope, envelopeLink } from "./envelope.ts";
import { encodeHead, type EnvelopeHead, type HeadFields } from "./head.ts";

export const sealEnvelope = (
  deps: { readonly randomBytes: RandomBytes },
  keys: { readonly vaultKey: VaultKey; readonly signSecret: SignSecretKey },
  fields: HeadFields,
  content: BodyContent,
): Envelope & { readonly id: EnvelopeId } => {
  const { nonce, body } = sealBody(deps, keys.vaultKey, fields, content);
  const head: EnvelopeHead = {
    ...fields,
    nonce,
    bodyByteLength: body.length,
    bodyHash: bodyHashOf(body),
  };
  const hash = linkHash(envelopeLink, encodeHead(head));
  const signature = signLink(envelopeLink, hash, keys.signSecret);
  return { id: envelopeIds.fromBytes(hash), head, signature, body };
};
