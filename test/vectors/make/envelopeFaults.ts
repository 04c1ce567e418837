/** One fault for each thing that can be wrong with an envelope, from its bytes to its text. */
import { concatBytes } from "../../../packages/crypto/src/bytes/bytes.ts";
import { encodeEnvelope, type Envelope } from "../../../packages/crypto/src/envelope/envelope.ts";
import { encodeHead, EnvelopeKind } from "../../../packages/crypto/src/envelope/head.ts";
import { envelopeIds, recordIds } from "../../../packages/crypto/src/ids.ts";
import { vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import { labels } from "../../../packages/crypto/src/labels.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { sign } from "../../../packages/crypto/src/sign.ts";
import { hexOf, type VectorCase } from "../format.ts";
import type { EnvelopeInput } from "../run/envelope.ts";
import { filled, flipped, lengthened, replaced, shortened } from "./bytes.ts";
import { fault } from "./cases.ts";
import {
  author,
  inputOf,
  keyInput,
  type Made,
  otherVault,
  padded,
  rewritten,
  sealed,
  sealedUnpadded,
  stranger,
  text,
  vault,
  vaultKey,
  withoutBody,
} from "./envelopes.ts";

const decodeFault = (
  name: string,
  why: string,
  bytes: Uint8Array,
  expect = "Malformed",
): VectorCase<EnvelopeInput> => fault(expect, name, why, inputOf(bytes), { stage: "decode" });

const decodeFaults = (bytes: Uint8Array): readonly VectorCase<EnvelopeInput>[] => [
  decodeFault("a body cut short", "a body is whole or dropped", shortened(bytes)),
  decodeFault("a byte behind the body", "the head says how long it is", lengthened(bytes)),
  decodeFault("a signature cut short", "it has 64 bytes", bytes.slice(0, 235)),
  decodeFault("a head by itself", "an envelope is signed", bytes.slice(0, 172)),
  decodeFault("no bytes", "an envelope has a head", new Uint8Array()),
  decodeFault("kind 6", "kinds are 1 to 5", replaced(bytes, 2, [6])),
  decodeFault("version 2", "no verdict", replaced(bytes, 0, [2]), "VersionUnsupported"),
  decodeFault("suite 0", "no verdict", replaced(bytes, 1, [0]), "VersionUnsupported"),
];

const verifyFaults = (made: Made): readonly VectorCase<EnvelopeInput>[] => {
  const bytes = encodeEnvelope(made);
  const input = inputOf(bytes);
  const badSignature = (name: string, why: string, changed: EnvelopeInput) =>
    fault("BadSignature", name, why, changed, { stage: "verify" });
  const badBody = (name: string, why: string, changed: EnvelopeInput) =>
    fault("BodyHashMismatch", name, why, changed, { stage: "verify" });
  const dropped = encodeEnvelope(withoutBody(made));
  const other = sealed(
    "another of one length",
    { seq: 8 },
    text("a text of that kinD", "in clear"),
  );
  const asRecord = sign(author.signSecret, labels.signRecord, envelopeIds.toBytes(made.id));
  const overHead = sign(author.signSecret, labels.signEnvelope, encodeHead(made.head));
  const changedHead = { ...made.head, seq: 8 };
  return [
    badSignature("a signature with a bit flipped", "Ed25519 refuses it", {
      ...input,
      envelope: hexOf(flipped(bytes, 172)),
    }),
    badSignature("the second half of a signature with a bit flipped", "Ed25519 refuses it", {
      ...input,
      envelope: hexOf(flipped(bytes, 204)),
    }),
    badSignature("the key of another device", "a chain is one device's", {
      ...input,
      signKey: hexOf(stranger.signKey),
    }),
    badSignature("a seq changed after it was signed", "the id hashes the whole head", {
      ...input,
      envelope: hexOf(encodeEnvelope({ ...made, head: changedHead })),
    }),
    badSignature("a nonce changed after it was signed", "the id hashes the whole head", {
      ...input,
      envelope: hexOf(flipped(bytes, 112)),
    }),
    badSignature(
      "a signature made for a record",
      "a signature for one purpose is none for another",
      {
        ...input,
        envelope: hexOf(encodeEnvelope({ ...made, signature: asRecord })),
      },
    ),
    badSignature("a signature over the head instead of its id", "what is signed is the id", {
      ...input,
      envelope: hexOf(encodeEnvelope({ ...made, signature: overHead })),
    }),
    badBody("a body with a bit flipped", "the relay's fault: fetched again", {
      ...input,
      envelope: hexOf(flipped(bytes, -1)),
    }),
    badBody("a clear part with a bit flipped", "the hash is over the whole body", {
      ...input,
      envelope: hexOf(flipped(bytes, 237)),
    }),
    badBody("the body of another envelope of one length", "a head names its own body", {
      ...input,
      envelope: hexOf(encodeEnvelope({ ...made, body: other.body })),
    }),
    badBody("a body by itself that is too long", "a head says how long its body is", {
      ...input,
      envelope: hexOf(dropped),
      body: hexOf(lengthened(made.body)),
    }),
    badBody("a body by itself that is empty", "a body may be dropped, not empty", {
      ...input,
      envelope: hexOf(dropped),
      body: "",
    }),
  ];
};

const openFault = (
  expect: string,
  name: string,
  why: string,
  made: Envelope,
): VectorCase<EnvelopeInput> =>
  fault(expect, name, why, inputOf(encodeEnvelope(made)), { stage: "open" });

/** Bodies whose hash and signature are right: void for everyone. */
const voidBodies = (made: Made): readonly VectorCase<EnvelopeInput>[] => {
  const clearByteLength = 1 + 8;
  const other = sealed(
    "another of one length",
    { seq: 8 },
    text("a text of that kinD", "in clear"),
  );
  const commitmentOf = ({ body }: Made) => body.slice(clearByteLength, clearByteLength + 32);
  const moved = (fields: Partial<Made["head"]>) => rewritten(made, { head: fields });
  const mismatch = (name: string, why: string, changed: Made) =>
    openFault("CommitmentMismatch", name, why, changed);
  return [
    openFault(
      "SealBroken",
      "a ciphertext with a bit flipped and signed again",
      "the tag does not fit",
      rewritten(made, { body: flipped(made.body, clearByteLength + 32) }),
    ),
    openFault(
      "SealBroken",
      "a tag with a bit flipped and signed again",
      "the tag does not fit",
      rewritten(made, { body: flipped(made.body, -1) }),
    ),
    mismatch(
      "a commitment with a bit flipped and signed again",
      "compared before anything is decrypted",
      rewritten(made, { body: flipped(made.body, clearByteLength) }),
    ),
    mismatch(
      "the commitment of another envelope",
      "a commitment is of one key, head, nonce and clear part",
      rewritten(made, { body: replaced(made.body, clearByteLength, [...commitmentOf(other)]) }),
    ),
    mismatch(
      "a clear part changed and signed again",
      "the clear part is authenticated",
      rewritten(made, { body: flipped(made.body, 1) }),
    ),
    mismatch("a body moved to another seq", "the head is authenticated", moved({ seq: 8 })),
    mismatch(
      "a body moved to another kind",
      "the head is authenticated",
      moved({ kind: EnvelopeKind.Attest }),
    ),
    mismatch(
      "a body moved behind another envelope",
      "the head is authenticated",
      moved({ previous: envelopeIds.fromBytes(filled(32, 0x46)) }),
    ),
    mismatch(
      "a body moved to another log head",
      "the head is authenticated",
      moved({ logHead: recordIds.fromBytes(filled(32, 0x47)) }),
    ),
    mismatch(
      "a nonce with a bit flipped and signed again",
      "the key of a message depends on its nonce",
      moved({ nonce: flipped(made.head.nonce, 0) }),
    ),
  ];
};

/** A clear part that swallows the rest: whatever it says, the bytes behind are missing. */
const bodyOf = (...parts: readonly number[]): Uint8Array =>
  concatBytes(Uint8Array.from(parts), filled(400 - parts.length, 0));

const malformedBodies = (made: Made): readonly VectorCase<EnvelopeInput>[] => {
  const malformed = (name: string, why: string, changed: Made) =>
    openFault("Malformed", name, why, changed);
  const abc = padded("abc");
  return [
    malformed(
      "a clear part longer than the body",
      "its length is bounded by what is there",
      rewritten(made, { body: bodyOf(0x90, 0x03) }),
    ),
    malformed(
      "a clear part that leaves no room for the commitment",
      "a commitment has 32 bytes",
      rewritten(made, { body: bodyOf(0xf0, 0x02) }),
    ),
    malformed(
      "a clear part above its limit",
      "at most 262,144 bytes",
      rewritten(made, { body: bodyOf(0x81, 0x80, 0x10) }),
    ),
    malformed(
      "a length of the clear part in a longer spelling",
      "every number has one spelling",
      rewritten(made, { body: bodyOf(0x88, 0x00) }),
    ),
    malformed(
      "a padding that is too long, sealed in",
      "a content has one padded form",
      sealedUnpadded("too long", concatBytes(abc, new Uint8Array(16))),
    ),
    malformed(
      "a padding that is not zeros, sealed in",
      "zeros behind the content",
      sealedUnpadded("not zeros", flipped(abc, -1)),
    ),
    malformed(
      "a length beyond the padding, sealed in",
      "the content is inside",
      sealedUnpadded("beyond", replaced(abc, 0, [1, 1])),
    ),
  ];
};

const openFaults = (made: Made): readonly VectorCase<EnvelopeInput>[] => {
  const input = inputOf(encodeEnvelope(made));
  const key = vaultKey.key.reveal();
  const withKey = (changed: Parameters<typeof keyInput>[0]) => ({
    ...input,
    vaultKey: keyInput(changed),
  });
  return [
    fault(
      "WrongVaultKey",
      "the key of another epoch",
      "ours to mend, no verdict on the envelope",
      withKey(vaultKeyFrom({ vault, epoch: 4 }, secret(key))),
      { stage: "open" },
    ),
    fault(
      "WrongVaultKey",
      "the key of another vault",
      "ours to mend, no verdict on the envelope",
      withKey(vaultKeyFrom({ vault: otherVault, epoch: 3 }, secret(key))),
      { stage: "open" },
    ),
    fault(
      "CommitmentMismatch",
      "other bytes under that vault and epoch",
      "refused before anything is decrypted",
      withKey(vaultKeyFrom({ vault, epoch: 3 }, secret(flipped(key, 31)))),
      { stage: "open" },
    ),
    openFault(
      "BodyMissing",
      "a body that was dropped",
      "the chain verifies without it",
      withoutBody(made),
    ),
    ...voidBodies(made),
    ...malformedBodies(made),
  ];
};

export const envelopeFaults = (made: Made): readonly VectorCase<EnvelopeInput>[] => [
  ...decodeFaults(encodeEnvelope(made)),
  ...verifyFaults(made),
  ...openFaults(made),
];
