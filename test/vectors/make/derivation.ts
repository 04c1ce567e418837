/** Every label once, and every shape that parts can have. */
import {
  derive24,
  derive32,
  derivePair,
  framed,
  hash16,
  hash32,
} from "../../../packages/crypto/src/hash.ts";
import { type Label, labels } from "../../../packages/crypto/src/labels.ts";
import {
  type Bytes,
  bytesOf,
  hexOf,
  type Json,
  type VectorCase,
  type VectorFile,
} from "../format.ts";
import type { DerivationInput } from "../run/derivation.ts";
import { filled, utf8 } from "./bytes.ts";
import { golden } from "./cases.ts";

const key = filled(32, 0x11);

const bytes = (made: Uint8Array): Json => ({ bytes: hexOf(made) });

const shapes: readonly (readonly [name: string, why: string, parts: readonly Bytes[]])[] = [
  ["no parts", "the label alone is an input", []],
  ["one empty part", "an empty part still has its length in front", [""]],
  ["one part", "label, length, bytes", [hexOf(utf8("abc"))]],
  ["two parts", "each part has its own length", [hexOf(utf8("ab")), hexOf(utf8("c"))]],
  ["two parts, cut elsewhere", "the same bytes cut elsewhere are another input", ["61", "6263"]],
  ["an empty part between", "empty parts count", ["61", "", "62"]],
  ["a part of 300 bytes", "the length is four bytes, low byte first", [{ hex: "", zeros: 300 }]],
  [
    "a part of 70,000 bytes",
    "how an implementation streams its input changes nothing",
    ["61", { hex: "01", zeros: 69_999 }, "62"],
  ],
];

/** The longest input frames to bytes that nobody needs to read. */
const framedShapes = shapes.slice(0, -1);

const shapeCases: readonly VectorCase<DerivationInput>[] = [
  ...framedShapes.map(([name, why, parts]) =>
    golden<DerivationInput>(
      `framed: ${name}`,
      why,
      { operation: "framed", label: labels.bodyHash, parts },
      bytes(framed(labels.bodyHash, parts.map(bytesOf))),
    ),
  ),
  ...shapes.map(([name, why, parts]) =>
    golden<DerivationInput>(
      `hash32: ${name}`,
      why,
      { operation: "hash32", label: labels.bodyHash, parts },
      bytes(hash32(labels.bodyHash, ...parts.map(bytesOf))),
    ),
  ),
  ...shapes.map(([name, why, parts]) =>
    golden<DerivationInput>(
      `derive32: ${name}`,
      why,
      { operation: "derive32", key: hexOf(key), label: labels.messageKey, parts },
      bytes(derive32(key, labels.messageKey, ...parts.map(bytesOf))),
    ),
  ),
];

const lengthCases = (): readonly VectorCase<DerivationInput>[] => {
  const parts = [hexOf(utf8("abc"))];
  const raw = parts.map(bytesOf);
  const { first, second } = derivePair(key, labels.messageKey, ...raw);
  const why = "an output's length is a parameter of BLAKE2b: none is the beginning of another";
  return [
    golden<DerivationInput>(
      "hash16",
      why,
      { operation: "hash16", label: labels.deviceId, parts },
      bytes(hash16(labels.deviceId, ...raw)),
    ),
    golden<DerivationInput>(
      "derive24",
      why,
      { operation: "derive24", key: hexOf(key), label: labels.messageKey, parts },
      bytes(derive24(key, labels.messageKey, ...raw)),
    ),
    golden<DerivationInput>(
      "derivePair",
      why,
      { operation: "derivePair", key: hexOf(key), label: labels.messageKey, parts },
      { first: hexOf(first), second: hexOf(second) },
    ),
  ];
};

const labelCase = (label: Label): VectorCase<DerivationInput> =>
  golden<DerivationInput>(
    `label ${label}`,
    "the same key and part under each label",
    { operation: "derive32", key: hexOf(key), label, parts: ["00"] },
    bytes(derive32(key, label, new Uint8Array(1))),
  );

export const makeDerivation = (): VectorFile<DerivationInput> => ({
  layer: "derivation",
  about:
    "Framing, BLAKE2b hashing and keyed derivation (docs/crypto.md §2). Nothing here can be refused.",
  cases: [...shapeCases, ...lengthCases(), ...Object.values(labels).map(labelCase)],
});
