/**
 * Lets another machine in, or a phone: types the code that it shows, or shows it one, finds the number
 * that it shows, and adds it to the person's log. A wrong code or a wrong number burns the code, and
 * nothing is added.
 */
import {
  checkChoices,
  checkNumberOf,
  type CodeMalformed,
  createPairingCode,
  type PairingCode,
  pairingCodeText,
  parsePairingCode,
  type Secret,
} from "@duro/crypto";
import { err, ok, type Result, type SignPublicKey } from "@duro/crypto/types";
import { type DeviceId, mailboxNumbers } from "@duro/protocol";
import { relayKeyOf } from "../engine/self.ts";
import { type AddError, addNewcomer, type ApproveDeps, type LetInAs } from "./addNewcomer.ts";
import { cleanCard, type DeviceCard } from "./deviceCard.ts";
import type { Mailbox } from "./mailboxes.ts";
import { type MeetError, type PairingTalk, startTalk, type TalkError } from "./pairingTalk.ts";
import type { Newcomer } from "./pairingWords.ts";

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

export type InviteError =
  RelayNotMet | MeetError | TalkError | CheckNumberRefused | ScopeDiffers | AddError;

export type ApproveError = CodeMalformed | InviteError;

interface Meeting {
  /** Which of these the other machine shows; undefined: none of them. */
  readonly choose: (numbers: readonly string[], card: DeviceCard) => Promise<string | undefined>;
  readonly as: LetInAs;
  /** Whoever sits in front of it has gone: the code is burnt. */
  readonly signal?: AbortSignal | undefined;
}

export interface Approval extends Meeting {
  readonly code: string;
}

export interface Invitation extends Meeting {
  /** To be read by the other machine. Good for one guess. */
  readonly showCode: (code: Secret<string>) => void;
  /** The number that the other machine shows too, before anybody is asked to find it. */
  readonly showCheckNumber: (number: string) => void;
}

export interface LetIn {
  readonly device: DeviceId;
  readonly card: DeviceCard;
}

export const approvePairing = async (
  deps: ApproveDeps,
  approval: Approval,
): Promise<Result<LetIn, ApproveError>> => {
  const code = parsePairingCode(approval.code);
  if (!code.ok) return code;
  const relayKey = await relayKeyOf(deps.store, deps.relayUrl);
  if (relayKey === undefined) return err({ type: "RelayNotMet" });
  const number = mailboxNumbers.parse(code.value.mailbox);
  if (!number.ok) return err({ type: "MailboxRefused", refusal: "MailboxUnknown" });
  const mailbox = await deps.engine.mailboxes.join(number.value);
  if (!mailbox.ok) return mailbox;
  return meetAt(deps, mailbox.value, { ...approval, code: code.value, relayKey });
};

/** The other way round, for what has a camera and no keys to type on. */
export const inviteByPairing = async (
  deps: ApproveDeps,
  invitation: Invitation,
): Promise<Result<LetIn, InviteError>> => {
  const relayKey = await relayKeyOf(deps.store, deps.relayUrl);
  if (relayKey === undefined) return err({ type: "RelayNotMet" });
  const mailbox = await deps.engine.mailboxes.open();
  if (!mailbox.ok) return mailbox;
  const code = createPairingCode(deps, mailbox.value.number);
  invitation.showCode(pairingCodeText(code));
  return meetAt(deps, mailbox.value, { ...invitation, code, relayKey });
};

interface Met extends Meeting {
  readonly code: PairingCode;
  readonly relayKey: SignPublicKey;
  readonly showCheckNumber?: (number: string) => void;
}

const meetAt = async (
  deps: ApproveDeps,
  mailbox: Mailbox,
  met: Met,
): Promise<Result<LetIn, InviteError>> => {
  const leave = (): void => mailbox.close("burnt");
  met.signal?.addEventListener("abort", leave);
  if (met.signal?.aborted === true) leave();
  try {
    const talk = await startTalk(deps, mailbox, "approver", met.code);
    if (!talk.ok) return talk;
    met.showCheckNumber?.(checkNumberOf(talk.value.session.key));
    const newcomer = await lookAt(deps, talk.value, met);
    if (!newcomer.ok) {
      talk.value.end("burnt");
      return newcomer;
    }
    const added = await addNewcomer(deps, talk.value, newcomer.value, met.as, met.relayKey);
    if (!added.ok) {
      talk.value.end("burnt");
      return added;
    }
    return ok({ ...added.value, card: cleanCard(newcomer.value.card) });
  } finally {
    met.signal?.removeEventListener("abort", leave);
  }
};

const lookAt = async (
  { randomBytes }: ApproveDeps,
  talk: PairingTalk,
  { choose, as }: Meeting,
): Promise<Result<Newcomer, TalkError | CheckNumberRefused | ScopeDiffers>> => {
  const newcomer = await talk.hear("newcomer");
  if (!newcomer.ok) return newcomer;
  if (newcomer.value.scope !== as.scope) return err({ type: "ScopeDiffers" });
  const right = checkNumberOf(talk.session.key);
  const numbers = checkChoices({ randomBytes }, right);
  const chosen = await choose(numbers, cleanCard(newcomer.value.card));
  return chosen === right ? newcomer : err({ type: "CheckNumberRefused" });
};
