/**
 * Each part of a body begins with its format. A newer one is not a verdict: whoever reads it holds
 * the envelope until a newer program comes. Anything else that cannot be read is void for everyone.
 */
import {
  decode,
  type DecodeLimit,
  encode,
  err,
  type Malformed,
  type Reader,
  type Result,
  type Writer,
} from "@duro/crypto/types";

export const bodyFormat = 1;

export interface FormatUnsupported {
  readonly type: "FormatUnsupported";
  readonly what: string;
  readonly format: number;
}

export type BodyFormError = Malformed | FormatUnsupported;

/** Most kinds tell the relay nothing; then not even a format stands there. */
export const nothingClear = new Uint8Array();

export const encodePart = (write: (to: Writer) => void): Uint8Array =>
  encode((to) => {
    to.u8(bodyFormat);
    write(to);
  });

export const decodePart = <T>(
  limit: DecodeLimit,
  bytes: Uint8Array,
  read: (from: Reader) => T,
): Result<T, BodyFormError> => {
  const [format] = bytes;
  if (format !== undefined && format !== bodyFormat)
    return err({ type: "FormatUnsupported", what: limit.what, format });
  return decode(limit, bytes, (from) => {
    from.u8();
    return read(from);
  });
};
