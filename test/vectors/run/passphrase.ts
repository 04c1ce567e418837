/** A key from a passphrase: docs/crypto.md §11. */
import { stretchPassphrase } from "../../../packages/crypto/src/passphrase.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { bytesOf, type Hex, hexOf, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";

export interface PassphraseInput {
  readonly passphrase: string;
  readonly salt: Hex;
  readonly opsLimit: number;
  readonly memoryByteLength: number;
}

export const runPassphrase = async (input: PassphraseInput): Promise<Ran> => {
  const { opsLimit, memoryByteLength } = input;
  const parameters = { opsLimit, memoryByteLength, salt: bytesOf(input.salt) };
  const key = await stretchPassphrase(secret(input.passphrase), parameters);
  return key.ok ? accepted({ key: hexOf(key.value.reveal()) }) : refused(key.error);
};
