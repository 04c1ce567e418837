/** Mailboxes in Postgres, so that two devices on two nodes can pair. */
import { err, ok } from "@duro/crypto/types";
import { limits, type MailboxNumber, times } from "@duro/protocol";
import {
  type Mailbox,
  type MailboxContents,
  type MailboxError,
  mailboxNumberTryCountMax,
  mailboxOpenCountMax,
  type MailboxSide,
  type MailboxStore,
} from "../ports/mailboxStore.ts";
import type { Sql } from "./sql.ts";

export const createPostgresMailboxStore = (sql: Sql): MailboxStore => ({
  open: async (nextNumber, nowMs) => {
    if (await isCrowded(sql, nowMs)) return err({ type: "NoMailboxFree" });
    const expiresAtMs = nowMs + times.mailboxLifetimeMs;
    for (let tryCount = 0; tryCount < mailboxNumberTryCountMax; tryCount++) {
      const mailbox = nextNumber();
      await sql`delete from mailboxes where mailbox = ${mailbox} and expires_at_ms <= ${nowMs}`;
      const { count } = await sql`
        insert into mailboxes (mailbox, expires_at_ms) values (${mailbox}, ${expiresAtMs})
        on conflict do nothing`;
      if (count > 0) return ok({ mailbox, expiresAtMs });
    }
    return err({ type: "NoMailboxFree" });
  },

  join: async (mailbox, nowMs) => {
    const [joined] = await sql<{ expires_at_ms: number }[]>`
      update mailboxes set is_joined = true
      where mailbox = ${mailbox} and expires_at_ms > ${nowMs}
        and not is_joined and not is_opener_gone and not is_burnt
      returning expires_at_ms`;
    if (joined !== undefined) return ok({ mailbox, expiresAtMs: joined.expires_at_ms });
    return err(whyNot(await stateOf(sql, mailbox, nowMs)));
  },

  send: async ({ mailbox, expiresAtMs }, side, message, nowMs) => {
    const { count } = await sql`
      with counted as (
        update mailboxes set message_count = message_count + 1
        where mailbox = ${mailbox} and expires_at_ms = ${expiresAtMs} and expires_at_ms > ${nowMs}
          and not is_opener_gone and not is_joiner_gone and not is_burnt
          and message_count < ${limits.pairingMessageCountMax}
        returning message_count
      )
      insert into mailbox_messages (mailbox, message_index, is_from_opener, message)
      select ${mailbox}, message_count, ${side === "opener"}, ${message} from counted`;
    if (count > 0) return ok(undefined);
    return err(whyNot(await stateOf(sql, mailbox, nowMs, expiresAtMs)));
  },

  read: async ({ mailbox, expiresAtMs }, side, afterIndex, nowMs) => {
    const rows = await sql<(StateRow & MessageRow)[]>`
      select is_opener_gone, is_joiner_gone, is_burnt, message_index, message
      from mailboxes b
      left join mailbox_messages m on m.mailbox = b.mailbox
        and m.is_from_opener = ${side === "joiner"} and m.message_index > ${afterIndex}
        and not is_burnt
      where b.mailbox = ${mailbox} and expires_at_ms = ${expiresAtMs} and expires_at_ms > ${nowMs}
      order by message_index`;
    const messages = rows.flatMap(({ message_index: index, message }) =>
      index === null || message === null ? [] : [{ index, message }],
    );
    return { state: stateIn(rows[0]), messages };
  },

  close: (mailbox, side, end) => (end === "burnt" ? burn(sql, mailbox) : leave(sql, mailbox, side)),

  removeExpired: async (nowMs) => {
    const { count } = await sql`delete from mailboxes where expires_at_ms <= ${nowMs}`;
    return count;
  },
});

interface StateRow {
  readonly is_opener_gone: boolean;
  readonly is_joiner_gone: boolean;
  readonly is_burnt: boolean;
}

/** Nulls where there is none. */
interface MessageRow {
  readonly message_index: number | null;
  readonly message: Uint8Array | null;
}

/** Some that open at the same moment may pass together: the limit bounds a table, not a right. */
const isCrowded = async (sql: Sql, nowMs: number): Promise<boolean> => {
  const [open] = await sql<{ count: number }[]>`
    select count(*) as count from mailboxes
    where expires_at_ms > ${nowMs} and not is_opener_gone and not is_burnt`;
  return (open?.count ?? 0) >= mailboxOpenCountMax;
};

const stateIn = (row: StateRow | undefined): MailboxContents["state"] => {
  if (row === undefined) return "unknown";
  if (row.is_burnt) return "burnt";
  return row.is_opener_gone || row.is_joiner_gone ? "done" : "open";
};

const stateOf = async (
  sql: Sql,
  mailbox: MailboxNumber,
  nowMs: number,
  expiresAtMs?: number,
): Promise<MailboxContents["state"]> => {
  const [row] = await sql<StateRow[]>`
    select is_opener_gone, is_joiner_gone, is_burnt from mailboxes
    where mailbox = ${mailbox} and expires_at_ms > ${nowMs}
      ${expiresAtMs === undefined ? sql`` : sql`and expires_at_ms = ${expiresAtMs}`}`;
  return stateIn(row);
};

/** Of one that took no joiner or no message. */
const whyNot = (state: MailboxContents["state"]): MailboxError => {
  switch (state) {
    case "unknown":
    case "done":
      return { type: "MailboxUnknown" };
    case "burnt":
      return { type: "MailboxBurnt" };
    case "open":
      return { type: "MailboxFull" };
  }
};

/** Messages of a burnt one are not read, so it does no harm if the second step never comes. */
const burn = async (sql: Sql, { mailbox, expiresAtMs }: Mailbox): Promise<void> => {
  const { count } = await sql`
    update mailboxes set is_burnt = true
    where mailbox = ${mailbox} and expires_at_ms = ${expiresAtMs}`;
  if (count > 0) await sql`delete from mailbox_messages where mailbox = ${mailbox}`;
};

/** Without the second step the row stands until it expires. */
const leave = async (
  sql: Sql,
  { mailbox, expiresAtMs }: Mailbox,
  side: MailboxSide,
): Promise<void> => {
  await sql`
    update mailboxes
    set is_opener_gone = is_opener_gone or ${side === "opener"},
      is_joiner_gone = is_joiner_gone or ${side === "joiner"}
    where mailbox = ${mailbox} and expires_at_ms = ${expiresAtMs} and not is_burnt`;
  await sql`
    delete from mailboxes
    where mailbox = ${mailbox} and expires_at_ms = ${expiresAtMs} and not is_burnt
      and is_opener_gone and (is_joiner_gone or not is_joined)`;
};
