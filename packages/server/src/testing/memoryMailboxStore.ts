/** Mailboxes in a map, for tests and the simulation. */
import { err, ok, type Result } from "@duro/crypto/types";
import { limits, type MailboxNumber, times } from "@duro/protocol";
import {
  type KeptMessage,
  type Mailbox,
  type MailboxContents,
  type MailboxError,
  mailboxNumberTryCountMax,
  mailboxOpenCountMax,
  type MailboxSide,
  type MailboxStore,
} from "../ports/mailboxStore.ts";

interface MemoryMailbox extends Mailbox {
  isJoined: boolean;
  isBurnt: boolean;
  readonly gone: Set<MailboxSide>;
  messages: readonly (KeptMessage & { readonly side: MailboxSide })[];
}

const stateOf = ({
  isBurnt,
  gone,
}: MemoryMailbox): Exclude<MailboxContents["state"], "unknown"> => {
  if (isBurnt) return "burnt";
  return gone.size > 0 ? "done" : "open";
};

/** One object is one relay's: nodes share it, as they share a database. */
export const createMemoryMailboxStore = (): MailboxStore => {
  const mailboxes = new Map<MailboxNumber, MemoryMailbox>();

  const find = (mailbox: MailboxNumber, nowMs: number): MemoryMailbox | undefined => {
    const found = mailboxes.get(mailbox);
    return found !== undefined && found.expiresAtMs > nowMs ? found : undefined;
  };

  const held = ({ mailbox, expiresAtMs }: Mailbox): MemoryMailbox | undefined => {
    const found = mailboxes.get(mailbox);
    return found?.expiresAtMs === expiresAtMs ? found : undefined;
  };

  const openCount = (nowMs: number): number =>
    [...mailboxes.values()].filter(
      ({ expiresAtMs, isBurnt, gone }) => expiresAtMs > nowMs && !isBurnt && !gone.has("opener"),
    ).length;

  const standing = (found: MemoryMailbox | undefined): Result<MemoryMailbox, MailboxError> => {
    if (found === undefined) return err({ type: "MailboxUnknown" });
    switch (stateOf(found)) {
      case "open":
        return ok(found);
      case "done":
        return err({ type: "MailboxUnknown" });
      case "burnt":
        return err({ type: "MailboxBurnt" });
    }
  };

  return {
    open: async (nextNumber, nowMs) => {
      if (openCount(nowMs) >= mailboxOpenCountMax) return err({ type: "NoMailboxFree" });
      for (let tryCount = 0; tryCount < mailboxNumberTryCountMax; tryCount++) {
        const mailbox = nextNumber();
        if (find(mailbox, nowMs) !== undefined) continue;
        const expiresAtMs = nowMs + times.mailboxLifetimeMs;
        const fresh = { isJoined: false, isBurnt: false, gone: new Set<MailboxSide>() };
        mailboxes.set(mailbox, { mailbox, expiresAtMs, ...fresh, messages: [] });
        return ok({ mailbox, expiresAtMs });
      }
      return err({ type: "NoMailboxFree" });
    },

    join: async (mailbox, nowMs) => {
      const open = standing(find(mailbox, nowMs));
      if (!open.ok) return open;
      if (open.value.isJoined) return err({ type: "MailboxFull" });
      open.value.isJoined = true;
      return ok({ mailbox, expiresAtMs: open.value.expiresAtMs });
    },

    send: async (mailbox, side, message, nowMs) => {
      const open = standing(mailbox.expiresAtMs > nowMs ? held(mailbox) : undefined);
      if (!open.ok) return open;
      const { messages } = open.value;
      if (messages.length >= limits.pairingMessageCountMax) return err({ type: "MailboxFull" });
      const kept = { index: messages.length + 1, message: message.slice(), side };
      open.value.messages = [...messages, kept];
      return ok(undefined);
    },

    read: async (mailbox, side, afterIndex, nowMs) => {
      const found = mailbox.expiresAtMs > nowMs ? held(mailbox) : undefined;
      if (found === undefined) return { state: "unknown", messages: [] };
      const messages = found.messages
        .filter((kept) => kept.side !== side && kept.index > afterIndex)
        .map(({ index, message }) => ({ index, message }));
      return { state: stateOf(found), messages };
    },

    close: async (mailbox, side, end) => {
      const found = held(mailbox);
      if (found === undefined || found.isBurnt) return;
      if (end === "burnt") {
        found.isBurnt = true;
        found.messages = [];
        return;
      }
      found.gone.add(side);
      if (found.gone.has("opener") && (found.gone.has("joiner") || !found.isJoined))
        mailboxes.delete(mailbox.mailbox);
    },

    removeExpired: async (nowMs) => {
      const over = [...mailboxes.values()].filter(({ expiresAtMs }) => expiresAtMs <= nowMs);
      for (const { mailbox } of over) mailboxes.delete(mailbox);
      return over.length;
    },
  };
};
