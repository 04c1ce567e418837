/** A mailbox as a channel that the relay can neither read nor join: the handshake, then words. */
import {
  openPairingMessage,
  type PairingCode,
  type PairingError,
  type PairingRole,
  type PairingSession,
  pairingStep,
  type RandomBytes,
  sealPairingMessage,
  startPairing,
} from "@duro/crypto";
import { err, ok, type Result } from "@duro/crypto/types";
import type { Mailbox, MailboxOver, MailboxRefused } from "./mailboxes.ts";
import { decodePairingWord, encodePairingWord, type PairingWord } from "./pairingWords.ts";

/** What a machine says without asking its person is here in that time, or it is gone. */
const machineMsMax = 30_000;

/** What came through the channel is none of its messages, or not the one that was due. */
interface PairingBroken {
  readonly type: "PairingBroken";
}

export type TalkError = MailboxOver | PairingBroken;

export type MeetError = MailboxRefused | MailboxOver | PairingError;

export interface PairingTalk {
  readonly session: PairingSession;
  say(word: PairingWord): void;
  /** Whatever fails burns the code. */
  hear<Type extends PairingWord["type"]>(
    ...types: readonly Type[]
  ): Promise<Result<Extract<PairingWord, { type: Type }>, TalkError>>;
  end(how: "done" | "burnt"): void;
}

export const startTalk = async (
  deps: { readonly randomBytes: RandomBytes },
  mailbox: Mailbox,
  role: PairingRole,
  code: PairingCode,
): Promise<Result<PairingTalk, MailboxOver | PairingError>> => {
  let { state, send } = startPairing(deps, role, code);
  /** The joiner waits for somebody to type its code; from then on machines talk. */
  let isAnswered = role === "approver";
  for (;;) {
    if (send !== undefined) mailbox.send(send);
    if (state.kind === "paired") return ok(talkIn(deps, mailbox, state.session, role));
    const heard = await mailbox.hear(isAnswered ? machineMsMax : undefined);
    isAnswered = true;
    if (!heard.ok) return heard;
    const stepped = pairingStep(deps, state, heard.value);
    if (!stepped.ok) {
      mailbox.close("burnt");
      return stepped;
    }
    ({ state, send } = stepped.value);
  }
};

const talkIn = (
  deps: { readonly randomBytes: RandomBytes },
  mailbox: Mailbox,
  session: PairingSession,
  role: PairingRole,
): PairingTalk => {
  let saidCount = 0;
  let heardCount = 0;
  const isDue = <Type extends PairingWord["type"]>(
    word: PairingWord,
    types: readonly Type[],
  ): word is Extract<PairingWord, { type: Type }> =>
    (types as readonly PairingWord["type"][]).includes(word.type);
  return {
    session,
    say: (word) => {
      saidCount += 1;
      mailbox.send(sealPairingMessage(deps, session, saidCount, encodePairingWord(word)));
    },
    hear: async (...types) => {
      // The joiner waits for a person once more, who looks for the number.
      const message = await mailbox.hear(role === "approver" ? machineMsMax : undefined);
      if (!message.ok) return message;
      heardCount += 1;
      const opened = openPairingMessage(session, heardCount, message.value);
      const word = opened.ok ? decodePairingWord(opened.value) : opened;
      if (word.ok && isDue(word.value, types)) return ok(word.value);
      mailbox.close("burnt");
      return err({ type: "PairingBroken" });
    },
    end: (how) => mailbox.close(how),
  };
};
