/**
 * Mailboxes, where two devices meet to pair, each perhaps on another node. A number is used again, so
 * whoever holds a mailbox names it together with its expiry: somebody late never reaches the next pair.
 *
 * One that ended well is gone when both sides have closed it, so that the last message still arrives.
 * A burnt one loses its messages at once and keeps its number until it would have expired.
 */
import type { Result } from "@duro/crypto/types";
import type { MailboxNumber } from "@duro/protocol";

/**
 * A number is asked for by anybody who can reach the relay. Of 32,768 numbers most stay free, so one
 * that is taken at random usually is, and a guessed one usually is not open.
 */
export const mailboxOpenCountMax = 5_000;
/** With all of those open, one in 10^13 goes away without a number. */
export const mailboxNumberTryCountMax = 16;

export type MailboxSide = "opener" | "joiner";

/** What a side got when it opened or joined. */
export interface Mailbox {
  readonly mailbox: MailboxNumber;
  readonly expiresAtMs: number;
}

/** As many are open as the relay allows, or hardly a number is free. */
interface NoMailboxFree {
  readonly type: "NoMailboxFree";
}
/** No mailbox of that number is open. */
interface MailboxUnknown {
  readonly type: "MailboxUnknown";
}
/** It has both its sides, or all the messages it may carry. */
interface MailboxFull {
  readonly type: "MailboxFull";
}
/** One side found the other wrong. */
interface MailboxBurnt {
  readonly type: "MailboxBurnt";
}
export type MailboxError = MailboxUnknown | MailboxFull | MailboxBurnt;

export interface KeptMessage {
  /** From 1, both sides counted together. */
  readonly index: number;
  readonly message: Uint8Array;
}

/** What a side finds. */
export interface MailboxContents {
  /** Unknown: it expired, or both sides have closed it. */
  readonly state: "open" | "done" | "burnt" | "unknown";
  /** Of the other side, rising. */
  readonly messages: readonly KeptMessage[];
}

/** Adapters: postgresMailboxStore, memoryMailboxStore. */
export interface MailboxStore {
  /** Under one of the numbers that `nextNumber` gives, who is asked a bounded number of times. */
  open(nextNumber: () => MailboxNumber, nowMs: number): Promise<Result<Mailbox, NoMailboxFree>>;
  join(mailbox: MailboxNumber, nowMs: number): Promise<Result<Mailbox, MailboxError>>;
  send(
    mailbox: Mailbox,
    side: MailboxSide,
    message: Uint8Array,
    nowMs: number,
  ): Promise<Result<void, MailboxError>>;
  /** State and messages of one moment: whoever sees it ended has all that was said before. */
  read(
    mailbox: Mailbox,
    side: MailboxSide,
    afterIndex: number,
    nowMs: number,
  ): Promise<MailboxContents>;
  /** Burnt stays burnt, whatever the other side says. */
  close(mailbox: Mailbox, side: MailboxSide, end: "done" | "burnt"): Promise<void>;
  /** How many. */
  removeExpired(nowMs: number): Promise<number>;
}
