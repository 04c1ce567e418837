/** Cuts one struct at a clock boundary, as Yjs itself does when somebody writes into its middle. */
import * as Y from "yjs";

export type Struct = ReturnType<typeof Y.decodeUpdate>["structs"][number];

export const encodeStructs = (structs: readonly Struct[]): Uint8Array =>
  encoded((to) => {
    for (const struct of structs) struct.write(to, 0);
  });

export const encodeStruct = (struct: Struct): Uint8Array => encodeStructs([struct]);

export interface CutStruct {
  readonly head: Struct;
  readonly tail: Struct;
}

/** The longest head within that length; undefined where there is none. */
export const cutStruct = (struct: Struct, byteLengthMax: number): CutStruct | undefined => {
  if (!(struct instanceof Y.Item)) return undefined;
  const { content } = struct;
  const whole = encodeStruct(struct).length;
  // A tail of no more than a reference to the head and a right neighbour can be longer than the whole.
  const around = whole - encodedByteLength((to) => content.write(to, 0)) + countByteLengthMax;
  const length = headLength(content, byteLengthMax - around);
  if (length === 0 || length >= struct.length) return undefined;
  const headContent = content.copy();
  const tailContent = headContent.splice(length);
  const { id, origin, rightOrigin, parent, parentSub } = struct;
  const tailId = Y.createID(id.client, id.clock + length);
  const lastId = Y.createID(id.client, id.clock + length - 1);
  return {
    head: new Y.Item(id, null, origin, null, rightOrigin, parent, parentSub, headContent),
    tail: new Y.Item(tailId, null, lastId, null, rightOrigin, parent, parentSub, tailContent),
  };
};

/** How long a text is, or how many values there are, stands before them. */
const countByteLengthMax = 4;

/** In clocks. */
const headLength = (content: Y.Item["content"], byteLengthMax: number): number => {
  if (content instanceof Y.ContentString) return textHeadLength(content.str, byteLengthMax);
  if (content instanceof Y.ContentAny) return valuesHeadLength(content.arr, byteLengthMax);
  return 0;
};

const textHeadLength = (text: string, byteLengthMax: number): number => {
  let length = 0;
  let byteLength = 0;
  // By whole characters: half of a surrogate pair is no text.
  for (const character of text) {
    byteLength += utf8ByteLength(character);
    if (byteLength > byteLengthMax) break;
    length += character.length;
  }
  return length;
};

const utf8ByteLength = (character: string): number => {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x1_0000 ? 3 : 4;
};

const valuesHeadLength = (values: readonly unknown[], byteLengthMax: number): number => {
  let length = 0;
  let byteLength = 0;
  for (const value of values) {
    byteLength += encodedByteLength((to) => to.writeAny(value));
    if (byteLength > byteLengthMax) break;
    length += 1;
  }
  return length;
};

const encodedByteLength = (write: (to: Y.UpdateEncoderV1) => void): number => encoded(write).length;

const encoded = (write: (to: Y.UpdateEncoderV1) => void): Uint8Array => {
  const encoder = new Y.UpdateEncoderV1();
  write(encoder);
  return encoder.toUint8Array();
};
