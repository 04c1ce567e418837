/** What else a device or a relay signs: docs/crypto.md §8. */
import {
  type BlobDrop,
  isBlobDropBy,
  signBlobDrop,
} from "../../../packages/crypto/src/blobDrop.ts";
import {
  blobIds,
  deviceIds,
  envelopeIds,
  relayGenerations,
  vaultIds,
} from "../../../packages/crypto/src/ids.ts";
import { deviceKeysFromSeed } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import { isLoginBy, type LoginClaim, signLogin } from "../../../packages/crypto/src/login.ts";
import { asSignature, asSignPublicKey } from "../../../packages/crypto/src/publicKeys.ts";
import { relayKeysFromSeed, signReceipt } from "../../../packages/crypto/src/receipt.ts";
import { isReceiptBy, type ReceiptClaim } from "../../../packages/crypto/src/receiptClaim.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { bytesOf, type Hex, hexOf, type Ran } from "../format.ts";
import { accepted } from "./ran.ts";

interface Signed {
  readonly signature: Hex;
  /** Whose key verifies. */
  readonly deviceSeed: Hex;
}

/** These checks answer yes or no; the output of a yes is what the seed itself signs. */
const answer = (holds: boolean, signature: Uint8Array): Ran =>
  holds ? accepted({ signature: hexOf(signature) }) : { outcome: "refused" };

const deviceOf = ({ deviceSeed }: Signed) => deviceKeysFromSeed(secret(bytesOf(deviceSeed)));

export interface LoginInput extends Signed {
  readonly relayHost: string;
  readonly relayKey: Hex;
  readonly relayNonce: Hex;
  readonly device: Hex;
  readonly nowMs: number;
}

export const runLogin = (input: LoginInput): Ran => {
  const { signKey, signSecret } = deviceOf(input);
  const claim: LoginClaim = {
    relayHost: input.relayHost,
    relayKey: asSignPublicKey(bytesOf(input.relayKey)),
    relayNonce: bytesOf(input.relayNonce),
    device: deviceIds.fromBytes(bytesOf(input.device)),
    nowMs: input.nowMs,
  };
  const signature = asSignature(bytesOf(input.signature));
  return answer(isLoginBy(signKey, claim, signature), signLogin(signSecret, claim));
};

export interface ReceiptInput {
  readonly signature: Hex;
  /** Ed25519 seed of the relay. */
  readonly relaySeed: Hex;
  readonly vault: Hex;
  readonly generation: Hex;
  readonly firstPosition: number;
  readonly envelopes: readonly Hex[];
  readonly nowMs: number;
}

export const runReceipt = (input: ReceiptInput): Ran => {
  const keys = relayKeysFromSeed(secret(bytesOf(input.relaySeed)));
  const claim: ReceiptClaim = {
    vault: vaultIds.fromBytes(bytesOf(input.vault)),
    generation: relayGenerations.fromBytes(bytesOf(input.generation)),
    firstPosition: input.firstPosition,
    envelopes: input.envelopes.map((id) => envelopeIds.fromBytes(bytesOf(id))),
    nowMs: input.nowMs,
  };
  const signature = asSignature(bytesOf(input.signature));
  return answer(isReceiptBy(keys.signKey, claim, signature), signReceipt(keys, claim));
};

export interface BlobDropInput extends Signed {
  readonly vault: Hex;
  readonly blob: Hex;
  readonly device: Hex;
  readonly nowMs: number;
}

export const runBlobDrop = (input: BlobDropInput): Ran => {
  const { signKey, signSecret } = deviceOf(input);
  const drop: BlobDrop = {
    vault: vaultIds.fromBytes(bytesOf(input.vault)),
    blob: blobIds.fromBytes(bytesOf(input.blob)),
    device: deviceIds.fromBytes(bytesOf(input.device)),
    nowMs: input.nowMs,
  };
  const signature = asSignature(bytesOf(input.signature));
  return answer(isBlobDropBy(signKey, drop, signature), signBlobDrop(signSecret, drop));
};
