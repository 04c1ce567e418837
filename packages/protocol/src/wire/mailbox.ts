/**
 * Frames of pairing: two devices meet at a mailbox, one of them not logged in yet. What they say to
 * each other is crypto's matter; the relay passes bytes on.
 */
import type { Reader, Writer } from "@duro/crypto/types";
import { type MailboxNumber, mailboxNumbers, type RequestId, requestIds } from "../ids.ts";
import { pairingMessageByteLengthMax } from "../limits.ts";
import { readOneOf } from "./shapes.ts";

export interface MailboxOpen {
  readonly type: "MailboxOpen";
  readonly request: RequestId;
}

export const writeMailboxOpen = (to: Writer, frame: MailboxOpen): void =>
  requestIds.write(to, frame.request);

export const readMailboxOpen = (from: Reader): MailboxOpen => ({
  type: "MailboxOpen",
  request: requestIds.read(from),
});

export interface MailboxJoin {
  readonly type: "MailboxJoin";
  readonly request: RequestId;
  readonly mailbox: MailboxNumber;
}

export const writeMailboxJoin = (to: Writer, frame: MailboxJoin): void => {
  requestIds.write(to, frame.request);
  mailboxNumbers.write(to, frame.mailbox);
};

export const readMailboxJoin = (from: Reader): MailboxJoin => ({
  type: "MailboxJoin",
  request: requestIds.read(from),
  mailbox: mailboxNumbers.read(from),
});

/** To the one who opened it, and to the one who joined. */
export interface MailboxOpened {
  readonly type: "MailboxOpened";
  readonly request: RequestId;
  readonly mailbox: MailboxNumber;
  readonly expiresAtMs: number;
}

export const writeMailboxOpened = (to: Writer, frame: MailboxOpened): void => {
  requestIds.write(to, frame.request);
  mailboxNumbers.write(to, frame.mailbox);
  to.varUint(frame.expiresAtMs);
};

export const readMailboxOpened = (from: Reader): MailboxOpened => ({
  type: "MailboxOpened",
  request: requestIds.read(from),
  mailbox: mailboxNumbers.read(from),
  expiresAtMs: from.varUint(),
});

interface Passed {
  readonly mailbox: MailboxNumber;
  readonly message: Uint8Array;
}

const writePassed = (to: Writer, { mailbox, message }: Passed): void => {
  mailboxNumbers.write(to, mailbox);
  to.varBytes(message);
};

const readPassed = (from: Reader): Passed => ({
  mailbox: mailboxNumbers.read(from),
  message: from.varBytes(pairingMessageByteLengthMax),
});

export interface MailboxSend extends Passed {
  readonly type: "MailboxSend";
}

export const writeMailboxSend = (to: Writer, frame: MailboxSend): void => writePassed(to, frame);
export const readMailboxSend = (from: Reader): MailboxSend => ({
  type: "MailboxSend",
  ...readPassed(from),
});

/** What the other side sent. */
export interface MailboxMessage extends Passed {
  readonly type: "MailboxMessage";
}

export const writeMailboxMessage = (to: Writer, frame: MailboxMessage): void =>
  writePassed(to, frame);
export const readMailboxMessage = (from: Reader): MailboxMessage => ({
  type: "MailboxMessage",
  ...readPassed(from),
});

export interface MailboxClose {
  readonly type: "MailboxClose";
  readonly mailbox: MailboxNumber;
  /** The other side did not know the code: nobody tries it again. */
  readonly isBurnt: boolean;
}

export const writeMailboxClose = (to: Writer, frame: MailboxClose): void => {
  mailboxNumbers.write(to, frame.mailbox);
  to.bool(frame.isBurnt);
};

export const readMailboxClose = (from: Reader): MailboxClose => ({
  type: "MailboxClose",
  mailbox: mailboxNumbers.read(from),
  isBurnt: from.bool(),
});

/** Numbers on the wire: never reused. */
export const MailboxEnd = { Done: 1, Burnt: 2, Expired: 3 } as const;
export type MailboxEnd = (typeof MailboxEnd)[keyof typeof MailboxEnd];

export interface MailboxClosed {
  readonly type: "MailboxClosed";
  readonly mailbox: MailboxNumber;
  readonly end: MailboxEnd;
}

export const writeMailboxClosed = (to: Writer, frame: MailboxClosed): void => {
  mailboxNumbers.write(to, frame.mailbox);
  to.u8(frame.end);
};

export const readMailboxClosed = (from: Reader): MailboxClosed => ({
  type: "MailboxClosed",
  mailbox: mailboxNumbers.read(from),
  end: readOneOf(from, "mailbox end", MailboxEnd),
});
