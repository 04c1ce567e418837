/** Pieces of the bodies that routes take. What a value means is checked by the memory itself. */
import { type TProperties, Type } from "typebox";

/** Above the longest that an entry takes, so that the refusal names the field; below what would fill memory. */
const textLengthMax = 1_048_576;

export const body = <P extends TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

export const text = Type.String({ maxLength: textLengthMax });
export const optionalText = Type.Optional(text);
export const optionalShare = Type.Optional(Type.Number());
export const optionalTexts = Type.Optional(Type.Array(text, { maxItems: 10_000 }));
