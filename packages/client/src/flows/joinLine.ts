/** How a machine without a login meets the one that lets it in: a connection, a mailbox, a code. */
import {
  checkNumberOf,
  createPairingCode,
  type PairingCode,
  pairingCodeText,
  type Secret,
} from "@duro/crypto";
import { err, ok, type Result, type SignPublicKey } from "@duro/crypto/types";
import { mailboxNumbers } from "@duro/protocol";
import { createConnection, type EngineEffect } from "../engine/connection.ts";
import type { NoSession, SessionDeps } from "./logSession.ts";
import {
  createMailboxes,
  type Mailbox,
  type MailboxOver,
  type MailboxRefused,
  type Mailboxes,
} from "./mailboxes.ts";
import { type MeetError, type PairingTalk, startTalk } from "./pairingTalk.ts";

export interface JoinScreen {
  /** To be typed on the other machine. Good for one guess. */
  showCode(code: Secret<string>): void;
  /** To be found among several on the other machine. */
  showCheckNumber(number: string): void;
}

interface Line {
  readonly mailboxes: Mailboxes;
  /** Of the relay that answers at this address. */
  readonly relayKey: SignPublicKey;
  readonly close: () => void;
}

/** A connection without a login: it reaches mailboxes and nothing else. */
export const openLine = (deps: SessionDeps): Promise<Result<Line, NoSession>> =>
  new Promise((resolve) => {
    const close = (): void => {
      mailboxes.disconnected();
      connection.close();
    };
    const onEffect = (effect: EngineEffect): void => {
      if (effect.kind === "signLogin")
        resolve(ok({ mailboxes, relayKey: effect.challenge.relayKey, close }));
      else if (effect.kind === "stopped" || effect.kind === "lost") {
        close();
        resolve(err({ type: "NoSession", why: effect.why }));
      } else mailboxes.take(effect);
    };
    const connection = createConnection({
      ...deps,
      url: deps.relayUrl,
      onEffect,
      onFailure: close,
    });
    const mailboxes = createMailboxes(deps.clock, (said) => connection.input(said));
    connection.input({ kind: "start" });
  });

export const meet = async (
  deps: SessionDeps,
  mailboxes: Mailboxes,
  screen: JoinScreen,
  shown: PairingCode | undefined,
): Promise<Result<PairingTalk, MeetError>> => {
  const mailbox = await (shown === undefined ? mailboxes.open() : joinShown(mailboxes, shown));
  if (!mailbox.ok) return mailbox;
  const code = shown ?? createPairingCode(deps, mailbox.value.number);
  if (shown === undefined) screen.showCode(pairingCodeText(code));
  const talk = await startTalk(deps, mailbox.value, "joiner", code);
  if (talk.ok) screen.showCheckNumber(checkNumberOf(talk.value.session.key));
  return talk;
};

const joinShown = async (
  mailboxes: Mailboxes,
  code: PairingCode,
): Promise<Result<Mailbox, MailboxRefused | MailboxOver>> => {
  const number = mailboxNumbers.parse(code.mailbox);
  return number.ok
    ? mailboxes.join(number.value)
    : err({ type: "MailboxRefused", refusal: "MailboxUnknown" });
};
