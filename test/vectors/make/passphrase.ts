/** Argon2id at the lowest parameters that are accepted, and the bounds around them. */
import { stretchBounds, stretchPassphrase } from "../../../packages/crypto/src/passphrase.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { must } from "../../../packages/crypto/src/testing/people.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { PassphraseInput } from "../run/passphrase.ts";
import { filled } from "./bytes.ts";
import { fault, golden } from "./cases.ts";

const { opsLimitMin, opsLimitMax, memoryByteLengthMin, memoryByteLengthMax } = stretchBounds;

/** Composed and decomposed, one passphrase to whoever types it. */
const composed = "Übergröße ﬁn";
const decomposed = composed.normalize("NFKD");

const input: PassphraseInput = {
  passphrase: composed,
  salt: hexOf(filled(16, 0xf1)),
  opsLimit: opsLimitMin,
  memoryByteLength: memoryByteLengthMin,
};

const goldenOf = async (
  name: string,
  why: string,
  passphrase: string,
): Promise<VectorCase<PassphraseInput>> => {
  const { opsLimit, memoryByteLength } = input;
  const parameters = { opsLimit, memoryByteLength, salt: filled(16, 0xf1) };
  const key = must(await stretchPassphrase(secret(passphrase), parameters));
  return golden(name, why, { ...input, passphrase }, { key: hexOf(key.reveal()) });
};

const refused = (name: string, why: string, change: Partial<PassphraseInput>) =>
  fault<PassphraseInput>("StretchRefused", name, why, { ...input, ...change });

const weak = "nobody may weaken a file";
const heavy = "nobody may exhaust us with a file";

export const makePassphrase = async (): Promise<VectorFile<PassphraseInput>> => ({
  layer: "passphrase",
  about:
    "Argon2id v1.3 over the NFKC form of a passphrase in UTF-8 (docs/crypto.md §11), and the bounds of its parameters.",
  cases: [
    await goldenOf("the least that is accepted", "2 passes, 64 MiB", composed),
    await goldenOf("the same passphrase, spelt otherwise", "NFKC makes them one", decomposed),
    await goldenOf("an empty passphrase", "weak, and none of our business", ""),
    refused("one pass", weak, { opsLimit: opsLimitMin - 1 }),
    refused("17 passes", heavy, { opsLimit: opsLimitMax + 1 }),
    refused("a byte below 64 MiB", weak, { memoryByteLength: memoryByteLengthMin - 1 }),
    refused("a byte above 1 GiB", heavy, { memoryByteLength: memoryByteLengthMax + 1 }),
    refused("a salt of 15 bytes", "16 bytes", { salt: hexOf(filled(15, 0xf1)) }),
    refused("a salt of 17 bytes", "16 bytes", { salt: hexOf(filled(17, 0xf1)) }),
    refused("no salt", "16 bytes", { salt: "" }),
  ],
});
