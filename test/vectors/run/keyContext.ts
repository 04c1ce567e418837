/** What a box or a wrap is for: docs/crypto.md §7. */
import { deviceIds, recordIds, userIds, vaultIds } from "../../../packages/crypto/src/ids.ts";
import type { KeyContext } from "../../../packages/crypto/src/keys/box.ts";
import {
  userKeyBoxContext,
  userKeyWrapContext,
} from "../../../packages/crypto/src/keys/userKey.ts";
import {
  vaultKeyBoxContext,
  type VaultKeyRecipient,
  vaultKeyWrapContext,
} from "../../../packages/crypto/src/keys/vaultKey.ts";
import { asKeyCommitment } from "../../../packages/crypto/src/publicKeys.ts";
import { bytesOf, type Hex } from "../format.ts";

export type RecipientInput =
  | {
      readonly kind: "member";
      readonly user: Hex;
      readonly generation: number;
      readonly identityHead: Hex;
    }
  | {
      readonly kind: "viewer";
      readonly user: Hex;
      readonly device: Hex;
      readonly identityHead: Hex;
    };

export type BoxContextInput =
  | {
      readonly of: "user key";
      readonly user: Hex;
      readonly generation: number;
      readonly previous: Hex;
      readonly recipient: Hex;
      readonly commitment: Hex;
    }
  | {
      readonly of: "vault key";
      readonly vault: Hex;
      readonly epoch: number;
      readonly previous: Hex;
      readonly recipient: RecipientInput;
      readonly commitment: Hex;
    };

const recipientOf = (input: RecipientInput): VaultKeyRecipient => {
  const user = userIds.fromBytes(bytesOf(input.user));
  const identityHead = recordIds.fromBytes(bytesOf(input.identityHead));
  return input.kind === "member"
    ? { kind: "member", user, generation: input.generation, identityHead }
    : { kind: "viewer", user, device: deviceIds.fromBytes(bytesOf(input.device)), identityHead };
};

export const boxContextOf = (input: BoxContextInput): KeyContext => {
  const previous = recordIds.fromBytes(bytesOf(input.previous));
  const commitment = asKeyCommitment(bytesOf(input.commitment));
  return input.of === "user key"
    ? userKeyBoxContext({
        user: userIds.fromBytes(bytesOf(input.user)),
        generation: input.generation,
        previous,
        recipient: deviceIds.fromBytes(bytesOf(input.recipient)),
        commitment,
      })
    : vaultKeyBoxContext({
        vault: vaultIds.fromBytes(bytesOf(input.vault)),
        epoch: input.epoch,
        previous,
        recipient: recipientOf(input.recipient),
        commitment,
      });
};

export type WrapContextInput =
  | {
      readonly of: "user key";
      readonly user: Hex;
      readonly generation: number;
      readonly commitment: Hex;
    }
  | {
      readonly of: "vault key";
      readonly vault: Hex;
      readonly epoch: number;
      readonly commitment: Hex;
    };

export const wrapContextOf = (input: WrapContextInput): KeyContext => {
  const commitment = asKeyCommitment(bytesOf(input.commitment));
  return input.of === "user key"
    ? userKeyWrapContext({
        user: userIds.fromBytes(bytesOf(input.user)),
        generation: input.generation,
        commitment,
      })
    : vaultKeyWrapContext({
        vault: vaultIds.fromBytes(bytesOf(input.vault)),
        epoch: input.epoch,
        commitment,
      });
};
