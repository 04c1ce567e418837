/** PADMÉ: docs/crypto.md §5. */
import { pad, paddedByteLength, unpad } from "../../../packages/crypto/src/padding.ts";
import { type Bytes, bytesOf, hexOf, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";

export type PaddingInput =
  | { readonly operation: "length"; readonly contentByteLength: number }
  | { readonly operation: "pad"; readonly content: Bytes }
  | { readonly operation: "unpad"; readonly padded: Bytes };

export const runPadding = (input: PaddingInput): Ran => {
  switch (input.operation) {
    case "length":
      return accepted({ paddedByteLength: paddedByteLength(input.contentByteLength) });
    case "pad":
      return accepted({ padded: hexOf(pad(bytesOf(input.content))) });
    case "unpad": {
      const content = unpad(bytesOf(input.padded));
      return content.ok ? accepted({ content: hexOf(content.value) }) : refused(content.error);
    }
  }
};
