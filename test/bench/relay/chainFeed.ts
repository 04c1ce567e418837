/**
 * Puts made beforehand, as whole frames. Bodies are random bytes, which is what sealed ones are to a
 * relay, and only the newest envelope of a put is signed, the one whose signature a relay looks at: so
 * a machine can make more than a relay takes. Heads, hashes and links are real.
 */
import {
  EnvelopeKind,
  type EnvelopeId,
  envelopeIds,
  incarnations,
  noEnvelope,
  type Signature,
} from "@duro/crypto/types";
import { chainIdOf, encodeHead } from "@duro/crypto/verify";
import { encodeBody, OpenReason, type WireEnvelope } from "@duro/protocol";
import { bodyHashOf } from "../../../packages/crypto/src/envelope/bodyForm.ts";
import { envelopeLink } from "../../../packages/crypto/src/envelope/envelope.ts";
import { sealEnvelope } from "../../../packages/crypto/src/envelope/sealEnvelope.ts";
import { linkHash, signLink } from "../../../packages/crypto/src/link.ts";
import { asSignature } from "../../../packages/crypto/src/publicKeys.ts";
import { systemRandomBytes } from "../../../packages/crypto/src/random.ts";
import type { Person, Vault } from "../../../packages/crypto/src/testing/people.ts";
import { channelOf } from "./openVault.ts";
import { framed } from "./session.ts";

/** The smallest body there is: an update of up to some 250 bytes, padded. */
export const smallBodyByteLength = 305;

export interface ChainFeed {
  /** The OPEN, sealed and signed. */
  open(): Buffer;
  /** The next Put of the chain. */
  put(envelopeCount: number): Buffer;
}

const noSignature = asSignature(new Uint8Array(64));

export const createChainFeed = (
  { person, vault, channel }: { person: Person; vault: Vault; channel: number },
  bodyByteLength = smallBodyByteLength,
): ChainFeed => {
  const { device } = person;
  const incarnation = incarnations.fromBytes(systemRandomBytes(incarnations.byteLength));
  const chain = chainIdOf(device.signKey, incarnation);
  const { epoch } = vault.key;
  const logHead = vault.state.head.id;
  let last: { readonly seq: number; readonly id: EnvelopeId } = { seq: 0, id: noEnvelope };

  const fieldsOf = (kind: EnvelopeKind) => ({
    kind,
    flags: 0,
    vault: vault.state.vault,
    chain,
    seq: last.seq + 1,
    previous: last.id,
    epoch,
    logHead,
  });

  const nextData = (isNewest: boolean): WireEnvelope => {
    const fields = fieldsOf(EnvelopeKind.Data);
    const body = systemRandomBytes(bodyByteLength);
    const nonce = body.slice(0, 24);
    const bodyHash = bodyHashOf(body);
    const hash = linkHash(envelopeLink, encodeHead({ ...fields, nonce, bodyByteLength, bodyHash }));
    last = { seq: fields.seq, id: envelopeIds.fromBytes(hash) };
    const signature: Signature = isNewest
      ? signLink(envelopeLink, hash, device.signSecret)
      : noSignature;
    return {
      kind: EnvelopeKind.Data,
      flags: 0,
      epoch,
      logHead,
      nonce,
      bodyHash,
      signature,
      bodyByteLength,
      body,
    };
  };

  const putOf = (envelopes: readonly WireEnvelope[], before: typeof last): Buffer =>
    framed({
      type: "Put",
      channel: channelOf(channel),
      run: { chain, firstSeq: before.seq + 1, previous: before.id, envelopes },
    });

  return {
    open: () => {
      const content = encodeBody({
        type: "Open",
        clear: { user: person.state.user, device: device.id, incarnation },
        plaintext: { predecessor: undefined, reason: OpenReason.First, note: "" },
      });
      const sealed = sealEnvelope(
        { randomBytes: systemRandomBytes },
        { vaultKey: vault.key, signSecret: device.signSecret },
        fieldsOf(EnvelopeKind.Open),
        content,
      );
      const before = last;
      last = { seq: 1, id: sealed.id };
      const { kind, flags, nonce, bodyHash, bodyByteLength: byteLength } = sealed.head;
      const { signature, body } = sealed;
      return putOf(
        [
          {
            kind,
            flags,
            epoch,
            logHead,
            nonce,
            bodyHash,
            signature,
            bodyByteLength: byteLength,
            body,
          },
        ],
        before,
      );
    },
    put: (envelopeCount) => {
      const before = last;
      const envelopes = Array.from({ length: envelopeCount }, (_, at) =>
        nextData(at === envelopeCount - 1),
      );
      return putOf(envelopes, before);
    },
  };
};
