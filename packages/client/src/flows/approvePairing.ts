/**
 * Lets another machine in, or a phone: types the code that it shows, finds the number that it shows, and
 * adds it to the person's log. A wrong code or a wrong number burns the code, and nothing is added.
 */
import {
  addDeviceRecord,
  checkChoices,
  checkNumberOf,
  type CodeMalformed,
  type DeviceKeys,
  grantViewerRecord,
  type RandomBytes,
  parsePairingCode,
} from "@duro/crypto";
import { DeviceScope, err, LogKind, ok, type Result, type SignPublicKey } from "@duro/crypto/types";
import { deviceIdOf, encodeRecord, isActive, type LogRecord } from "@duro/crypto/verify";
import { type DeviceId, mailboxNumbers, type VaultId } from "@duro/protocol";
import type { PostError } from "../duties/posts.ts";
import type { Engine } from "../engine/engine.ts";
import { relayKeyOf } from "../engine/self.ts";
import type { StoreReader } from "../ports/localStore.ts";
import { currentUserKeys, type KeyOutOfReach } from "./currentUserKeys.ts";
import { type MeetError, type PairingTalk, startTalk, type TalkError } from "./pairingTalk.ts";
import type { Newcomer } from "./pairingWords.ts";
import { postToVault, type VaultOutOfReach } from "./vaultAuthoring.ts";

export interface ApproveDeps {
  readonly engine: Engine;
  readonly store: StoreReader;
  readonly device: DeviceKeys;
  readonly randomBytes: RandomBytes;
  readonly relayUrl: string;
}

/** The person found another number, or none: somebody may stand between. */
interface CheckNumberRefused {
  readonly type: "CheckNumberRefused";
}

/** The other machine asks to be something else than what it was to be let in as. */
interface ScopeDiffers {
  readonly type: "ScopeDiffers";
}

/** This machine has never been at the relay that it is to vouch for. */
interface RelayNotMet {
  readonly type: "RelayNotMet";
}

export type ApproveError =
  | CodeMalformed
  | RelayNotMet
  | MeetError
  | TalkError
  | CheckNumberRefused
  | ScopeDiffers
  | KeyOutOfReach
  | VaultOutOfReach
  | PostError;

export interface Approval {
  readonly code: string;
  /** Which of these the other machine shows; undefined: none of them. */
  readonly choose: (numbers: readonly string[]) => Promise<string | undefined>;
  readonly as:
    | { readonly scope: typeof DeviceScope.Full }
    | {
        /** A phone: reads the vaults that it is granted, for as long as it is meant to. */
        readonly scope: typeof DeviceScope.Viewer;
        readonly expiresAtMs: number | undefined;
        readonly vaults: readonly VaultId[];
      };
}

export const approvePairing = async (
  deps: ApproveDeps,
  approval: Approval,
): Promise<Result<{ readonly device: DeviceId }, ApproveError>> => {
  const code = parsePairingCode(approval.code);
  if (!code.ok) return code;
  const relayKey = await relayKeyOf(deps.store, deps.relayUrl);
  if (relayKey === undefined) return err({ type: "RelayNotMet" });
  const number = mailboxNumbers.parse(code.value.mailbox);
  if (!number.ok) return err({ type: "MailboxRefused", refusal: "MailboxUnknown" });
  const mailbox = await deps.engine.mailboxes.join(number.value);
  if (!mailbox.ok) return mailbox;
  const talk = await startTalk(deps, mailbox.value, "approver", code.value);
  if (!talk.ok) return talk;
  const newcomer = await lookAt(deps, talk.value, approval);
  if (!newcomer.ok) {
    talk.value.end("burnt");
    return newcomer;
  }
  const added = await add(deps, talk.value, newcomer.value, approval.as, relayKey);
  if (!added.ok) talk.value.end("burnt");
  return added;
};

const lookAt = async (
  { randomBytes }: ApproveDeps,
  talk: PairingTalk,
  { choose, as }: Approval,
): Promise<Result<Newcomer, TalkError | CheckNumberRefused | ScopeDiffers>> => {
  const newcomer = await talk.hear("newcomer");
  if (!newcomer.ok) return newcomer;
  if (newcomer.value.scope !== as.scope) return err({ type: "ScopeDiffers" });
  const right = checkNumberOf(talk.session.key);
  const chosen = await choose(checkChoices({ randomBytes }, right));
  return chosen === right ? newcomer : err({ type: "CheckNumberRefused" });
};

/** Others may write to that log meanwhile: then there is another offer, and another signature. */
const offersMax = 8;

const add = async (
  deps: ApproveDeps,
  talk: PairingTalk,
  { signKey, kemKey }: Newcomer,
  as: Approval["as"],
  relayKey: SignPublicKey,
): Promise<
  Result<{ readonly device: DeviceId }, TalkError | KeyOutOfReach | VaultOutOfReach | PostError>
> => {
  const { engine, device } = deps;
  const { user } = engine;
  const vaults =
    as.scope === DeviceScope.Viewer ? as.vaults : engine.vaults.map((vault) => vault.id);
  const id = deviceIdOf({ signKey, kemKey });
  const expiresAtMs = as.scope === DeviceScope.Viewer ? as.expiresAtMs : undefined;
  const entry = { signKey, kemKey, scope: as.scope, expiresAtMs };
  for (let left = offersMax; left > 0; left -= 1) {
    const identity = engine.identity(user);
    const keys = currentUserKeys(identity, device);
    if (!keys.ok || identity === undefined) return err({ type: "KeyOutOfReach" });
    const offered = addDeviceRecord(deps, identity, device, { entry, id }, keys.value);
    talk.say({ type: "offer", relayKey, user, record: encodeRecord(offered) });
    const cosigned = await talk.hear("cosigned");
    if (!cosigned.ok) return cosigned;
    const { signature } = cosigned.value;
    const signatures = [...offered.signatures, { device: id, signature }];
    const record: LogRecord = { ...offered, signatures };
    const posted = await engine.post({ kind: LogKind.Identity, log: user }, () =>
      engine.identity(user)?.head.id === record.previous ? record : undefined,
    );
    if (!posted.ok) return posted;
    if (!isActive(engine.identity(user)?.devices.get(id))) continue;
    if (as.scope === DeviceScope.Viewer)
      for (const vault of vaults) {
        const granted = await grant(deps, vault, id);
        if (!granted.ok) return granted;
      }
    sayWelcome(engine, talk, vaults);
    return ok({ device: id });
  }
  return err({ type: "RecordRefused", refusal: "LogHeadStale" });
};

const grant = (
  deps: ApproveDeps,
  vault: VaultId,
  id: DeviceId,
): Promise<Result<void, VaultOutOfReach | PostError>> =>
  postToVault(deps, vault, ({ state, author, key }) =>
    state.viewers.has(id) ? undefined : grantViewerRecord(deps, state, author, id, key),
  );

const sayWelcome = (engine: Engine, talk: PairingTalk, shown: readonly VaultId[]): void => {
  const identity = engine.identity(engine.user)?.head;
  if (identity === undefined) return;
  const vaults = shown.flatMap((vault) => {
    const head = engine.vaultLog(vault)?.head;
    return head === undefined ? [] : [{ vault, head }];
  });
  talk.say({ type: "welcomed", identity, vaults });
  talk.end("done");
};
