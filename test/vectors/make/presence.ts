/** Presence messages of one chain, and one fault for each thing that can be wrong. */
import { sealedPresenceByteLengthMax } from "../../../packages/crypto/src/sizes.ts";
import { concatBytes } from "../../../packages/crypto/src/bytes/bytes.ts";
import { chainIdOf } from "../../../packages/crypto/src/envelope/envelope.ts";
import { vaultIds } from "../../../packages/crypto/src/ids.ts";
import { vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import { labels } from "../../../packages/crypto/src/labels.ts";
import { pad } from "../../../packages/crypto/src/padding.ts";
import { sealPresence } from "../../../packages/crypto/src/presence.ts";
import { seal, sealedBytes } from "../../../packages/crypto/src/seal.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { sign } from "../../../packages/crypto/src/sign.ts";
import { incarnationOf } from "../../../packages/crypto/src/testing/people.ts";
import { type Bytes, hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { PresenceInput } from "../run/presence.ts";
import { filled, flipped, replaced, utf8 } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import { keyInput } from "./envelopes.ts";
import { depsOf, deviceOf } from "./world.ts";

const author = deviceOf("presence author");
const stranger = deviceOf("presence stranger");
const vault = vaultIds.fromBytes(filled(16, 0xa1));
const vaultKey = vaultKeyFrom({ vault, epoch: 2 }, secret(filled(32, 0xa2)));
const chain = chainIdOf(author.signKey, incarnationOf(1));

/** Version, suite, chain, count, epoch; then the signature; then nonce and sealed bytes. */
const at = { count: 18, epoch: 26, signature: 30, sealed: 94 };

const presenceOf = (count: number, text = "here"): Uint8Array =>
  sealPresence(
    depsOf(`presence ${count}`),
    { vaultKey, signSecret: author.signSecret },
    { chain, count },
    utf8(text),
  );

/** Any head and sealed bytes, signed by the author. */
const resigned = (
  presence: Uint8Array,
  change: { readonly head?: Uint8Array; readonly sealed?: Uint8Array },
  label: typeof labels.signPresence | typeof labels.signLogin = labels.signPresence,
): Uint8Array => {
  const { head = presence.slice(0, at.signature), sealed = presence.slice(at.sealed) } = change;
  const signature = sign(author.signSecret, label, vaultIds.toBytes(vault), head, sealed);
  return concatBytes(head, signature, sealed);
};

const inputOf = (presence: Bytes, change: Partial<PresenceInput> = {}): PresenceInput => ({
  presence,
  vaultKey: keyInput(vaultKey),
  signKey: hexOf(author.signKey),
  countSeen: 6,
  ...change,
});

const goldenOf = (count: number, name: string, why: string, text: string) =>
  golden<PresenceInput>(
    name,
    why,
    inputOf(hexOf(presenceOf(count, text)), { countSeen: count - 1 }),
    { chain, count, epoch: 2, plaintext: hexOf(utf8(text)) },
  );

const decodeFault = (name: string, why: string, bytes: Bytes, expect = "Malformed") =>
  fault<PresenceInput>(expect, name, why, inputOf(bytes), { stage: "decode" });

const openFault = (
  expect: string,
  name: string,
  why: string,
  bytes: Uint8Array,
  change: Partial<PresenceInput> = {},
): VectorCase<PresenceInput> =>
  fault<PresenceInput>(expect, name, why, inputOf(hexOf(bytes), change), { stage: "open" });

/** Sealed though no `pad` made it. */
const unpadded = (presence: Uint8Array): Uint8Array => {
  const head = presence.slice(0, at.signature);
  const padded = flipped(pad(utf8("here")), -1);
  const sealed = seal(
    depsOf("unpadded"),
    vaultKey.presence,
    { head, clear: new Uint8Array() },
    padded,
  );
  return resigned(presence, { sealed: sealedBytes(sealed) });
};

const badSignatures = (right: Uint8Array): readonly VectorCase<PresenceInput>[] => {
  const bad = (name: string, why: string, bytes: Uint8Array, change?: Partial<PresenceInput>) =>
    openFault("BadSignature", name, why, bytes, change);
  return [
    bad("a signature with a bit flipped", "Ed25519 refuses it", flipped(right, at.signature)),
    bad("a count changed on the way", "the head is signed", replaced(right, at.count, [8])),
    bad("a chain changed on the way", "the head is signed", flipped(right, 2)),
    bad("sealed bytes with a bit flipped", "they are signed", flipped(right, -1)),
    bad("the key of another device", "presence is one device's", right, {
      signKey: hexOf(stranger.signKey),
    }),
    bad("presence of another vault", "the vault is signed", right, {
      vaultKey: { ...keyInput(vaultKey), vault: hexOf(filled(16, 0xa3)) },
    }),
    bad(
      "a signature under another label",
      "a signature for one purpose is none for another",
      resigned(right, {}, labels.signLogin),
    ),
  ];
};

export const makePresence = (): VectorFile<PresenceInput> => {
  const right = presenceOf(7);
  const head = right.slice(0, at.signature);
  const sealed = right.slice(at.sealed);
  return {
    layer: "presence",
    about: "Presence (docs/crypto.md §8): sealed, signed, counted and never stored.",
    cases: [
      goldenOf(7, "a presence", "signed over vault, head and sealed bytes", "here"),
      goldenOf(1, "the first of a chain", "counts begin with 1", "hello"),
      goldenOf(8, "a presence without text", "padded like any", ""),
      decodeFault("version 2", "no verdict", hexOf(replaced(right, 0, [2])), "VersionUnsupported"),
      decodeFault("suite 2", "no verdict", hexOf(replaced(right, 1, [2])), "VersionUnsupported"),
      decodeFault("a signature cut short", "it has 64 bytes", hexOf(right.slice(0, at.sealed - 1))),
      decodeFault(
        "sealed bytes too short for a seal",
        "nonce, commitment and tag are 72 bytes",
        hexOf(right.slice(0, at.sealed + 71)),
      ),
      decodeFault(
        "a count of 2^53",
        "numbers are below 2^53",
        hexOf(replaced(right, at.count, [0, 0, 0, 0, 0, 0, 0x20, 0])),
      ),
      decodeFault("more than a presence may be", "at most 69,632 bytes", {
        hex: hexOf(right),
        zeros: sealedPresenceByteLengthMax - right.length + 1,
      }),
      decodeFault("no bytes", "a presence has a head", ""),
      openFault("PresenceReplayed", "a count that was seen", "played again", right, {
        countSeen: 7,
      }),
      openFault("PresenceReplayed", "a count below the one seen", "played again", right, {
        countSeen: 8,
      }),
      openFault("WrongVaultKey", "the key of another epoch", "ours to mend", right, {
        vaultKey: { ...keyInput(vaultKey), epoch: 3 },
      }),
      ...badSignatures(right),
      openFault(
        "CommitmentMismatch",
        "other bytes under that vault and epoch",
        "refused before anything is decrypted",
        right,
        { vaultKey: { ...keyInput(vaultKey), key: hexOf(filled(32, 0xa4)) } },
      ),
      openFault(
        "CommitmentMismatch",
        "sealed bytes moved to another count and signed again",
        "the head is authenticated",
        resigned(right, { head: replaced(head, at.count, [9]) }),
      ),
      openFault(
        "SealBroken",
        "sealed bytes with a bit flipped and signed again",
        "the tag does not fit",
        resigned(right, { sealed: flipped(sealed, -1) }),
      ),
      openFault("Malformed", "a padding that is not zeros", "zeros behind", unpadded(right)),
    ],
  };
};
