/** One id of each kind that is made from something, and ids as text. */
import { clientIdOf } from "../../../packages/crypto/src/clientId.ts";
import { chainIdOf } from "../../../packages/crypto/src/envelope/envelope.ts";
import { chainIds, incarnations, userIds } from "../../../packages/crypto/src/ids.ts";
import { createDeviceKeys } from "../../../packages/crypto/src/keys/deviceKeys.ts";
import { userIdOf } from "../../../packages/crypto/src/logs/identityRecords.ts";
import { vaultIdOf } from "../../../packages/crypto/src/logs/vaultRecords.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { IdInput } from "../run/ids.ts";
import { filled } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import { depsOf } from "./world.ts";

const goldens = (): readonly VectorCase<IdInput>[] => {
  const { signKey, kemKey } = createDeviceKeys(depsOf("ids"));
  const salt = filled(16, 0x21);
  const creator = userIds.fromBytes(filled(16, 0x22));
  const incarnation = incarnations.fromBytes(filled(16, 0x23));
  return [
    golden<IdInput>(
      "a user id",
      "named by the keys of the first device and a salt",
      { id: "user", signKey: hexOf(signKey), kemKey: hexOf(kemKey), salt: hexOf(salt) },
      userIdOf({ signKey, kemKey }, salt),
    ),
    golden<IdInput>(
      "a vault id",
      "named by its creator and a salt",
      { id: "vault", creator, salt: hexOf(salt) },
      vaultIdOf(creator, salt),
    ),
    golden<IdInput>(
      "a chain id",
      "named by the key of its device and an incarnation",
      { id: "chain", signKey: hexOf(signKey), incarnation },
      chainIdOf(signKey, incarnation),
    ),
    golden<IdInput>(
      "a clientID",
      "a chain's number in one document, of 53 bits",
      { id: "client", chain: hexOf(filled(16, 0x24)), doc: hexOf(filled(16, 0x25)) },
      clientIdOf(chainIds.fromBytes(filled(16, 0x24)), filled(16, 0x25)),
    ),
    golden<IdInput>(
      "an id as text",
      "lowercase hex",
      { id: "text", kind: "vault", text: "0123456789abcdef0123456789abcdef" },
      "0123456789abcdef0123456789abcdef",
    ),
  ];
};

const texts: readonly (readonly [name: string, why: string, text: string])[] = [
  ["an id in capitals", "an id has one spelling", "0123456789ABCDEF0123456789abcdef"],
  ["an id with a sign too few", "16 bytes are 32 digits", "0123456789abcdef0123456789abcde"],
  ["an id of 32 bytes where 16 are wanted", "16 bytes are 32 digits", "ab".repeat(32)],
  ["an id with a letter behind f", "digits are 0 to 9 and a to f", `${"ab".repeat(15)}ag`],
  ["an id with a sign beyond ASCII", "digits are 0 to 9 and a to f", `${"ab".repeat(15)}a０`],
  ["an empty id", "16 bytes are 32 digits", ""],
];

export const makeIds = (): VectorFile<IdInput> => ({
  layer: "ids",
  about: "How users, vaults and chains are named (docs/crypto.md §3), and ids as text (WIRE6).",
  cases: [
    ...goldens(),
    ...texts.map(([name, why, text]) =>
      fault<IdInput>("NotAnId", name, why, { id: "text", kind: "vault", text }),
    ),
  ],
});
