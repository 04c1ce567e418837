/** One small blob byte by byte, two large ones by a seed, and the ways to open them. */
import { sealBlob } from "../../../packages/crypto/src/blob.ts";
import { blobIdOf, chunkHashOf } from "../../../packages/crypto/src/blobHash.ts";
import { type BlobRef, encodeBlobHeader } from "../../../packages/crypto/src/blobHeader.ts";
import { vaultIds } from "../../../packages/crypto/src/ids.ts";
import { vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { seededRandomBytes } from "../../../packages/crypto/src/testing/seededRandomBytes.ts";
import { hexOf } from "../format.ts";
import type { BlobInput, SealInput } from "../run/blob.ts";
import { filled, utf8 } from "./bytes.ts";
import { keyInput } from "./envelopes.ts";

export const vault = vaultIds.fromBytes(filled(16, 0x91));
export const vaultKey = vaultKeyFrom({ vault, epoch: 2 }, secret(filled(32, 0x92)));
export const salt = filled(32, 0x93);
export const text = utf8("a blob of one chunk");

/** Gives the salt first, then what each nonce is made from. */
export const randoms = (...bytes: readonly Uint8Array[]) => {
  const left = [...bytes];
  return { randomBytes: () => left.shift() ?? new Uint8Array() };
};

export const small = sealBlob(randoms(salt, filled(24, 0x94)), vaultKey, text);

export const smallSeal: SealInput = {
  vaultKey: keyInput(vaultKey),
  content: hexOf(text),
  salt: hexOf(salt),
  nonceRandoms: [hexOf(filled(24, 0x94))],
};

export const nonceRandoms = [0x95, 0x96, 0x97].map((byte) => filled(24, byte));

export const largeSeal = (byteLength: number, chunkCount: number): SealInput => ({
  ...smallSeal,
  content: { seed: "a large blob", byteLength },
  nonceRandoms: nonceRandoms.slice(0, chunkCount).map(hexOf),
});

export const largeContent = (byteLength: number): Uint8Array =>
  seededRandomBytes("a large blob")(byteLength);

/** A little more than one chunk holds; the second has 16 KiB. */
export const twoChunks = 524_292;
/** The first two are as long as each other, so that only their seals tell them apart. */
export const threeChunks = 1_048_500;

export const sealOutput = ({ ref, chunks }: ReturnType<typeof sealBlob>) => ({
  header: hexOf(encodeBlobHeader(ref.header)),
  id: ref.id,
  byteLength: ref.byteLength,
  chunkHashes: chunks.map((chunk) => hexOf(chunkHashOf(chunk))),
  chunkByteLengths: chunks.map((chunk) => chunk.length),
});

export const opening = (
  change: {
    readonly ref?: Partial<BlobRef>;
    readonly chunks?: readonly Uint8Array[];
    readonly key?: typeof vaultKey;
  } = {},
): BlobInput => {
  const ref = { ...small.ref, ...change.ref };
  return {
    operation: "open",
    vaultKey: keyInput(change.key ?? vaultKey),
    id: ref.id,
    header: hexOf(encodeBlobHeader(ref.header)),
    byteLength: ref.byteLength,
    chunks: (change.chunks ?? small.chunks).map(hexOf),
  };
};

/** With the id that these chunks give, as a lying author would sign it. */
export const fitting = (
  chunks: readonly Uint8Array[],
  change: { readonly ref?: Partial<BlobRef>; readonly key?: typeof vaultKey } = {},
): BlobInput => {
  const header = change.ref?.header ?? small.ref.header;
  const id = blobIdOf(header, chunks.map(chunkHashOf));
  return opening({ ...change, ref: { ...change.ref, id }, chunks });
};

export const ofTwo = (chunks: readonly number[], id: "signed" | "fitting"): BlobInput => ({
  operation: "rearrange",
  sealed: largeSeal(twoChunks, 2),
  chunks,
  id,
});

export const ofThree = (chunks: readonly number[], id: "signed" | "fitting"): BlobInput => ({
  operation: "rearrange",
  sealed: largeSeal(threeChunks, 3),
  chunks,
  id,
});
