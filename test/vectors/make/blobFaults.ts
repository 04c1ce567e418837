/** One fault for each thing that can be wrong with a blob. */
import { sealBlob } from "../../../packages/crypto/src/blob.ts";
import { chunkCountOf, encodeBlobHeader } from "../../../packages/crypto/src/blobHeader.ts";
import { concatBytes } from "../../../packages/crypto/src/bytes/bytes.ts";
import { encode } from "../../../packages/crypto/src/bytes/writer.ts";
import { vaultIds } from "../../../packages/crypto/src/ids.ts";
import { vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import { pad, padmeByteLength } from "../../../packages/crypto/src/padding.ts";
import { seal, sealedBytes } from "../../../packages/crypto/src/seal.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import {
  blobChunkCountMax,
  blobChunkPlaintextByteLength,
} from "../../../packages/crypto/src/sizes.ts";
import { hexOf, type VectorCase } from "../format.ts";
import type { BlobInput } from "../run/blob.ts";
import {
  fitting,
  ofThree,
  ofTwo,
  opening,
  randoms,
  small,
  text,
  vault,
  vaultKey,
} from "./blobs.ts";
import { filled, flipped, lengthened, replaced, shortened } from "./bytes.ts";
import { fault } from "./cases.ts";

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
    headerFault(
      "a count of no chunks",
      "a content has one or more",
      replaced(header, at.chunkCount, [0]),
    ),
    headerFault(
      "a count of a chunk too many",
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

export const blobFaults = (): readonly VectorCase<BlobInput>[] => [
  ...headerFaults(),
  ...openFaults(),
];
