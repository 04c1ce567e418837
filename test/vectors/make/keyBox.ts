/** Boxes of user keys and vault keys, and each field of their contexts changed once. */
import { sealBox } from "../../../packages/crypto/src/keys/box.ts";
import { userKeysFrom } from "../../../packages/crypto/src/keys/userKey.ts";
import { vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import { userIds, vaultIds } from "../../../packages/crypto/src/ids.ts";
import type { KemPublicKey, KeyBox } from "../../../packages/crypto/src/publicKeys.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { kemCiphertextByteLength } from "../../../packages/crypto/src/sizes.ts";
import { must } from "../../../packages/crypto/src/testing/people.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { KeyBoxInput, OpenerInput } from "../run/keyBox.ts";
import { type BoxContextInput, boxContextOf } from "../run/keyContext.ts";
import { filled, flipped, replaced } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import { deviceOf } from "./world.ts";

const device = deviceOf("box device");
const stranger = deviceOf("box stranger");
const userKeys = userKeysFrom(2, secret(filled(32, 0x71)));
const vault = vaultIds.fromBytes(filled(16, 0x72));
const vaultKey = vaultKeyFrom({ vault, epoch: 5 }, secret(filled(32, 0x73)));
const otherCommitment = hexOf(
  vaultKeyFrom({ vault, epoch: 5 }, secret(filled(32, 0x74))).commitment,
);

const user = userIds.fromBytes(filled(16, 0x75));
const previous = hexOf(filled(32, 0x76));
const identityHead = hexOf(filled(32, 0x77));
const randomness = filled(64, 0x78);

interface Specimen {
  readonly name: string;
  readonly why: string;
  readonly context: BoxContextInput;
  readonly key: Uint8Array;
  readonly kemKey: KemPublicKey;
  readonly opener: OpenerInput;
}

const vaultContext = {
  of: "vault key",
  vault,
  epoch: 5,
  previous,
  commitment: hexOf(vaultKey.commitment),
} as const;
const member = { kind: "member", user, generation: 2, identityHead } as const;
const viewer = { kind: "viewer", user, device: device.id, identityHead } as const;

const forDevice = {
  name: "a user key for a device",
  why: "to the device's key",
  context: {
    of: "user key",
    user,
    generation: 2,
    previous,
    recipient: device.id,
    commitment: hexOf(userKeys.commitment),
  },
  key: userKeys.key.reveal(),
  kemKey: device.kemKey,
  opener: { deviceSeed: hexOf(device.seed.reveal()) },
} as const satisfies Specimen;

const forMember = {
  name: "a vault key for a member",
  why: "to the member's user key",
  context: { ...vaultContext, recipient: member },
  key: vaultKey.key.reveal(),
  kemKey: userKeys.kemKey,
  opener: { userKey: hexOf(userKeys.key.reveal()) },
} as const satisfies Specimen;

const forViewer = {
  ...forDevice,
  name: "a vault key for a viewer device",
  why: "to the device's key",
  context: { ...vaultContext, recipient: viewer },
  key: vaultKey.key.reveal(),
} as const satisfies Specimen;

const boxOf = ({ kemKey, context, key }: Specimen): KeyBox =>
  must(sealBox({ randomBytes: () => randomness }, kemKey, boxContextOf(context), secret(key)));

const goldens = (specimen: Specimen): readonly VectorCase<KeyBoxInput>[] => {
  const { name, why, context, key, kemKey, opener } = specimen;
  const box = boxOf(specimen);
  return [
    golden<KeyBoxInput>(
      `${name}, sealed`,
      why,
      {
        operation: "seal",
        context,
        kemKey: hexOf(kemKey),
        key: hexOf(key),
        encapsulationSeed: hexOf(randomness),
      },
      { box: hexOf(box) },
    ),
    golden<KeyBoxInput>(
      `${name}, opened`,
      "the way back",
      { operation: "open", context, opener, box: hexOf(box) },
      { key: hexOf(key) },
    ),
  ];
};

const broken = (
  specimen: Specimen,
  name: string,
  why: string,
  change: {
    readonly context?: BoxContextInput;
    readonly opener?: OpenerInput;
    readonly box?: Uint8Array;
  },
): VectorCase<KeyBoxInput> => {
  const { context, opener, box = boxOf(specimen) } = { ...specimen, ...change };
  return fault<KeyBoxInput>("BoxBroken", name, why, {
    operation: "open",
    context,
    opener,
    box: hexOf(box),
  });
};

const named = "the context is in the key and authenticated";
const otherId = hexOf(filled(16, 0x79));
const otherHead = hexOf(filled(32, 0x7a));

/** Each field of a context changed, and nothing else. */
const changedContexts = (): readonly VectorCase<KeyBoxInput>[] => {
  const { context } = forDevice;
  const ofMember = (
    change: Partial<typeof vaultContext> | object,
    recipient = {},
  ): BoxContextInput => ({
    ...vaultContext,
    ...change,
    recipient: { ...member, ...recipient },
  });
  const ofViewer = (recipient: object): BoxContextInput => ({
    ...vaultContext,
    recipient: { ...viewer, ...recipient },
  });
  return [
    ...(
      [
        ["another user", { user: otherId }],
        ["another generation", { generation: 3 }],
        ["another record before", { previous: otherHead }],
        ["another recipient", { recipient: stranger.id }],
        ["another commitment", { commitment: otherCommitment }],
      ] as const
    ).map(([what, change]) =>
      broken(forDevice, `a user key's box under ${what}`, named, {
        context: { ...context, ...change },
      }),
    ),
    ...(
      [
        ["another vault", ofMember({ vault: otherId })],
        ["another epoch", ofMember({ epoch: 6 })],
        ["another record before", ofMember({ previous: otherHead })],
        ["another commitment", ofMember({ commitment: otherCommitment })],
        ["another user", ofMember({}, { user: otherId })],
        ["another generation", ofMember({}, { generation: 3 })],
        ["another identity head", ofMember({}, { identityHead: otherHead })],
        ["a viewer's context", { ...vaultContext, recipient: viewer }],
      ] as const
    ).map(([what, changed]) =>
      broken(forMember, `a member's box under ${what}`, named, { context: changed }),
    ),
    ...(
      [
        ["another user", ofViewer({ user: otherId })],
        ["another device", ofViewer({ device: stranger.id })],
        ["another identity head", ofViewer({ identityHead: otherHead })],
      ] as const
    ).map(([what, changed]) =>
      broken(forViewer, `a viewer's box under ${what}`, named, { context: changed }),
    ),
  ];
};

/** X25519 of a public key of zeros is zeros, which X-Wing refuses. */
const lowOrder = (box: KeyBox): Uint8Array =>
  replaced(box, kemCiphertextByteLength - 32, [...filled(32, 0)]);

const changedBoxes = (): readonly VectorCase<KeyBoxInput>[] => {
  const box = boxOf(forMember);
  return [
    broken(forMember, "a box opened by somebody else", "sealed to one key", {
      opener: { deviceSeed: hexOf(stranger.seed.reveal()) },
    }),
    broken(forMember, "an ML-KEM ciphertext with a bit flipped", "another shared secret", {
      box: flipped(box, 0),
    }),
    broken(forMember, "an X25519 share with a bit flipped", "another shared secret", {
      box: flipped(box, kemCiphertextByteLength - 32),
    }),
    broken(forMember, "an X25519 share of low order", "refused by X-Wing", { box: lowOrder(box) }),
    broken(forMember, "a sealed key with a bit flipped", "the tag does not fit", {
      box: flipped(box, kemCiphertextByteLength),
    }),
    broken(forMember, "a tag with a bit flipped", "the tag does not fit", {
      box: flipped(box, -1),
    }),
  ];
};

/** Sealed under a commitment that is of another key. */
const lyingBox = (specimen: Specimen): VectorCase<KeyBoxInput> => {
  const context = { ...specimen.context, commitment: otherCommitment };
  const box = boxOf({ ...specimen, context });
  const { opener } = specimen;
  return fault<KeyBoxInput>(
    "KeyCommitmentMismatch",
    `${specimen.name}, other than the one committed to`,
    "everybody named in a rotation holds the same key, or finds out",
    { operation: "open", context, opener, box: hexOf(box) },
  );
};

const noKemKey = (name: string, why: string, kemKey: Uint8Array): VectorCase<KeyBoxInput> =>
  fault<KeyBoxInput>("NotAKemKey", name, why, {
    operation: "seal",
    context: forMember.context,
    kemKey: hexOf(kemKey),
    key: hexOf(forMember.key),
    encapsulationSeed: hexOf(randomness),
  });

export const makeKeyBox = (): VectorFile<KeyBoxInput> => ({
  layer: "key-box",
  about:
    "One key sealed to one X-Wing public key, with its context and commitment (docs/crypto.md §7). Sealing takes 64 bytes of randomness for the encapsulation.",
  cases: [
    ...[forDevice, forMember, forViewer].flatMap(goldens),
    ...changedContexts(),
    ...changedBoxes(),
    lyingBox(forMember),
    lyingBox(forDevice),
    noKemKey(
      "a public key with coefficients out of range",
      "ML-KEM's modulus is 3329",
      filled(userKeys.kemKey.length, 0xff),
    ),
    noKemKey(
      "a public key whose X25519 half is of low order",
      "refused by X-Wing",
      replaced(userKeys.kemKey, userKeys.kemKey.length - 32, [...filled(32, 0)]),
    ),
  ],
});
