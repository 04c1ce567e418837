/** Names of things: docs/crypto.md §3. Device ids are in the layer device-keys. */
import { clientIdOf } from "../../../packages/crypto/src/clientId.ts";
import { chainIdOf } from "../../../packages/crypto/src/envelope/envelope.ts";
import {
  chainIds,
  incarnations,
  recordIds,
  userIds,
  vaultIds,
} from "../../../packages/crypto/src/ids.ts";
import { userIdOf } from "../../../packages/crypto/src/logs/identityRecords.ts";
import { vaultIdOf } from "../../../packages/crypto/src/logs/vaultRecords.ts";
import { asKemPublicKey, asSignPublicKey } from "../../../packages/crypto/src/publicKeys.ts";
import { bytesOf, type Hex, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";

const textKinds = { user: userIds, vault: vaultIds, chain: chainIds, record: recordIds } as const;

export type IdInput =
  | { readonly id: "user"; readonly signKey: Hex; readonly kemKey: Hex; readonly salt: Hex }
  | { readonly id: "vault"; readonly creator: Hex; readonly salt: Hex }
  | { readonly id: "chain"; readonly signKey: Hex; readonly incarnation: Hex }
  | { readonly id: "client"; readonly chain: Hex; readonly doc: Hex }
  | { readonly id: "text"; readonly kind: keyof typeof textKinds; readonly text: string };

const signKeyOf = ({ signKey }: { readonly signKey: Hex }) => asSignPublicKey(bytesOf(signKey));

export const runIds = (input: IdInput): Ran => {
  switch (input.id) {
    case "user": {
      const kemKey = asKemPublicKey(bytesOf(input.kemKey));
      return accepted(userIdOf({ signKey: signKeyOf(input), kemKey }, bytesOf(input.salt)));
    }
    case "vault":
      return accepted(vaultIdOf(userIds.fromBytes(bytesOf(input.creator)), bytesOf(input.salt)));
    case "chain":
      return accepted(
        chainIdOf(signKeyOf(input), incarnations.fromBytes(bytesOf(input.incarnation))),
      );
    case "client": {
      const chain = chainIds.fromBytes(bytesOf(input.chain));
      return accepted(clientIdOf(chain, bytesOf(input.doc)));
    }
    case "text": {
      const parsed = textKinds[input.kind].parse(input.text);
      return parsed.ok ? accepted(parsed.value) : refused(parsed.error);
    }
  }
};
