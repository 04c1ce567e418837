/**
 * A key from a passphrase, for a backup file that must open without any device. Argon2id; the
 * parameters travel beside the salt, and nobody who hands us a file may weaken them or use them to
 * exhaust our memory.
 */
import type { RandomBytes } from "./random.ts";
import { err, ok, type Result } from "./result.ts";
import { type Secret, secret } from "./secret.ts";
import { keyByteLength, saltByteLength } from "./sizes.ts";
import { argon2id } from "./sodium.ts";

export interface StretchParameters {
  readonly opsLimit: number;
  readonly memoryByteLength: number;
  readonly salt: Uint8Array;
}

/** libsodium's MODERATE: about 0.7 s on a laptop of 2024. */
export const stretchDefault = {
  opsLimit: 3,
  memoryByteLength: 268_435_456,
} as const;
/** The floor is libsodium's INTERACTIVE, for a machine with little memory; the ceiling, its SENSITIVE. */
export const stretchBounds = {
  opsLimitMin: 2,
  opsLimitMax: 16,
  memoryByteLengthMin: 67_108_864,
  memoryByteLengthMax: 1_073_741_824,
} as const;

export interface StretchRefused {
  readonly type: "StretchRefused";
  readonly what: "opsLimit" | "memoryByteLength" | "salt";
  readonly expected: string;
  readonly got: number;
}

export const createStretchParameters = (deps: {
  readonly randomBytes: RandomBytes;
}): StretchParameters => ({
  ...stretchDefault,
  salt: deps.randomBytes(saltByteLength),
});

const outside = (
  what: "opsLimit" | "memoryByteLength",
  got: number,
  [min, max]: readonly [number, number],
): StretchRefused | undefined =>
  Number.isSafeInteger(got) && got >= min && got <= max
    ? undefined
    : { type: "StretchRefused", what, expected: `${min} to ${max}`, got };

export const stretchPassphrase = async (
  passphrase: Secret<string>,
  { opsLimit, memoryByteLength, salt }: StretchParameters,
): Promise<Result<Secret<Uint8Array>, StretchRefused>> => {
  const { opsLimitMin, opsLimitMax, memoryByteLengthMin, memoryByteLengthMax } = stretchBounds;
  const refused =
    outside("opsLimit", opsLimit, [opsLimitMin, opsLimitMax]) ??
    outside("memoryByteLength", memoryByteLength, [memoryByteLengthMin, memoryByteLengthMax]);
  if (refused) return err(refused);
  if (salt.length !== saltByteLength)
    return err({
      type: "StretchRefused",
      what: "salt",
      expected: `${saltByteLength} bytes`,
      got: salt.length,
    });
  const bytes = new TextEncoder().encode(passphrase.reveal().normalize("NFKC"));
  const key = await argon2id(keyByteLength, {
    passphrase: bytes,
    salt,
    opsLimit,
    memoryByteLength,
  });
  return ok(secret(key));
};
