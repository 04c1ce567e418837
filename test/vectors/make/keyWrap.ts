/** Wraps of user keys and vault keys, and each field of their contexts changed once. */
import { userKeysFrom } from "../../../packages/crypto/src/keys/userKey.ts";
import { vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import { sealWrap } from "../../../packages/crypto/src/keys/wrap.ts";
import { userIds, vaultIds } from "../../../packages/crypto/src/ids.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import { type WrapContextInput, wrapContextOf } from "../run/keyContext.ts";
import type { KeyWrapInput } from "../run/keyWrap.ts";
import { filled, flipped } from "./bytes.ts";
import { fault, golden } from "./cases.ts";

const older = filled(32, 0x81);
const newer = filled(32, 0x82);
const another = filled(32, 0x83);
const vault = vaultIds.fromBytes(filled(16, 0x84));
const user = userIds.fromBytes(filled(16, 0x85));
const otherId = hexOf(filled(16, 0x86));

const vaultCommitmentOf = (key: Uint8Array): string =>
  hexOf(vaultKeyFrom({ vault, epoch: 1 }, secret(key)).commitment);
const userCommitmentOf = (key: Uint8Array): string =>
  hexOf(userKeysFrom(1, secret(key)).commitment);

const ofVault: WrapContextInput = {
  of: "vault key",
  vault,
  epoch: 300,
  commitment: vaultCommitmentOf(older),
};
const ofUser: WrapContextInput = {
  of: "user key",
  user,
  generation: 300,
  commitment: userCommitmentOf(older),
};

const wrapOf = (context: WrapContextInput, key = older): Uint8Array =>
  sealWrap(secret(newer), wrapContextOf(context), secret(key));

const goldens = (name: string, context: WrapContextInput): readonly VectorCase<KeyWrapInput>[] => {
  const wrap = hexOf(wrapOf(context));
  return [
    golden<KeyWrapInput>(
      `${name}, wrapped`,
      "number and commitment are the older key's",
      { operation: "seal", context, newer: hexOf(newer), older: hexOf(older) },
      { wrap },
    ),
    golden<KeyWrapInput>(
      `${name}, unwrapped`,
      "the way back",
      { operation: "open", context, newer: hexOf(newer), wrap },
      { key: hexOf(older) },
    ),
  ];
};

const broken = (
  name: string,
  why: string,
  sealed: WrapContextInput,
  change: {
    readonly context?: WrapContextInput;
    readonly newer?: Uint8Array;
    readonly wrap?: Uint8Array;
  },
): VectorCase<KeyWrapInput> => {
  const { context = sealed, newer: key = newer, wrap = wrapOf(sealed) } = change;
  return fault<KeyWrapInput>("WrapBroken", name, why, {
    operation: "open",
    context,
    newer: hexOf(key),
    wrap: hexOf(wrap),
  });
};

/** Wrapped under a commitment that is of another key. */
const lying = (name: string, context: WrapContextInput): VectorCase<KeyWrapInput> =>
  fault<KeyWrapInput>(
    "KeyCommitmentMismatch",
    name,
    "a key counts only as the one its record committed to",
    { operation: "open", context, newer: hexOf(newer), wrap: hexOf(wrapOf(context)) },
  );

const named = "the context is in the key and authenticated";

export const makeKeyWrap = (): VectorFile<KeyWrapInput> => ({
  layer: "key-wrap",
  about: "A key sealed under its successor (docs/crypto.md §7): 48 bytes.",
  cases: [
    ...goldens("a vault key", ofVault),
    ...goldens("a user key", ofUser),
    broken("a vault key under another vault", named, ofVault, {
      context: { ...ofVault, vault: otherId },
    }),
    broken("a vault key under another epoch", named, ofVault, {
      context: { ...ofVault, epoch: 301 },
    }),
    broken("a vault key under another commitment", named, ofVault, {
      context: { ...ofVault, commitment: vaultCommitmentOf(another) },
    }),
    broken("a user key under another user", named, ofUser, {
      context: { ...ofUser, user: otherId },
    }),
    broken("a user key under another generation", named, ofUser, {
      context: { ...ofUser, generation: 301 },
    }),
    broken("a user key under another commitment", named, ofUser, {
      context: { ...ofUser, commitment: userCommitmentOf(another) },
    }),
    broken("a wrap under another newer key", "sealed under one key", ofVault, { newer: another }),
    broken("a wrap with a bit flipped", "the tag does not fit", ofVault, {
      wrap: flipped(wrapOf(ofVault), 0),
    }),
    broken("a tag with a bit flipped", "the tag does not fit", ofVault, {
      wrap: flipped(wrapOf(ofVault), -1),
    }),
    lying("a vault key other than the one committed to", {
      ...ofVault,
      commitment: vaultCommitmentOf(another),
    }),
    lying("a user key other than the one committed to", {
      ...ofUser,
      commitment: userCommitmentOf(another),
    }),
  ],
});
