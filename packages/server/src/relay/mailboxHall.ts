/**
 * Who waits at which mailbox on this node. Messages lie in the store, so the two sides may be connected
 * to two nodes; each looks again when something was said, and now and then besides.
 */
import type { MailboxEnd, MailboxNumber, RelayInput } from "@duro/protocol";
import { MailboxEnd as End } from "@duro/protocol";
import type { Mailbox, MailboxSide, MailboxStore } from "../ports/mailboxStore.ts";

/** A connection at a mailbox. */
interface Attendee {
  take(input: RelayInput): void;
}

interface Attending {
  readonly attendee: Attendee;
  readonly mailbox: Mailbox;
  readonly side: MailboxSide;
  afterIndex: number;
  isReading: boolean;
  isWanted: boolean;
}

export interface MailboxHall {
  attend(attendee: Attendee, mailbox: Mailbox, side: MailboxSide): void;
  leave(attendee: Attendee, mailbox: MailboxNumber): void;
  leaveAll(attendee: Attendee): void;
  find(attendee: Attendee, mailbox: MailboxNumber): Mailbox | undefined;
  /** Something was said or ended there. */
  look(mailbox: MailboxNumber): void;
  /** After news may have been missed, and for what expired. */
  lookEverywhere(): void;
}

export const createMailboxHall = (deps: {
  readonly mailboxStore: MailboxStore;
  readonly nowMs: () => number;
  readonly onFailure: (cause: unknown) => void;
}): MailboxHall => {
  const attending = new Map<MailboxNumber, Set<Attending>>();

  const remove = (entry: Attending): void => {
    const others = attending.get(entry.mailbox.mailbox);
    others?.delete(entry);
    if (others?.size === 0) attending.delete(entry.mailbox.mailbox);
  };

  const read = async (entry: Attending): Promise<void> => {
    const { mailbox, side, attendee } = entry;
    const { state, messages } = await deps.mailboxStore.read(
      mailbox,
      side,
      entry.afterIndex,
      deps.nowMs(),
    );
    for (const { index, message } of messages) {
      entry.afterIndex = index;
      attendee.take({ kind: "mailboxMessage", mailbox: mailbox.mailbox, message });
    }
    const end = endOf(state);
    if (end === undefined) return;
    remove(entry);
    attendee.take({ kind: "mailboxClosed", mailbox: mailbox.mailbox, end });
  };

  const readOn = async (entry: Attending): Promise<void> => {
    entry.isWanted = true;
    if (entry.isReading) return;
    entry.isReading = true;
    try {
      while (entry.isWanted) {
        entry.isWanted = false;
        await read(entry);
      }
    } catch (cause) {
      deps.onFailure(cause);
    } finally {
      entry.isReading = false;
    }
  };

  const lookAt = (mailbox: MailboxNumber): void => {
    for (const entry of attending.get(mailbox) ?? []) void readOn(entry);
  };

  const findEntry = (attendee: Attendee, mailbox: MailboxNumber): Attending | undefined =>
    [...(attending.get(mailbox) ?? [])].find((entry) => entry.attendee === attendee);

  return {
    attend: (attendee, mailbox, side) => {
      const entry = {
        attendee,
        mailbox,
        side,
        afterIndex: 0,
        isReading: false,
        isWanted: false,
      };
      const others = attending.get(mailbox.mailbox) ?? new Set();
      attending.set(mailbox.mailbox, others.add(entry));
      // What the other side said before this one came.
      void readOn(entry);
    },
    leave: (attendee, mailbox) => {
      const entry = findEntry(attendee, mailbox);
      if (entry !== undefined) remove(entry);
    },
    leaveAll: (attendee) => {
      for (const entries of attending.values())
        for (const entry of entries) if (entry.attendee === attendee) remove(entry);
    },
    find: (attendee, mailbox) => findEntry(attendee, mailbox)?.mailbox,
    look: lookAt,
    lookEverywhere: () => {
      for (const mailbox of attending.keys()) lookAt(mailbox);
    },
  };
};

const endOf = (state: "open" | "done" | "burnt" | "unknown"): MailboxEnd | undefined => {
  switch (state) {
    case "open":
      return undefined;
    case "done":
      return End.Done;
    case "burnt":
      return End.Burnt;
    case "unknown":
      return End.Expired;
  }
};
