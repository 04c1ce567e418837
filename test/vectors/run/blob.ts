/** Blobs: docs/crypto.md §6. */
import { openBlob, sealBlob } from "../../../packages/crypto/src/blob.ts";
import { blobIdOf, chunkHashOf } from "../../../packages/crypto/src/blobHash.ts";
import {
  type BlobRef,
  decodeBlobHeader,
  encodeBlobHeader,
} from "../../../packages/crypto/src/blobHeader.ts";
import { blobIds } from "../../../packages/crypto/src/ids.ts";
import type { VaultKey } from "../../../packages/crypto/src/keys/vaultKey.ts";
import { seededRandomBytes } from "../../../packages/crypto/src/testing/seededRandomBytes.ts";
import { bytesOf, type Hex, hexOf, type Json, jsonOf, type Ran } from "../format.ts";
import { type VaultKeyInput, vaultKeyOf } from "./keys.ts";
import { accepted, refused } from "./ran.ts";

/** Large contents are the first bytes of a stream: README.md says how it is made. */
export type ContentInput = Hex | { readonly seed: string; readonly byteLength: number };

export interface SealInput {
  readonly vaultKey: VaultKeyInput;
  readonly content: ContentInput;
  /** 32 random bytes of the header. */
  readonly salt: Hex;
  /** 24 random bytes for each chunk's nonce. */
  readonly nonceRandoms: readonly Hex[];
}

export type BlobInput =
  | { readonly operation: "header"; readonly header: Hex }
  | ({ readonly operation: "seal" } & SealInput)
  | {
      readonly operation: "open";
      readonly vaultKey: VaultKeyInput;
      readonly id: Hex;
      readonly header: Hex;
      readonly byteLength: number;
      readonly chunks: readonly Hex[];
    }
  | {
      /** Seal a blob, then open chunks of it in another order. */
      readonly operation: "rearrange";
      readonly sealed: SealInput;
      readonly chunks: readonly number[];
      /** "signed": the id of the blob as it was sealed; "fitting": the one of these very chunks. */
      readonly id: "signed" | "fitting";
    };

const contentOf = (content: ContentInput): Uint8Array =>
  typeof content === "string"
    ? bytesOf(content)
    : seededRandomBytes(content.seed)(content.byteLength);

const sealed = ({ vaultKey, content, salt, nonceRandoms }: SealInput) => {
  const randoms = [salt, ...nonceRandoms].map(bytesOf);
  const randomBytes = (byteLength: number): Uint8Array => {
    const next = randoms.shift();
    if (next?.length !== byteLength) throw new RangeError("the input has the randomness needed");
    return next;
  };
  const key = vaultKeyOf(vaultKey);
  return { key, ...sealBlob({ randomBytes }, key, contentOf(content)) };
};

const described = (content: Uint8Array): Json =>
  content.length <= 1_024
    ? { content: hexOf(content) }
    : { byteLength: content.length, contentHash: hexOf(chunkHashOf(content)) };

const opened = (key: VaultKey, ref: BlobRef, chunks: readonly Uint8Array[]): Ran => {
  const content = openBlob(key, ref, chunks);
  return content.ok ? accepted(described(content.value)) : refused(content.error, "open");
};

export const runBlob = (input: BlobInput): Ran => {
  switch (input.operation) {
    case "header": {
      const header = decodeBlobHeader(bytesOf(input.header));
      return header.ok ? accepted(jsonOf(header.value)) : refused(header.error, "decode");
    }
    case "seal": {
      const { ref, chunks } = sealed(input);
      return accepted({
        header: hexOf(encodeBlobHeader(ref.header)),
        id: ref.id,
        byteLength: ref.byteLength,
        chunkHashes: chunks.map((chunk) => hexOf(chunkHashOf(chunk))),
        chunkByteLengths: chunks.map((chunk) => chunk.length),
      });
    }
    case "open": {
      const header = decodeBlobHeader(bytesOf(input.header));
      if (!header.ok) return refused(header.error, "decode");
      const { byteLength } = input;
      const ref = { id: blobIds.fromBytes(bytesOf(input.id)), header: header.value, byteLength };
      return opened(vaultKeyOf(input.vaultKey), ref, input.chunks.map(bytesOf));
    }
    case "rearrange": {
      const { key, ref, chunks } = sealed(input.sealed);
      const given = input.chunks.flatMap((index) => chunks[index] ?? []);
      const id = input.id === "signed" ? ref.id : blobIdOf(ref.header, given.map(chunkHashOf));
      return opened(key, { ...ref, id }, given);
    }
  }
};
