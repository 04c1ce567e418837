/** Lengths around every step, and paddings that nobody may write. */
import { pad, paddedByteLength } from "../../../packages/crypto/src/padding.ts";
import { type Bytes, hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { PaddingInput } from "../run/padding.ts";
import { filled, replaced, utf8 } from "./bytes.ts";
import { fault, golden } from "./cases.ts";

/** The first and the last of a step, round numbers, and the largest content of a body and a blob. */
const lengths = [
  0, 1, 247, 248, 249, 256, 264, 265, 504, 505, 1_000, 1_016, 1_017, 1_048, 1_049, 65_528, 65_529,
  100_000, 1_048_568, 1_048_569, 1_048_576, 2_147_483_648, 8_000_000_000,
];

const lengthCase = (contentByteLength: number): VectorCase<PaddingInput> =>
  golden<PaddingInput>(
    `the length of ${contentByteLength} bytes, padded`,
    "a length keeps its leading bits only",
    { operation: "length", contentByteLength },
    { paddedByteLength: paddedByteLength(contentByteLength) },
  );

const contents: readonly (readonly [name: string, content: Uint8Array])[] = [
  ["nothing", new Uint8Array()],
  ["three bytes", utf8("abc")],
  ["248 bytes, which just fit,", filled(248, 0x61)],
  ["249 bytes", filled(249, 0x61)],
];

const contentCases = ([name, content]: (typeof contents)[number]) => [
  golden<PaddingInput>(
    `${name} padded`,
    "the length in front, zeros behind",
    { operation: "pad", content: hexOf(content) },
    { padded: hexOf(pad(content)) },
  ),
  golden<PaddingInput>(
    `${name} unpadded`,
    "the way back",
    { operation: "unpad", padded: hexOf(pad(content)) },
    { content: hexOf(content) },
  ),
];

const wrong = (name: string, why: string, padded: Bytes): VectorCase<PaddingInput> =>
  fault<PaddingInput>("Malformed", name, why, { operation: "unpad", padded });

const faults = (): readonly VectorCase<PaddingInput>[] => {
  const abc = pad(utf8("abc"));
  return [
    wrong("no bytes", "the length in front has eight", ""),
    wrong("seven bytes", "the length in front has eight", "00000000000000"),
    wrong("a step below the smallest", "nothing is shorter than 256", { hex: "03", zeros: 254 }),
    wrong("a step too large", "a content has one padded form", { hex: "03", zeros: 271 }),
    wrong("one byte behind the step", "a content has one padded form", { hex: "03", zeros: 256 }),
    wrong(
      "a content that another step is for",
      "249 bytes are padded further",
      hexOf(replaced(abc, 0, [249])),
    ),
    wrong("a content longer than what is there", "256 bytes hold no 257", {
      hex: "0101",
      zeros: 254,
    }),
    wrong(
      "a length of 2^53",
      "numbers are below 2^53",
      hexOf(replaced(abc, 0, [0, 0, 0, 0, 0, 0, 0x20, 0])),
    ),
    wrong("a last byte that is not zero", "zeros behind", hexOf(replaced(abc, 255, [1]))),
    wrong(
      "a byte behind the content that is not zero",
      "zeros behind",
      hexOf(replaced(abc, 11, [1])),
    ),
  ];
};

export const makePadding = (): VectorFile<PaddingInput> => ({
  layer: "padding",
  about:
    "PADMÉ (docs/crypto.md §5): lengths, contents padded and unpadded, and paddings that are refused.",
  cases: [...lengths.map(lengthCase), ...contents.flatMap(contentCases), ...faults()],
});
