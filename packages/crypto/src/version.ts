/**
 * Every format of ours begins with its version and its suite, and they never move: so even a newer
 * thing can be told apart from a broken one. One suite per version, nothing to negotiate.
 */
import type { Reader } from "./bytes/reader.ts";
import type { Writer } from "./bytes/writer.ts";

export const formatVersion = 1;
/** XChaCha20-Poly1305-IETF, BLAKE2b, Ed25519, X-Wing. */
export const formatSuite = 1;

/** A newer client wrote it, or someone asks for a weaker one. Never falls back, never a verdict. */
export interface VersionUnsupported {
  readonly type: "VersionUnsupported";
  readonly what: "envelope" | "record" | "blob" | "presence";
  readonly version: number;
  readonly suite: number;
}

/** Asked before anything is read. Bytes too short to say are left to the reader's refusal. */
export const unsupported = (
  what: VersionUnsupported["what"],
  bytes: Uint8Array,
): VersionUnsupported | undefined => {
  const [version, suite] = bytes;
  if (version === undefined || suite === undefined) return undefined;
  return version === formatVersion && suite === formatSuite
    ? undefined
    : { type: "VersionUnsupported", what, version, suite };
};

export const writeVersion = (to: Writer): void => {
  to.u8(formatVersion);
  to.u8(formatSuite);
};

/** Where a format stands inside another, nothing asked before: then a newer one is refused here. */
export const readVersion = (from: Reader): void => {
  const version = from.u8();
  const suite = from.u8();
  if (version !== formatVersion || suite !== formatSuite)
    from.refuse(`version ${formatVersion}, suite ${formatSuite}`, `${version}, ${suite}`);
};
