/** Pairing: what a connection may do at a mailbox, before and after it is logged in. */
import { MailboxEnd } from "../wire/mailbox.ts";
import type { MailboxClose, MailboxJoin, MailboxOpen, MailboxSend } from "../wire/mailbox.ts";
import type { MailboxNumber, RequestId } from "../ids.ts";
import { refused } from "./refused.ts";
import type { RelayInput } from "./relayInput.ts";
import type { RelayConnection } from "./relayState.ts";
import { send, sendRefusal, stay, type Step } from "./step.ts";
import { refuse } from "./stepRefusal.ts";

/** One pairing at a time, and one that was begun before and not ended yet. */
const mailboxesPerConnectionMax = 2;

const isFull = ({ mailboxes, mailboxRequests }: RelayConnection): boolean =>
  mailboxes.size + mailboxRequests.length >= mailboxesPerConnectionMax;

const asking = (state: RelayConnection, request: RequestId): RelayConnection => ({
  ...state,
  mailboxRequests: [...state.mailboxRequests, request],
});

/** Undefined where none of that number is under way. */
const answered = (state: RelayConnection, request: RequestId): RelayConnection | undefined => {
  const at = state.mailboxRequests.indexOf(request);
  return at === -1
    ? undefined
    : { ...state, mailboxRequests: state.mailboxRequests.toSpliced(at, 1) };
};

export const onMailboxOpen = (state: RelayConnection, { request }: MailboxOpen): Step =>
  isFull(state)
    ? stay(state, sendRefusal({ kind: "request", request }, refused("MailboxFull")))
    : stay(asking(state, request), { kind: "openMailbox", request });

export const onMailboxJoin = (state: RelayConnection, { request, mailbox }: MailboxJoin): Step =>
  isFull(state) || state.mailboxes.has(mailbox)
    ? stay(state, sendRefusal({ kind: "request", request }, refused("MailboxFull")))
    : stay(asking(state, request), { kind: "joinMailbox", request, mailbox });

export const onMailboxOpened = (
  state: RelayConnection,
  input: Extract<RelayInput, { kind: "mailboxOpened" }>,
): Step => {
  const { request, mailbox, side, expiresAtMs } = input;
  const next = answered(state, request);
  if (next === undefined) return stay(state);
  return stay(
    { ...next, mailboxes: new Map(next.mailboxes).set(mailbox, { side }) },
    send({ type: "MailboxOpened", request, mailbox, expiresAtMs }),
  );
};

/** Whatever was asked for under this number, a mailbox or something else. */
export const onRequestRefused = (
  state: RelayConnection,
  { request, refused: refusal }: Extract<RelayInput, { kind: "requestRefused" }>,
  nowMs: number,
): Step =>
  refuse(stay(answered(state, request) ?? state), { kind: "request", request }, refusal, nowMs);

const unknown = (state: RelayConnection, mailbox: MailboxNumber): Step =>
  stay(state, sendRefusal({ kind: "mailbox", mailbox }, refused("MailboxUnknown")));

export const onMailboxSend = (state: RelayConnection, frame: MailboxSend): Step => {
  const { mailbox, message } = frame;
  const side = state.mailboxes.get(mailbox)?.side;
  return side === undefined
    ? unknown(state, mailbox)
    : stay(state, { kind: "sendToMailbox", mailbox, side, message });
};

export const onMailboxClose = (
  state: RelayConnection,
  { mailbox, isBurnt }: MailboxClose,
): Step => {
  const side = state.mailboxes.get(mailbox)?.side;
  if (side === undefined) return unknown(state, mailbox);
  const end = isBurnt ? MailboxEnd.Burnt : MailboxEnd.Done;
  return stay(without(state, mailbox), { kind: "closeMailbox", mailbox, side, end });
};

const without = (state: RelayConnection, mailbox: MailboxNumber): RelayConnection => {
  const mailboxes = new Map(state.mailboxes);
  mailboxes.delete(mailbox);
  return { ...state, mailboxes };
};

export const onMailboxMessage = (
  state: RelayConnection,
  { mailbox, message }: Extract<RelayInput, { kind: "mailboxMessage" }>,
): Step =>
  state.mailboxes.has(mailbox)
    ? stay(state, send({ type: "MailboxMessage", mailbox, message }))
    : stay(state);

export const onMailboxClosed = (
  state: RelayConnection,
  { mailbox, end }: Extract<RelayInput, { kind: "mailboxClosed" }>,
): Step =>
  state.mailboxes.has(mailbox)
    ? stay(without(state, mailbox), send({ type: "MailboxClosed", mailbox, end }))
    : stay(state);
