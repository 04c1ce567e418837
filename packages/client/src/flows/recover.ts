/**
 * The way back with the 24 words: the paper device lets in this machine. Until the words have proved to
 * open the person's key nothing is written, here or at the relay.
 */
import {
  acceptPhrase,
  addDeviceRecord,
  cosignRecord,
  paperDeviceKeys,
  type Phrase,
  type PhraseRefused,
} from "@duro/crypto";
import { DeviceScope, err, LogKind, ok, type Result } from "@duro/crypto/types";
import { type IdentityState, isActiveFull } from "@duro/crypto/verify";
import type { LogHead, UserId, VaultId } from "@duro/protocol";
import type { PostError } from "../duties/posts.ts";
import { readSelf, selfWrite } from "../engine/self.ts";
import type { CommitError } from "../ports/localStore.ts";
import { currentUserKeys, type KeyOutOfReach } from "./currentUserKeys.ts";
import type { AlreadySetUp, JoinDeps } from "./joinByPairing.ts";
import { type LogsWithheld, type NoSession, openLogSession } from "./logSession.ts";
import { createStagedStore } from "./stagedStore.ts";

/** The person looked at the devices that are active, and does not want to go on. */
interface RecoveryDeclined {
  readonly type: "RecoveryDeclined";
}

export type RecoverError =
  | AlreadySetUp
  | NoSession
  | LogsWithheld
  | PhraseRefused
  | RecoveryDeclined
  | KeyOutOfReach
  | PostError
  | CommitError;

export interface Recovery {
  readonly phrase: Phrase;
  /** As the sheet has it: a log that does not contain it is refused. */
  readonly sheetHead?: LogHead;
  /** Before anything is written, a person looks at which devices there are, and how much comes back. */
  readonly confirm: (identity: IdentityState, vaults: readonly VaultId[]) => Promise<boolean>;
}

export const recover = async (
  deps: JoinDeps,
  { phrase, sheetHead, confirm }: Recovery,
): Promise<Result<{ readonly user: UserId }, RecoverError>> => {
  if ((await readSelf(deps.store)) !== undefined) return err({ type: "AlreadySetUp" });
  const staged = createStagedStore();
  const paper = paperDeviceKeys(phrase);
  // The relay knows a paper device as it knows any other.
  const opened = await openLogSession({ ...deps, device: paper }, staged);
  if (!opened.ok) return opened;
  const { user, vaults, logs, fetch, post, close } = opened.value;
  const name = { kind: LogKind.Identity, log: user };
  try {
    const fetched = await fetch(name, sheetHead);
    const identity = logs.identity(user);
    if (!fetched.ok || identity === undefined) return err({ type: "LogsWithheld", name });
    const accepted = acceptPhrase(identity, phrase);
    if (!accepted.ok) return accepted;
    if (!(await confirm(identity, vaults))) return err({ type: "RecoveryDeclined" });
    const { id, signKey, kemKey } = deps.device;
    const entry = { signKey, kemKey, scope: DeviceScope.Full, expiresAtMs: undefined };
    const posted = await post(name, () => {
      const now = logs.identity(user);
      const keys = currentUserKeys(now, paper);
      if (now === undefined || !keys.ok || now.devices.has(id)) return undefined;
      const record = addDeviceRecord(deps, now, paper, { id, entry }, keys.value);
      return cosignRecord(record, deps.device);
    });
    if (!posted.ok) return posted;
    if (!isActiveFull(logs.identity(user)?.devices.get(id))) return err({ type: "KeyOutOfReach" });
  } finally {
    close();
  }
  const kept = await staged.keepIn(deps.store, [selfWrite(user)]);
  return kept.ok ? ok({ user }) : kept;
};
