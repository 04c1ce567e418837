/**
 * A phrase is accepted only when it is an active paper device of this identity log and opens a box of
 * the user key. Until then nothing is stored, so a wrong phrase changes nothing.
 */
import type { UserId } from "../ids.ts";
import type { BoxError } from "../keys/box.ts";
import type { DeviceKeys } from "../keys/deviceKeys.ts";
import { paperDeviceKeys, type Phrase } from "../keys/phrase.ts";
import type { UserKeys } from "../keys/userKey.ts";
import { err, ok, type Result } from "../result.ts";
import { type IdentityState, isActive } from "./identityLog.ts";
import { DeviceScope } from "./identityRecords.ts";
import { type NoBox, type OpenedKeys, openUserKeys } from "./openKeys.ts";

export type PhraseRefused =
  /** Right words, but of another account, or one word is wrong and the checksum happens to fit. */
  | { readonly type: "PhraseOtherIdentity"; readonly user: UserId }
  | { readonly type: "PhraseRevoked"; readonly user: UserId; readonly index: number };

export interface AcceptedPhrase {
  readonly paperDevice: DeviceKeys;
  readonly userKeys: OpenedKeys<UserKeys>;
}

export const acceptPhrase = (
  state: IdentityState,
  phrase: Phrase,
): Result<AcceptedPhrase, PhraseRefused | NoBox | BoxError> => {
  const paperDevice = paperDeviceKeys(phrase);
  const known = state.devices.get(paperDevice.id);
  if (known?.scope !== DeviceScope.Paper)
    return err({ type: "PhraseOtherIdentity", user: state.user });
  if (!isActive(known))
    return err({ type: "PhraseRevoked", user: state.user, index: known.revokedAt ?? 0 });
  const userKeys = openUserKeys(state, paperDevice);
  return userKeys.ok ? ok({ paperDevice, userKeys: userKeys.value }) : userKeys;
};
