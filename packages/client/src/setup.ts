/**
 * What a program needs to bring a person and a device to life, and back: seeds, the 24 words, and the
 * founding that waits for them. The functions below know the keys; who calls them need not.
 */
import {
  acceptPhrase,
  type DeviceKeys,
  deviceKeysFromSeed,
  paperDeviceKeys,
  parsePhrase,
  type Phrase,
  type PhraseError,
  type PhraseRefused,
  type RandomBytes,
  secret,
} from "@duro/crypto";
import { err, ok, type Result, sizes } from "@duro/crypto/types";
import type { DeviceId } from "@duro/protocol";
import type { Engine } from "./engine/engine.ts";
import { type Founding, prepareIdentity } from "./flows/foundIdentity.ts";
import type {
  KeyStore,
  KeyStoreTaken,
  KeyStoreUnavailable,
  KeyStoreUnsafe,
} from "./ports/keyStore.ts";

export { createPhrase, type Phrase, type PhraseError, type PhraseRefused } from "@duro/crypto";
export { keepFounding, readFounding, settleFounding } from "./flows/keptFounding.ts";

type SeedError = KeyStoreUnavailable | KeyStoreUnsafe | KeyStoreTaken;

export const newSeed = ({ randomBytes }: { readonly randomBytes: RandomBytes }): Uint8Array =>
  randomBytes(sizes.keyByteLength);

export const deviceFromSeed = (seed: Uint8Array): DeviceKeys => deviceKeysFromSeed(secret(seed));

/** The keys of this machine; made, and kept before anybody hears of them, where there are none. */
export const ensureDevice = async (
  keyStore: KeyStore,
  deps: { readonly randomBytes: RandomBytes },
): Promise<Result<DeviceKeys, SeedError>> => {
  const kept = await keyStore.load();
  if (!kept.ok) return kept;
  if (kept.value !== undefined) return ok(deviceFromSeed(kept.value));
  const seed = newSeed(deps);
  const saved = await keyStore.save(seed);
  return saved.ok ? ok(deviceFromSeed(seed)) : saved;
};

/** A person with this device and these words, before any of it counts. */
export const prepareFounding = (
  deps: { readonly randomBytes: RandomBytes },
  device: DeviceKeys,
  words: Phrase,
): Founding => prepareIdentity(deps, device, paperDeviceKeys(words));

/** Whether a founding was made for these words, typed or read. */
export const isOfWords = ({ paper }: Founding, typed: string): boolean => {
  const words = parsePhrase(typed);
  return words.ok && paperDeviceKeys(words.value).id === paper;
};

export const parseWords = (typed: string): Result<Phrase, PhraseError> => parsePhrase(typed);

export interface NotHere {
  readonly type: "NotHere";
}

/** Whether these words would bring this person back: nothing is asked of anybody, and nothing changed. */
export const tryWords = (
  engine: Pick<Engine, "identity" | "user">,
  typed: string,
): Result<{ readonly paper: DeviceId }, PhraseError | PhraseRefused | NotHere> => {
  const identity = engine.identity(engine.user);
  if (identity === undefined) return err({ type: "NotHere" });
  const words = parsePhrase(typed);
  if (!words.ok) return words;
  const accepted = acceptPhrase(identity, words.value);
  return accepted.ok ? ok({ paper: accepted.value.paperDevice.id }) : accepted;
};
