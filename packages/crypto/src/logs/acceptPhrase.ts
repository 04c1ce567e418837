/**
 * A phrase is accepted only when it is an active paper device of this identity log and opens a box of
 * the user key. Until then nothing is stored, so a wrong phrase changes nothing.
 */
import type { UserId } from "../ids.ts";
import type { DeviceKeys } from "../keys/deviceKeys.ts";
import { paperDeviceKeys, type Phrase } from "../keys/phrase.ts";
import type { UserKeys } from "../keys/userKey.ts";
import { err, ok, type Result } from "../result.ts";
import { currentGeneration, type IdentityState } from "./identityLog.ts";
import { DeviceScope } from "./kinds.ts";
import { type KeyFailure, type OpenedKeys, openUserKeys } from "./openKeys.ts";

export type PhraseRefused =
  /** Right words, but of another account, or one word is wrong and the checksum happens to fit. */
  | { readonly type: "PhraseOtherIdentity"; readonly user: UserId }
  | { readonly type: "PhraseRevoked"; readonly user: UserId; readonly index: number }
  /** The paper device stands in the log, but the box made for it does not hold the current user key. */
  | {
      readonly type: "PhraseOpensNothing";
      readonly user: UserId;
      readonly failures: readonly KeyFailure[];
    };

export interface AcceptedPhrase {
  readonly paperDevice: DeviceKeys;
  readonly userKeys: OpenedKeys<UserKeys>;
}

export const acceptPhrase = (
  state: IdentityState,
  phrase: Phrase,
): Result<AcceptedPhrase, PhraseRefused> => {
  const { user } = state;
  const paperDevice = paperDeviceKeys(phrase);
  const known = state.devices.get(paperDevice.id);
  if (known?.scope !== DeviceScope.Paper) return err({ type: "PhraseOtherIdentity", user });
  if (known.revokedAt !== undefined)
    return err({ type: "PhraseRevoked", user, index: known.revokedAt });
  const userKeys = openUserKeys(state, paperDevice);
  const current = currentGeneration(state).generation;
  if (userKeys.keys.has(current)) return ok({ paperDevice, userKeys });
  return err({ type: "PhraseOpensNothing", user, failures: userKeys.failures });
};
