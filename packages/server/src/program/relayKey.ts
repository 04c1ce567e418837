/** The relay's keys at a start: those of its file, or new ones where nothing was here before. */
import { err, ok, type Result } from "@duro/crypto/types";
import {
  createRelayKeys,
  type RandomBytes,
  type RelayKeys,
  relayKeysFromSeed,
  secret,
} from "@duro/crypto/receipt";
import { stat } from "node:fs/promises";
import { Exit, type Failure } from "../exits.ts";
import { placesIn } from "../embedded/places.ts";
import { createKeyFile, readKeyFile } from "./keyFile.ts";
import type { StorePlace } from "./command.ts";

export interface OpenedKey {
  readonly keys: RelayKeys;
  readonly isNew: boolean;
}

const keyMissing = ({ keyFile, dataFolder }: StorePlace): Failure => ({
  code: "RelayKeyMissing",
  exit: Exit.Safeguard,
  message: `${keyFile} is missing, but ${dataFolder} holds a relay's data: with a new key every client would take this relay for an impostor.`,
  next: "put the key file back from where you keep a copy, or begin anew with another --data",
});

const keyNotKept = ({ keyFile }: StorePlace): Failure => ({
  code: "RelayKeyDamaged",
  exit: Exit.WrongKey,
  message: `${keyFile} was made and is gone again.`,
  next: "see what removes it, and start again",
});

export const openRelayKey = async (
  store: StorePlace,
  randomBytes: RandomBytes,
): Promise<Result<OpenedKey, Failure>> => {
  const found = await readKeyFile(store.keyFile);
  if (!found.ok) return found;
  if (found.value !== undefined)
    return ok({ keys: relayKeysFromSeed(secret(found.value)), isNew: false });
  // With a database of the operator's own, that database says whether it had a key before.
  if (store.database.kind === "embedded" && (await holdsData(store.dataFolder)))
    return err(keyMissing(store));
  const seed = createRelayKeys({ randomBytes }).seed.reveal();
  const created = await createKeyFile(store.keyFile, seed, randomBytes);
  if (!created.ok) return created;
  const kept = await readKeyFile(store.keyFile);
  if (!kept.ok) return kept;
  if (kept.value === undefined) return err(keyNotKept(store));
  return ok({ keys: relayKeysFromSeed(secret(kept.value)), isNew: true });
};

const holdsData = async (dataFolder: string): Promise<boolean> =>
  stat(placesIn(dataFolder).cluster).then(
    () => true,
    () => false,
  );
