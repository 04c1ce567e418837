/** Blobs of one chunk byte by byte, and of two chunks by a seed and hashes. */
import {
  type BlobRef,
  chunkCountOf,
  encodeBlobHeader,
} from "../../../packages/crypto/src/blobHeader.ts";
import { sealBlob } from "../../../packages/crypto/src/blob.ts";
import { blobIdOf, chunkHashOf } from "../../../packages/crypto/src/blobHash.ts";
import { vaultIds } from "../../../packages/crypto/src/ids.ts";
import { vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import { padmeByteLength, pad } from "../../../packages/crypto/src/padding.ts";
import { concatBytes } from "../../../packages/crypto/src/bytes/bytes.ts";
import { encode } from "../../../packages/crypto/src/bytes/writer.ts";
import {
  blobChunkCountMax,
  blobChunkPlaintextByteLength,
} from "../../../packages/crypto/src/sizes.ts";
import { seal, sealedBytes } from "../../../packages/crypto/src/seal.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { seededRandomBytes } from "../../../packages/crypto/src/testing/seededRandomBytes.ts";
import { hexOf, jsonOf, type VectorCase, type VectorFile } from "../format.ts";
import type { BlobInput, SealInput } from "../run/blob.ts";
import { filled, flipped, lengthened, replaced, shortened, utf8 } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import { keyInput } from "./envelopes.ts";

const vault = vaultIds.fromBytes(filled(16, 0x91));
const vaultKey = vaultKeyFrom({ vault, epoch: 2 }, secret(filled(32, 0x92)));
const salt = filled(32, 0x93);
const text = utf8("a blob of one chunk");

/** Gives the salt first, then what each nonce is made from. */
const randoms = (...bytes: readonly Uint8Array[]) => {
  const left = [...bytes];
  return { randomBytes: () => left.shift() ?? new Uint8Array() };
};

const small = sealBlob(randoms(salt, filled(24, 0x94)), vaultKey, text);

const smallSeal: SealInput = {
  vaultKey: keyInput(vaultKey),
  content: hexOf(text),
  salt: hexOf(salt),
  nonceRandoms: [hexOf(filled(24, 0x94))],
};

const nonceRandoms = [0x95, 0x96, 0x97].map((byte) => filled(24, byte));

const largeSeal = (byteLength: number, chunkCount: number): SealInput => ({
  ...smallSeal,
  content: { seed: "a large blob", byteLength },
  nonceRandoms: nonceRandoms.slice(0, chunkCount).map(hexOf),
});

const largeContent = (byteLength: number): Uint8Array =>
  seededRandomBytes("a large blob")(byteLength);

/** A little more than one chunk holds; the second has 16 KiB. */
const twoChunks = 524_292;
/** The first two are as long as each other, so that only their seals tell them apart. */
const threeChunks = 1_048_500;

const sealOutput = ({ ref, chunks }: ReturnType<typeof sealBlob>) => ({
  header: hexOf(encodeBlobHeader(ref.header)),
  id: ref.id,
  byteLength: ref.byteLength,
  chunkHashes: chunks.map((chunk) => hexOf(chunkHashOf(chunk))),
  chunkByteLengths: chunks.map((chunk) => chunk.length),
});

const opening = (
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
const fitting = (
  chunks: readonly Uint8Array[],
  change: { readonly ref?: Partial<BlobRef>; readonly key?: typeof vaultKey } = {},
): BlobInput => {
  const header = change.ref?.header ?? small.ref.header;
  const id = blobIdOf(header, chunks.map(chunkHashOf));
  return opening({ ...change, ref: { ...change.ref, id }, chunks });
};

const ofTwo = (chunks: readonly number[], id: "signed" | "fitting"): BlobInput => ({
  operation: "rearrange",
  sealed: largeSeal(twoChunks, 2),
  chunks,
  id,
});

const ofThree = (chunks: readonly number[], id: "signed" | "fitting"): BlobInput => ({
  operation: "rearrange",
  sealed: largeSeal(threeChunks, 3),
  chunks,
  id,
});

const largeGoldens = (
  name: string,
  byteLength: number,
  chunkCount: number,
  rearranged: BlobInput,
): readonly VectorCase<BlobInput>[] => {
  const content = largeContent(byteLength);
  const made = sealBlob(randoms(salt, ...nonceRandoms.slice(0, chunkCount)), vaultKey, content);
  return [
    golden<BlobInput>(
      `${name}, sealed`,
      "the last is shorter, and marked as the last",
      { operation: "seal", ...largeSeal(byteLength, chunkCount) },
      sealOutput(made),
    ),
    golden<BlobInput>(`${name}, opened`, "in their order", rearranged, {
      byteLength,
      contentHash: hexOf(chunkHashOf(content)),
    }),
  ];
};

const sealedEmpty = () => sealBlob(randoms(salt, filled(24, 0x94)), vaultKey, new Uint8Array());

const goldens = (): readonly VectorCase<BlobInput>[] => [
  golden<BlobInput>(
    "a header",
    "66 bytes in front of every chunk's seal",
    { operation: "header", header: hexOf(encodeBlobHeader(small.ref.header)) },
    jsonOf(small.ref.header),
  ),
  golden<BlobInput>(
    "one chunk, sealed",
    "padded like any content",
    { operation: "seal", ...smallSeal },
    sealOutput(small),
  ),
  golden<BlobInput>("one chunk, opened", "the way back", opening(), { content: hexOf(text) }),
  golden<BlobInput>(
    "an empty content, sealed",
    "one chunk of padding",
    { operation: "seal", ...smallSeal, content: "" },
    sealOutput(sealedEmpty()),
  ),
  ...largeGoldens("two chunks", twoChunks, 2, ofTwo([0, 1], "signed")),
  ...largeGoldens("three chunks", threeChunks, 3, ofThree([0, 1, 2], "signed")),
];

const headerFault = (
  name: string,
  why: string,
  header: Uint8Array,
  expect = "Malformed",
): VectorCase<BlobInput> =>
  fault<BlobInput>(
    expect,
    name,
    why,
    { operation: "header", header: hexOf(header) },
    {
      stage: "decode",
    },
  );

/** Offsets in a header. */
const at = { epoch: 18, chunkCount: 54, padded: 58 };

const headerFaults = (): readonly VectorCase<BlobInput>[] => {
  const header = encodeBlobHeader(small.ref.header);
  const u32 = (value: number) => [...encode((to) => to.u32(value))];
  const oversized = padmeByteLength(blobChunkCountMax * blobChunkPlaintextByteLength + 1);
  return [
    headerFault("version 2", "no verdict", replaced(header, 0, [2]), "VersionUnsupported"),
    headerFault("suite 2", "no verdict", replaced(header, 1, [2]), "VersionUnsupported"),
    headerFault("epoch 0", "an epoch is from 1", replaced(header, at.epoch, [0])),
    headerFault("no chunks", "a content has one or more", replaced(header, at.chunkCount, [0])),
    headerFault(
      "a chunk too many",
      "the length says how many",
      replaced(header, at.chunkCount, [2]),
    ),
    headerFault(
      "more chunks than a blob has",
      "at most 16,384",
      replaced(header, at.chunkCount, [
        ...u32(chunkCountOf(oversized)),
        ...u32(oversized % 2 ** 32),
        ...u32(Math.floor(oversized / 2 ** 32)),
      ]),
    ),
    headerFault(
      "a length that no padding has",
      "a content has one padded form",
      replaced(header, at.padded, u32(257)),
    ),
    headerFault(
      "a length of 2^53",
      "numbers are below 2^53",
      replaced(header, at.padded, [...u32(0), ...u32(0x20_0000)]),
    ),
    headerFault("a header cut short", "66 bytes", shortened(header)),
    headerFault("a byte behind a header", "nothing is left over", lengthened(header)),
    headerFault("no bytes", "66 bytes", new Uint8Array()),
  ];
};

/** A chunk whose padded content is any bytes. */
const chunkOf = (padded: Uint8Array): Uint8Array => {
  const head = concatBytes(encodeBlobHeader(small.ref.header), new Uint8Array(4), Uint8Array.of(1));
  const surroundings = { head, clear: new Uint8Array() };
  return sealedBytes(seal(randoms(filled(24, 0x97)), vaultKey.blobs, surroundings, padded));
};

const openFaults = (): readonly VectorCase<BlobInput>[] => {
  const [chunk] = small.chunks;
  if (chunk === undefined) throw new RangeError("a blob has a chunk");
  const refused = (expect: string, name: string, why: string, input: BlobInput) =>
    fault<BlobInput>(expect, name, why, input, { stage: "open" });
  const other = sealBlob(randoms(filled(32, 0x98), filled(24, 0x94)), vaultKey, text);
  const key = vaultKey.key.reveal();
  const padded = pad(text);
  const { header } = small.ref;
  return [
    refused(
      "BlobIdMismatch",
      "a chunk with a bit flipped",
      "the id hashes every chunk",
      opening({ chunks: [flipped(chunk, -1)] }),
    ),
    refused(
      "BlobIdMismatch",
      "another header",
      "the id hashes the header",
      opening({ ref: { header: { ...header, salt: filled(32, 0x99) } } }),
    ),
    refused(
      "BlobIdMismatch",
      "an exchanged blob",
      "a signed envelope names the id",
      opening({ chunks: other.chunks, ref: { header: other.ref.header } }),
    ),
    refused("ChunkMissing", "no chunk", "the header says how many", opening({ chunks: [] })),
    refused(
      "ChunkMissing",
      "a chunk too many",
      "the header says how many",
      opening({ chunks: [chunk, chunk] }),
    ),
    ...rearrangements(),
    refused(
      "CommitmentMismatch",
      "a chunk of another blob, with an id that fits",
      "a chunk is sealed under its own header",
      fitting(other.chunks),
    ),
    refused(
      "CommitmentMismatch",
      "a commitment with a bit flipped, with an id that fits",
      "compared before anything is decrypted",
      fitting([flipped(chunk, 24)]),
    ),
    refused(
      "CommitmentMismatch",
      "a nonce with a bit flipped, with an id that fits",
      "the key of a chunk depends on its nonce",
      fitting([flipped(chunk, 0)]),
    ),
    refused(
      "SealBroken",
      "a ciphertext with a bit flipped, with an id that fits",
      "the tag does not fit",
      fitting([flipped(chunk, 56)]),
    ),
    refused(
      "Malformed",
      "a chunk cut short, with an id that fits",
      "the header says how long it is",
      fitting([shortened(chunk)]),
    ),
    refused(
      "WrongBlobKey",
      "the key of another epoch",
      "ours to mend",
      opening({ key: vaultKeyFrom({ vault, epoch: 3 }, secret(key)) }),
    ),
    refused(
      "WrongBlobKey",
      "the key of another vault",
      "ours to mend",
      opening({
        key: vaultKeyFrom({ vault: vaultIds.fromBytes(filled(16, 0x9a)), epoch: 2 }, secret(key)),
      }),
    ),
    refused(
      "CommitmentMismatch",
      "other bytes under that vault and epoch",
      "refused before anything is decrypted",
      opening({ key: vaultKeyFrom({ vault, epoch: 2 }, secret(flipped(key, 0))) }),
    ),
    refused(
      "Malformed",
      "a content's length other than the one inside",
      "envelope and chunk say the same",
      opening({ ref: { byteLength: text.length + 1 } }),
    ),
    refused(
      "Malformed",
      "a content's length of another padding",
      "a content has one padded form",
      opening({ ref: { byteLength: 300 } }),
    ),
    refused(
      "Malformed",
      "a padding that is not zeros",
      "zeros behind the content",
      fitting([chunkOf(flipped(padded, -1))]),
    ),
  ];
};

const rearrangements = (): readonly VectorCase<BlobInput>[] => {
  const refused = (expect: string, name: string, why: string, input: BlobInput) =>
    fault<BlobInput>(expect, name, why, input, { stage: "open" });
  const missing = (name: string, input: BlobInput) =>
    refused("ChunkMissing", name, "the header says how many", input);
  const mismatch = (name: string, input: BlobInput) =>
    refused("BlobIdMismatch", name, "the id hashes every chunk in its order", input);
  const sealedElsewhere = (name: string, input: BlobInput) =>
    refused("CommitmentMismatch", name, "a chunk is sealed under its index", input);
  return [
    missing("the last of two chunks missing", ofTwo([0], "signed")),
    missing("the first of two chunks missing", ofTwo([1], "signed")),
    missing("a chunk repeated behind the last", ofTwo([0, 1, 1], "signed")),
    missing("a missing chunk, with an id that fits", ofThree([0, 2], "fitting")),
    mismatch("two chunks swapped", ofTwo([1, 0], "signed")),
    mismatch("the first chunk in the place of the second", ofThree([0, 0, 2], "signed")),
    sealedElsewhere("two chunks swapped, with an id that fits", ofThree([1, 0, 2], "fitting")),
    sealedElsewhere("a chunk repeated, with an id that fits", ofThree([0, 0, 2], "fitting")),
    refused(
      "Malformed",
      "the last chunk in the place of the first, with an id that fits",
      "the header says how long each is",
      ofTwo([1, 1], "fitting"),
    ),
  ];
};

export const makeBlob = (): VectorFile<BlobInput> => ({
  layer: "blob",
  about:
    "Blobs (docs/crypto.md §6): headers, sealing and opening. A large content is given by a seed, its chunks by their hashes; it is opened again by sealing it the same way. The output of a large content is its length and the chunk hash of all of it.",
  cases: [...goldens(), ...headerFaults(), ...openFaults()],
});
