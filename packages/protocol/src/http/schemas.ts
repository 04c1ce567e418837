/** Pieces of JSON that many routes share: closed objects, bounded texts, bounded numbers. */
import { type IdKind, sizes } from "@duro/crypto/types";
import { type Static, type TProperties, Type } from "typebox";
import { factKeyByteLengthMax, factsPerRefusalMax, factValueByteLengthMax } from "../limits.ts";
import { base64urlLength } from "./base64url.ts";

export const closed = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false });

const hex = (byteLength: number) => Type.String({ pattern: `^[0-9a-f]{${2 * byteLength}}$` });

export const idText = <Id extends string>({ byteLength }: Pick<IdKind<Id>, "byteLength">) =>
  hex(byteLength);

export const signKeyText = hex(sizes.signPublicKeyByteLength);

export const bytesText = (byteLength: { readonly min: number; readonly max: number }) =>
  Type.String({
    minLength: base64urlLength(byteLength.min),
    maxLength: base64urlLength(byteLength.max),
    pattern: "^[A-Za-z0-9_-]*$",
  });

/** Numbers in JSON are safe only below 2^53. */
export const wholeNumber = (max: number = Number.MAX_SAFE_INTEGER) =>
  Type.Integer({ minimum: 0, maximum: max });

/**
 * What every refused request is answered with. The name is of the catalogue, or of a newer relay's:
 * a client reads both.
 */
export const refusalBody = closed({
  refusal: Type.String({ pattern: "^[A-Za-z]{1,64}$" }),
  facts: Type.Record(
    Type.String({ pattern: `^[A-Za-z]{1,${factKeyByteLengthMax}}$` }),
    Type.String({ maxLength: factValueByteLengthMax }),
    { additionalProperties: false, maxProperties: factsPerRefusalMax },
  ),
});
export type RefusalBody = Static<typeof refusalBody>;
