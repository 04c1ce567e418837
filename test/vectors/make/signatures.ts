/** Logins, receipts and drops, each with every field changed once. */
import { encode } from "../../../packages/crypto/src/bytes/writer.ts";
import { signBlobDrop } from "../../../packages/crypto/src/blobDrop.ts";
import {
  blobIds,
  deviceIds,
  envelopeIds,
  relayGenerations,
  vaultIds,
} from "../../../packages/crypto/src/ids.ts";
import { type Label, labels } from "../../../packages/crypto/src/labels.ts";
import { signLogin } from "../../../packages/crypto/src/login.ts";
import { asSignPublicKey } from "../../../packages/crypto/src/publicKeys.ts";
import { relayKeysFromSeed, signReceipt } from "../../../packages/crypto/src/receipt.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { sign } from "../../../packages/crypto/src/sign.ts";
import { bytesOf, hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { BlobDropInput, LoginInput, ReceiptInput } from "../run/signatures.ts";
import { filled, flipped, utf8 } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import { deviceOf } from "./world.ts";

const device = deviceOf("signatures");
const stranger = deviceOf("signatures stranger");
const relay = relayKeysFromSeed(secret(filled(32, 0xb1)));
/** 2026-11-21T00:00:00Z. */
const nowMs = 1_795_219_200_000;
const vault = vaultIds.fromBytes(filled(16, 0xb2));
const deviceSeed = hexOf(device.seed.reveal());

const refused = <Input>(name: string, why: string, input: Input): VectorCase<Input> =>
  fault("refused", name, why, input);

/** One case for each field that is changed behind the signature. */
const changes = <Input extends object>(
  input: Input,
  fields: readonly (readonly [name: string, change: Partial<Input>])[],
): readonly VectorCase<Input>[] =>
  fields.map(([name, change]) => refused(name, "every field is signed", { ...input, ...change }));

const flippedSignature = <Input extends { readonly signature: string }>(
  input: Input,
): VectorCase<Input> => {
  const signature = hexOf(flipped(bytesOf(input.signature), 0));
  return refused("a signature with a bit flipped", "Ed25519 refuses it", { ...input, signature });
};

const loginInput = (): LoginInput => {
  const claim = {
    relayHost: "relay.example:8443",
    relayKey: relay.signKey,
    relayNonce: filled(32, 0xb3),
    device: device.id,
    nowMs,
  };
  return {
    ...claim,
    relayKey: hexOf(claim.relayKey),
    relayNonce: hexOf(claim.relayNonce),
    deviceSeed,
    signature: hexOf(signLogin(device.signSecret, claim)),
  };
};

/** The right bytes, written here once more by the document, under the label of something else. */
const loginUnder = (label: Label): string => {
  const claim = encode((to) => {
    to.varBytes(utf8("relay.example:8443"));
    to.bytes(relay.signKey);
    to.varBytes(filled(32, 0xb3));
    to.bytes(deviceIds.toBytes(device.id));
    to.varUint(nowMs);
  });
  return hexOf(sign(device.signSecret, label, claim));
};

export const makeLogin = (): VectorFile<LoginInput> => {
  const input = loginInput();
  return {
    layer: "login",
    about:
      "A device's signature over a relay's challenge (docs/crypto.md §8). The device seed gives the key; the output is its signature.",
    cases: [
      golden("a login", "signed over the relay's name, key and nonce", input, {
        signature: input.signature,
      }),
      ...changes(input, [
        ["another host", { relayHost: "relay.example:8444" }],
        ["another relay key", { relayKey: hexOf(asSignPublicKey(filled(32, 0xb4))) }],
        ["another nonce", { relayNonce: hexOf(filled(32, 0xb5)) }],
        ["a shorter nonce", { relayNonce: hexOf(filled(31, 0xb3)) }],
        ["another device", { device: stranger.id }],
        ["another time", { nowMs: nowMs + 1 }],
      ]),
      refused("the key of another device", "signed by the device named", {
        ...input,
        deviceSeed: hexOf(stranger.seed.reveal()),
      }),
      refused("a signature made for a drop", "a signature for one purpose is none for another", {
        ...input,
        signature: loginUnder(labels.signDrop),
      }),
      flippedSignature(input),
    ],
  };
};

const receiptInput = (): ReceiptInput => {
  const claim = {
    vault,
    generation: relayGenerations.fromBytes(filled(32, 0xb6)),
    firstPosition: 1_000,
    envelopes: [0xb7, 0xb8].map((byte) => envelopeIds.fromBytes(filled(32, byte))),
    nowMs,
  };
  return {
    ...claim,
    relaySeed: hexOf(relay.seed.reveal()),
    signature: hexOf(signReceipt(relay, claim)),
  };
};

export const makeReceipt = (): VectorFile<ReceiptInput> => {
  const input = receiptInput();
  return {
    layer: "receipt",
    about:
      "The relay's signature that it stored envelopes durably (docs/crypto.md §8). The relay's seed gives the key; the output is its signature.",
    cases: [
      golden("a receipt", "signed over vault, generation, place and ids", input, {
        signature: input.signature,
      }),
      ...changes(input, [
        ["another vault", { vault: hexOf(filled(16, 0xb9)) }],
        ["another generation", { generation: hexOf(filled(32, 0xba)) }],
        ["another first position", { firstPosition: 1_001 }],
        ["another envelope", { envelopes: [input.envelopes[0] ?? "", hexOf(filled(32, 0xbb))] }],
        ["an envelope left out", { envelopes: input.envelopes.slice(0, 1) }],
        ["envelopes in another order", { envelopes: input.envelopes.toReversed() }],
        ["another time", { nowMs: nowMs - 1 }],
        ["the key of another relay", { relaySeed: hexOf(filled(32, 0xbc)) }],
      ]),
      flippedSignature(input),
    ],
  };
};

const dropInput = (): BlobDropInput => {
  const blob = blobIds.fromBytes(filled(32, 0xbd));
  const drop = { vault, blob, device: device.id, nowMs };
  return { ...drop, deviceSeed, signature: hexOf(signBlobDrop(device.signSecret, drop)) };
};

export const makeBlobDrop = (): VectorFile<BlobDropInput> => {
  const input = dropInput();
  return {
    layer: "blob-drop",
    about:
      "A device's signed wish that a blob go (docs/crypto.md §8). The device seed gives the key; the output is its signature.",
    cases: [
      golden("a drop", "signed over vault, blob and device", input, {
        signature: input.signature,
      }),
      ...changes(input, [
        ["another vault", { vault: hexOf(filled(16, 0xb9)) }],
        ["another blob", { blob: hexOf(filled(32, 0xbe)) }],
        ["another device", { device: stranger.id }],
        ["another time", { nowMs: 0 }],
        ["the key of another device", { deviceSeed: hexOf(stranger.seed.reveal()) }],
      ]),
      flippedSignature(input),
    ],
  };
};
