/** A key sealed under its successor: docs/crypto.md §7. */
import { openWrap, sealWrap } from "../../../packages/crypto/src/keys/wrap.ts";
import { asKeyWrap } from "../../../packages/crypto/src/publicKeys.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { bytesOf, type Hex, hexOf, type Ran } from "../format.ts";
import { type WrapContextInput, wrapContextOf } from "./keyContext.ts";
import { accepted, refused } from "./ran.ts";

export type KeyWrapInput = { readonly context: WrapContextInput; readonly newer: Hex } & (
  | { readonly operation: "seal"; readonly older: Hex }
  | { readonly operation: "open"; readonly wrap: Hex }
);

export const runKeyWrap = (input: KeyWrapInput): Ran => {
  const context = wrapContextOf(input.context);
  const newer = secret(bytesOf(input.newer));
  if (input.operation === "seal")
    return accepted({ wrap: hexOf(sealWrap(newer, context, secret(bytesOf(input.older)))) });
  const older = openWrap(newer, context, asKeyWrap(bytesOf(input.wrap)));
  return older.ok ? accepted({ key: hexOf(older.value.reveal()) }) : refused(older.error);
};
