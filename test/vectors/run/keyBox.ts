/** One key sealed to one X-Wing public key: docs/crypto.md §7. */
import { openBox, sealBox } from "../../../packages/crypto/src/keys/box.ts";
import { deviceKeysFromSeed } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import { userKeysFrom } from "../../../packages/crypto/src/keys/userKey.ts";
import { asKemPublicKey, asKeyBox } from "../../../packages/crypto/src/publicKeys.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { bytesOf, type Hex, hexOf, type Ran } from "../format.ts";
import { boxContextOf, type BoxContextInput } from "./keyContext.ts";
import { accepted, refused } from "./ran.ts";

/** A user key is boxed to devices, a vault key to user keys and to viewer devices. */
export type OpenerInput = { readonly deviceSeed: Hex } | { readonly userKey: Hex };

export type KeyBoxInput = { readonly context: BoxContextInput } & (
  | {
      readonly operation: "seal";
      readonly kemKey: Hex;
      readonly key: Hex;
      /** 64 bytes of randomness for the encapsulation. */
      readonly encapsulationSeed: Hex;
    }
  | { readonly operation: "open"; readonly opener: OpenerInput; readonly box: Hex }
);

const openerOf = (opener: OpenerInput) =>
  "deviceSeed" in opener
    ? deviceKeysFromSeed(secret(bytesOf(opener.deviceSeed)))
    : userKeysFrom(1, secret(bytesOf(opener.userKey)));

export const runKeyBox = (input: KeyBoxInput): Ran => {
  const context = boxContextOf(input.context);
  if (input.operation === "open") {
    const key = openBox(openerOf(input.opener), context, asKeyBox(bytesOf(input.box)));
    return key.ok ? accepted({ key: hexOf(key.value.reveal()) }) : refused(key.error);
  }
  const deps = { randomBytes: () => bytesOf(input.encapsulationSeed) };
  const kemKey = asKemPublicKey(bytesOf(input.kemKey));
  const box = sealBox(deps, kemKey, context, secret(bytesOf(input.key)));
  return box.ok ? accepted({ box: hexOf(box.value) }) : refused(box.error);
};
