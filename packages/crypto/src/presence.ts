/**
 * Presence: where somebody is, sealed and signed, never stored. A counter stops a relay from playing
 * an old one again. docs/crypto.md §8.
 */
import { concatBytes } from "./bytes/bytes.ts";
import { decode, type Malformed } from "./bytes/reader.ts";
import { encode } from "./bytes/writer.ts";
import type { BadSignature } from "./envelope/envelope.ts";
import { type ChainId, chainIds, type VaultId, vaultIds } from "./ids.ts";
import type { VaultKey } from "./keys/vaultKey.ts";
import { labels } from "./labels.ts";
import { unpad, withPadded } from "./padding.ts";
import { readSignature, type Signature, type SignPublicKey } from "./publicKeys.ts";
import type { RandomBytes } from "./random.ts";
import { assert, err, ok, type Result } from "./result.ts";
import {
  type CommitmentMismatch,
  open,
  seal,
  type SealBroken,
  sealedByteLength,
  sealedBytes,
  splitSealed,
} from "./seal.ts";
import { isSignedBy, sign, type SignSecretKey } from "./sign.ts";
import { presenceByteLengthMax, sealedPresenceByteLengthMax } from "./sizes.ts";
import { readVersion, unsupported, type VersionUnsupported, writeVersion } from "./version.ts";

/** Whose it is, and which of theirs: strictly rising within a chain. */
export interface PresenceHead {
  readonly chain: ChainId;
  readonly count: number;
  readonly epoch: number;
}

export interface Presence extends PresenceHead {
  /** Nonce, commitment, ciphertext. */
  readonly sealed: Uint8Array;
  readonly signature: Signature;
}

const prefixBytes = (head: PresenceHead): Uint8Array =>
  encode((to) => {
    writeVersion(to);
    chainIds.write(to, head.chain);
    to.u64(head.count);
    to.u32(head.epoch);
  });

const noClear = new Uint8Array();

const signedParts = (vault: VaultId, presence: Omit<Presence, "signature">): Uint8Array[] => [
  vaultIds.toBytes(vault),
  prefixBytes(presence),
  presence.sealed,
];

export const sealPresence = (
  deps: { readonly randomBytes: RandomBytes },
  keys: { readonly vaultKey: VaultKey; readonly signSecret: SignSecretKey },
  place: Pick<PresenceHead, "chain" | "count">,
  plaintext: Uint8Array,
): Uint8Array => {
  const { vaultKey, signSecret } = keys;
  assert(plaintext.length <= presenceByteLengthMax, "a document is no presence");
  const head = { ...place, epoch: vaultKey.epoch };
  const prefix = prefixBytes(head);
  const sealed = sealedBytes(
    withPadded(plaintext, (padded) =>
      seal(deps, vaultKey.presence, { head: prefix, clear: noClear }, padded),
    ),
  );
  const parts = signedParts(vaultKey.vault, { ...head, sealed });
  const signature = sign(signSecret, labels.signPresence, ...parts);
  return concatBytes(prefix, signature, sealed);
};

export const decodePresence = (
  bytes: Uint8Array,
): Result<Presence, Malformed | VersionUnsupported> => {
  const newer = unsupported("presence", bytes);
  if (newer) return err(newer);
  return decode({ what: "presence", byteLengthMax: sealedPresenceByteLengthMax }, bytes, (from) => {
    readVersion(from);
    const chain = chainIds.read(from);
    const count = from.u64();
    const epoch = from.u32();
    const signature = readSignature(from);
    const sealed = from.rest(sealedPresenceByteLengthMax);
    if (sealed.length < sealedByteLength(0)) from.refuse("a seal", `${sealed.length} bytes`);
    return { chain, count, epoch, signature, sealed };
  });
};

interface WrongPresenceKey {
  readonly type: "WrongVaultKey";
  readonly expected: { readonly epoch: number };
  readonly got: { readonly epoch: number };
}

/** An old one, played again, or out of order: nothing to report, nothing to show. */
export interface PresenceReplayed {
  readonly type: "PresenceReplayed";
  readonly have: number;
  readonly got: number;
}

export type PresenceError =
  WrongPresenceKey | PresenceReplayed | BadSignature | CommitmentMismatch | SealBroken | Malformed;

export const openPresence = (
  vaultKey: VaultKey,
  presence: Presence,
  author: { readonly signKey: SignPublicKey; readonly countSeen: number },
): Result<Uint8Array, PresenceError> => {
  if (presence.epoch !== vaultKey.epoch)
    return err({
      type: "WrongVaultKey",
      expected: { epoch: presence.epoch },
      got: { epoch: vaultKey.epoch },
    });
  if (presence.count <= author.countSeen)
    return err({ type: "PresenceReplayed", have: author.countSeen, got: presence.count });
  const parts = signedParts(vaultKey.vault, presence);
  if (!isSignedBy(author.signKey, presence.signature, labels.signPresence, ...parts))
    return err({
      type: "BadSignature",
      what: "presence",
      of: presence.chain,
      at: presence.count,
    });
  const padded = open(
    vaultKey.presence,
    { head: prefixBytes(presence), clear: noClear },
    splitSealed(presence.sealed),
  );
  if (!padded.ok) return padded;
  const plaintext = unpad(padded.value);
  return plaintext.ok ? ok(plaintext.value) : plaintext;
};
