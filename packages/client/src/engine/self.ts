/** What the store knows of this device itself, and of the relays it has met. */
import { asSignPublicKey, type SignPublicKey } from "@duro/crypto/types";
import { type UserId, userIds } from "@duro/protocol";
import type { StoreReader, Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";

const selfKey = factKey("self");

export const selfWrite = (user: UserId): Write => ({
  kind: "put",
  table: "facts",
  key: selfKey,
  value: userIds.toBytes(user),
});

export const readSelf = async (store: StoreReader): Promise<UserId | undefined> => {
  const bytes = await store.get("facts", selfKey);
  return bytes === undefined ? undefined : userIds.fromBytes(bytes);
};

/** Pinned at the first contact: another key is another relay. */
export const relayKeyOf = async (
  store: StoreReader,
  url: string,
): Promise<SignPublicKey | undefined> => {
  const bytes = await store.get("facts", factKey("relayKey", url));
  return bytes === undefined ? undefined : asSignPublicKey(bytes);
};

export const relayKeyWrite = (url: string, key: SignPublicKey): Write => ({
  kind: "put",
  table: "facts",
  key: factKey("relayKey", url),
  value: key,
});
