import fc from "fast-check";

/** Any UTF-16 at all: controls, halves of pairs, whatever turns the direction of reading. */
export const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0xffff })), {
    maxLength: 400,
  })
  .map((units) => String.fromCodePoint(...units));
