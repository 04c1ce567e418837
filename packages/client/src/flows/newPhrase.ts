/**
 * New words for the sheet: another paper device takes the place of the one before. The old words sign
 * their own end, so that whoever took this machine cannot take the sheet's power with it.
 */
import {
  acceptPhrase,
  addDeviceRecord,
  cosignRecord,
  createPhrase,
  paperDeviceKeys,
  type Phrase,
  type PhraseRefused,
} from "@duro/crypto";
import { DeviceScope, err, LogKind, ok, type Result } from "@duro/crypto/types";
import { isActive } from "@duro/crypto/verify";
import type { PostError } from "../duties/posts.ts";
import { currentUserKeys, type KeyOutOfReach } from "./currentUserKeys.ts";
import { postRevocation, type RevokeDeps, type Revoked } from "./revokeDevice.ts";

/** Nobody wrote the new words down: nothing was changed. */
interface PhraseNotKept {
  readonly type: "PhraseNotKept";
}

export type NewPhraseError = PhraseRefused | PhraseNotKept | KeyOutOfReach | PostError;

export const newPhrase = async (
  deps: RevokeDeps,
  old: Phrase,
  /** Shows the new words, and asks whether they are on paper. */
  confirm: (phrase: Phrase) => Promise<boolean>,
): Promise<Result<Revoked, NewPhraseError>> => {
  const { engine, device } = deps;
  const identity = engine.identity(engine.user);
  if (identity === undefined) return err({ type: "KeyOutOfReach" });
  const accepted = acceptPhrase(identity, old);
  if (!accepted.ok) return accepted;
  const phrase = createPhrase(deps);
  if (!(await confirm(phrase))) return err({ type: "PhraseNotKept" });
  const paper = paperDeviceKeys(phrase);
  const { id, signKey, kemKey } = paper;
  const entry = { signKey, kemKey, scope: DeviceScope.Paper, expiresAtMs: undefined };
  let reached: Result<unknown, KeyOutOfReach> = ok(undefined);
  const posted = await engine.post({ kind: LogKind.Identity, log: engine.user }, () => {
    const now = engine.identity(engine.user);
    const keys = currentUserKeys(now, device);
    reached = keys;
    if (now === undefined || !keys.ok || isActive(now.devices.get(id))) return undefined;
    return cosignRecord(addDeviceRecord(deps, now, device, { id, entry }, keys.value), paper);
  });
  if (!reached.ok) return reached;
  if (!posted.ok) return posted;
  const { paperDevice } = accepted.value;
  return postRevocation(deps, paperDevice.id, paperDevice);
};
