/** Pairing: mailboxes of this connection, before and after the login. */
import type { MailboxNumber } from "../ids.ts";
import type { MailboxClosed, MailboxMessage, MailboxOpened } from "../wire/mailbox.ts";
import type { ClientInput, MailboxInput } from "./clientInput.ts";
import type { ClientConnection } from "./clientState.ts";
import type { RefusalSaid } from "./ended.ts";
import {
  ask,
  askUnderNumber,
  type ClientStep,
  misbehaved,
  stay,
  withLine,
  withoutAsked,
} from "./step.ts";

type Input<Kind extends ClientInput["kind"]> = Extract<ClientInput, { kind: Kind }>;

/** From the challenge on: before it nobody knows which version the relay speaks. */
const mayUseMailboxes = ({ link }: ClientConnection): boolean =>
  link.kind === "signing" || link.kind === "welcoming" || link.kind === "ready";

export const onMailboxInput = (state: ClientConnection, input: MailboxInput): ClientStep => {
  switch (input.kind) {
    case "openMailbox":
    case "joinMailbox":
      return mayUseMailboxes(state)
        ? askForMailbox(state, input)
        : stay(state, { kind: "requestLost", request: input.request });
    case "sendToMailbox": {
      const { mailbox, message } = input;
      return state.line.mailboxes.has(mailbox)
        ? stay(ask(state, { type: "MailboxSend", mailbox, message }))
        : stay(state);
    }
    case "closeMailbox": {
      const { mailbox, isBurnt } = input;
      return state.line.mailboxes.has(mailbox)
        ? stay(without(ask(state, { type: "MailboxClose", mailbox, isBurnt }), mailbox))
        : stay(state);
    }
  }
};

const askForMailbox = (
  state: ClientConnection,
  input: Input<"openMailbox"> | Input<"joinMailbox">,
): ClientStep =>
  askUnderNumber(state, "mailbox", input.request, (request) =>
    input.kind === "openMailbox"
      ? { type: "MailboxOpen", request }
      : { type: "MailboxJoin", request, mailbox: input.mailbox },
  );

const without = (state: ClientConnection, mailbox: MailboxNumber): ClientConnection =>
  withLine(state, {
    mailboxes: new Set([...state.line.mailboxes].filter((number) => number !== mailbox)),
  });

export const onMailboxOpened = (
  state: ClientConnection,
  { request: number, mailbox, expiresAtMs }: MailboxOpened,
): ClientStep => {
  const asked = state.line.asked.get(number);
  if (asked?.kind !== "mailbox")
    return misbehaved(state, { type: "AnswerUnasked", frame: "MailboxOpened" });
  const { request } = asked;
  const mailboxes = new Set(state.line.mailboxes).add(mailbox);
  return stay(withLine(withoutAsked(state, number), { mailboxes }), {
    kind: "mailboxOpened",
    request,
    mailbox,
    expiresAtMs,
  });
};

/** What comes late for a mailbox that was closed here goes nowhere. */
export const onMailboxMessage = (
  state: ClientConnection,
  { mailbox, message }: MailboxMessage,
): ClientStep =>
  state.line.mailboxes.has(mailbox)
    ? stay(state, { kind: "mailboxMessage", mailbox, message })
    : stay(state);

export const onMailboxClosed = (
  state: ClientConnection,
  { mailbox, end }: MailboxClosed,
): ClientStep =>
  state.line.mailboxes.has(mailbox)
    ? stay(without(state, mailbox), { kind: "mailboxClosed", mailbox, end })
    : stay(state);

export const onMailboxRefused = (
  state: ClientConnection,
  mailbox: MailboxNumber,
  refusal: RefusalSaid,
): ClientStep => {
  if (!state.line.mailboxes.has(mailbox)) return stay(state);
  const isGone = refusal.name === "MailboxUnknown" || refusal.name === "MailboxBurnt";
  return stay(isGone ? without(state, mailbox) : state, {
    kind: "mailboxRefused",
    mailbox,
    refusal,
  });
};
