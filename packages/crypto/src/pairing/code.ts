/**
 * The code that a joining machine shows: where the two meet, and a secret the relay never sees. Twenty
 * letters and digits in groups of four, none that can be taken for another, the last one a check so
 * that a slip of the finger is noticed before it burns the code.
 */
import { hash32 } from "../hash.ts";
import { labels } from "../labels.ts";
import type { RandomBytes } from "../random.ts";
import { assert, err, ok, type Result } from "../result.ts";
import { type Secret, secret } from "../secret.ts";

/** Crockford's base 32: no I, L, O or U. */
const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const mailboxDigits = 3;
const secretDigits = 16;
const codeDigits = mailboxDigits + secretDigits + 1;
/** 15 bits: pairings that can be open at one relay at once. */
export const mailboxCount = 32 ** mailboxDigits;
/** 80 bits. */
const secretByteLength = 10;

export interface PairingCode {
  readonly mailbox: number;
  readonly secret: Secret<Uint8Array>;
}

export interface CodeMalformed {
  readonly type: "CodeMalformed";
  readonly expected: string;
  readonly got: string;
}

const numberToDigits = (value: bigint, count: number): string =>
  Array.from(
    { length: count },
    (_, at) => digits[Number((value >> BigInt(5 * (count - 1 - at))) & 31n)],
  ).join("");

const digitsToNumber = (text: string): bigint =>
  Array.from(text).reduce((sum, digit) => (sum << 5n) | BigInt(digits.indexOf(digit)), 0n);

const checkDigit = (text: string): string => {
  const [first = 0] = hash32(labels.pairingCode, new TextEncoder().encode(text));
  return digits[first & 31] ?? "";
};

const bytesToNumber = (bytes: Uint8Array): bigint =>
  bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

export const createPairingCode = (
  deps: { readonly randomBytes: RandomBytes },
  mailbox: number,
): PairingCode => {
  assert(Number.isInteger(mailbox) && mailbox >= 0 && mailbox < mailboxCount, "a mailbox number");
  return { mailbox, secret: secret(deps.randomBytes(secretByteLength)) };
};

export const pairingCodeText = (code: PairingCode): Secret<string> => {
  const body =
    numberToDigits(BigInt(code.mailbox), mailboxDigits) +
    numberToDigits(bytesToNumber(code.secret.reveal()), secretDigits);
  return secret((body + checkDigit(body)).replace(/(.{4})(?=.)/gu, "$1-"));
};

/** Forgives lower case, spaces, missing dashes, and the letters that look like 0 and 1. */
export const parsePairingCode = (typed: string): Result<PairingCode, CodeMalformed> => {
  const text = typed
    .toUpperCase()
    .replace(/[\s-]/gu, "")
    .replace(/O/gu, "0")
    .replace(/[IL]/gu, "1");
  if (text.length !== codeDigits)
    return err({
      type: "CodeMalformed",
      expected: `${codeDigits} letters and digits`,
      got: `${text.length}`,
    });
  if (!/^[0-9A-HJKMNP-TV-Z]*$/u.test(text))
    return err({
      type: "CodeMalformed",
      expected: "letters and digits without U",
      got: "another sign",
    });
  const body = text.slice(0, -1);
  if (checkDigit(body) !== text.at(-1))
    return err({
      type: "CodeMalformed",
      expected: "a last sign that fits the rest",
      got: "another: look for a slip",
    });
  const bytes = new Uint8Array(secretByteLength);
  let rest = digitsToNumber(body.slice(mailboxDigits));
  for (let at = secretByteLength - 1; at >= 0; at--) {
    bytes[at] = Number(rest & 255n);
    rest >>= 8n;
  }
  return ok({
    mailbox: Number(digitsToNumber(body.slice(0, mailboxDigits))),
    secret: secret(bytes),
  });
};
