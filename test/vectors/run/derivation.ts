/** Labelled hashing and derivation: docs/crypto.md §2. */
import {
  derive24,
  derive32,
  derivePair,
  framed,
  hash16,
  hash32,
} from "../../../packages/crypto/src/hash.ts";
import type { Label } from "../../../packages/crypto/src/labels.ts";
import { type Bytes, bytesOf, type Hex, hexOf, type Json, type Ran } from "../format.ts";
import { accepted } from "./ran.ts";

export type DerivationInput = { readonly label: Label; readonly parts: readonly Bytes[] } & (
  | { readonly operation: "framed" | "hash32" | "hash16" }
  | { readonly operation: "derive32" | "derive24" | "derivePair"; readonly key: Hex }
);

const outputOf = (input: DerivationInput): Json => {
  const { label } = input;
  const parts = input.parts.map(bytesOf);
  switch (input.operation) {
    case "framed":
      return { bytes: hexOf(framed(label, parts)) };
    case "hash32":
      return { bytes: hexOf(hash32(label, ...parts)) };
    case "hash16":
      return { bytes: hexOf(hash16(label, ...parts)) };
    case "derive32":
      return { bytes: hexOf(derive32(bytesOf(input.key), label, ...parts)) };
    case "derive24":
      return { bytes: hexOf(derive24(bytesOf(input.key), label, ...parts)) };
    case "derivePair": {
      const { first, second } = derivePair(bytesOf(input.key), label, ...parts);
      return { first: hexOf(first), second: hexOf(second) };
    }
  }
};

export const runDerivation = (input: DerivationInput): Ran => accepted(outputOf(input));
