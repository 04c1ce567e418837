/**
 * A user's key, by generation: the stable address of a person with several devices. A new generation
 * follows every revocation and wraps the one before.
 */
import { encode } from "../bytes/writer.ts";
import { derive32 } from "../hash.ts";
import {
  type DeviceId,
  deviceIds,
  type RecordId,
  recordIds,
  type UserId,
  userIds,
} from "../ids.ts";
import { labels } from "../labels.ts";
import {
  asKemPublicKey,
  asKeyCommitment,
  asSignPublicKey,
  type KemPublicKey,
  type KeyCommitment,
  type SignPublicKey,
} from "../publicKeys.ts";
import { type Secret, secret } from "../secret.ts";
import type { SignSecretKey } from "../sign.ts";
import { ed25519Pair, xwingPair } from "../sodium.ts";
import type { KemSecretKey, KeyContext } from "./box.ts";

export type UserKey = Secret<Uint8Array>;

/** What the identity log says of one generation. */
export interface UserPublicKeys {
  readonly generation: number;
  readonly signKey: SignPublicKey;
  readonly kemKey: KemPublicKey;
  readonly commitment: KeyCommitment;
}

export interface UserKeys extends UserPublicKeys {
  readonly key: UserKey;
  readonly signSecret: SignSecretKey;
  readonly kemSecret: KemSecretKey;
  /** For what only this person's devices may read, outside any vault. */
  readonly symmetric: Secret<Uint8Array>;
}

const commit = (key: Uint8Array): KeyCommitment =>
  asKeyCommitment(derive32(key, labels.userKeyCommitment));

export const userKeysFrom = (generation: number, key: UserKey): UserKeys => {
  const signPair = ed25519Pair(derive32(key.reveal(), labels.userSign));
  const kemPair = xwingPair(derive32(key.reveal(), labels.userKem));
  return {
    generation,
    key,
    signKey: asSignPublicKey(signPair.publicKey),
    kemKey: asKemPublicKey(kemPair.publicKey),
    commitment: commit(key.reveal()),
    signSecret: secret(signPair.secretKey),
    kemSecret: secret(kemPair.secretKey),
    symmetric: secret(derive32(key.reveal(), labels.userSymmetric)),
  };
};

export const userKeyBoxContext = (about: {
  readonly user: UserId;
  readonly generation: number;
  readonly previous: RecordId;
  readonly recipient: DeviceId;
  readonly commitment: KeyCommitment;
}): KeyContext => ({
  label: labels.userKeyBox,
  bytes: encode((to) => {
    userIds.write(to, about.user);
    to.varUint(about.generation);
    recordIds.write(to, about.previous);
    deviceIds.write(to, about.recipient);
  }),
  commitment: about.commitment,
  commit,
});

/** Of the older generation that is wrapped. */
export const userKeyWrapContext = (about: {
  readonly user: UserId;
  readonly generation: number;
  readonly commitment: KeyCommitment;
}): KeyContext => ({
  label: labels.userKeyWrap,
  bytes: encode((to) => {
    userIds.write(to, about.user);
    to.varUint(about.generation);
  }),
  commitment: about.commitment,
  commit,
});
