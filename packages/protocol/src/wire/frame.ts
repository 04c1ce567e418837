/** A frame is a tag and its fields, nothing behind them. What the fields are is each message's matter. */
import {
  assert,
  decode,
  encode,
  err,
  type Malformed,
  type Reader,
  type Result,
  type Writer,
} from "@duro/crypto/types";
import { frameByteLengthMax } from "../limits.ts";

/** Of a newer version, or sent the wrong way. */
export interface FrameUnknown {
  readonly type: "FrameUnknown";
  readonly tag: number;
}

export interface FrameTooLarge {
  readonly type: "FrameTooLarge";
  readonly byteLength: number;
  readonly byteLengthMax: number;
}

export type FrameError = Malformed | FrameUnknown | FrameTooLarge;

export const encodeFrame = (tag: number, writeFields: (to: Writer) => void): Uint8Array => {
  const bytes = encode((to) => {
    to.u8(tag);
    writeFields(to);
  });
  assert(bytes.length <= frameByteLengthMax, "what is long is paged, so that every frame fits");
  return bytes;
};

/** `tags` are those of one direction: the frame's type by name, its number on the wire. */
export const decodeFrame = <Type extends string, Frame>(
  tags: Readonly<Record<Type, number>>,
  bytes: Uint8Array,
  readFields: (from: Reader, type: Type) => Frame,
): Result<Frame, FrameError> => {
  if (bytes.length > frameByteLengthMax)
    return err({
      type: "FrameTooLarge",
      byteLength: bytes.length,
      byteLengthMax: frameByteLengthMax,
    });
  const [tag] = bytes;
  const types = Object.keys(tags) as Type[]; // Object.keys forgets what the record's keys are
  const type = types.find((one) => tags[one] === tag);
  if (tag !== undefined && type === undefined) return err({ type: "FrameUnknown", tag });
  const what = type === undefined ? "frame" : `${type} frame`;
  return decode({ what, byteLengthMax: frameByteLengthMax }, bytes, (from) => {
    from.u8();
    return type === undefined ? from.refuse("a tag", "no bytes") : readFields(from, type);
  });
};
