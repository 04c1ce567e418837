/** One's own identity log as it lies here, to be handed to whoever lets one into a vault. */
import { LogKind } from "@duro/crypto/types";
import type { UserId } from "@duro/protocol";
import type { StoreReader } from "../ports/localStore.ts";
import { recordsOf } from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";

export const identityRecords = async (
  store: StoreReader,
  user: UserId,
): Promise<readonly Uint8Array[]> => {
  const range = recordsOf({ kind: LogKind.Identity, log: user });
  return (await readRange(store, "records", range)).map(({ value }) => value);
};
