/** What people compare: docs/crypto.md §10. */
import { checkNumberOf, fingerprintWords } from "../../../packages/crypto/src/compare.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { bytesOf, type Hex, type Ran } from "../format.ts";
import { accepted } from "./ran.ts";

export interface FingerprintInput {
  readonly heads: Hex;
}

export const runFingerprint = ({ heads }: FingerprintInput): Ran =>
  accepted(fingerprintWords(bytesOf(heads)).join(" "));

export interface CheckNumberInput {
  readonly sessionKey: Hex;
}

export const runCheckNumber = ({ sessionKey }: CheckNumberInput): Ran =>
  accepted(checkNumberOf(secret(bytesOf(sessionKey))));
