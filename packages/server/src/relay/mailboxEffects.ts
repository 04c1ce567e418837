/** What a connection does at a mailbox. */
import { MailboxEnd, refused, type RelayEffect } from "@duro/protocol";
import { createMailboxNumber } from "../mailboxes/mailboxNumber.ts";
import type { Mailbox, MailboxError } from "../ports/mailboxStore.ts";
import type { Connection } from "./connection.ts";
import type { RelayContext } from "./context.ts";

type Effect<Kind extends RelayEffect["kind"]> = Extract<RelayEffect, { kind: Kind }>;
type MailboxContext = Pick<
  RelayContext,
  "mailboxStore" | "hall" | "notifier" | "nowMs" | "randomBytes"
>;

export const openMailbox = async (
  context: MailboxContext,
  connection: Connection,
  { request }: Effect<"openMailbox">,
): Promise<void> => {
  const opened = await context.mailboxStore.open(
    () => createMailboxNumber(context),
    context.nowMs(),
  );
  if (!opened.ok)
    return connection.take({ kind: "requestRefused", request, refused: refused("Overloaded") });
  const { mailbox, expiresAtMs } = opened.value;
  context.hall.attend(connection, opened.value, "opener");
  return connection.take({ kind: "mailboxOpened", request, mailbox, side: "opener", expiresAtMs });
};

export const joinMailbox = async (
  context: MailboxContext,
  connection: Connection,
  { request, mailbox }: Effect<"joinMailbox">,
): Promise<void> => {
  const joined = await context.mailboxStore.join(mailbox, context.nowMs());
  if (!joined.ok)
    return connection.take({
      kind: "requestRefused",
      request,
      refused: refused(joined.error.type),
    });
  const { expiresAtMs } = joined.value;
  connection.take({ kind: "mailboxOpened", request, mailbox, side: "joiner", expiresAtMs });
  return context.hall.attend(connection, joined.value, "joiner");
};

const refuse = (
  connection: Connection,
  mailbox: Effect<"sendToMailbox">["mailbox"],
  error: MailboxError,
): void => connection.take({ kind: "mailboxRefused", mailbox, refused: refused(error.type) });

/** `held` as it was when this was asked for: the connection may be gone when its turn comes. */
export const sendToMailbox = async (
  context: MailboxContext,
  connection: Connection,
  held: Mailbox | undefined,
  { mailbox, side, message }: Effect<"sendToMailbox">,
): Promise<void> => {
  if (held === undefined) return refuse(connection, mailbox, { type: "MailboxUnknown" });
  const sent = await context.mailboxStore.send(held, side, message, context.nowMs());
  if (!sent.ok) return refuse(connection, mailbox, sent.error);
  context.notifier.publish({ kind: "mailbox", mailbox });
  return context.hall.look(mailbox);
};

export const closeMailbox = async (
  context: MailboxContext,
  connection: Connection,
  held: Mailbox | undefined,
  { mailbox, side, end }: Effect<"closeMailbox">,
): Promise<void> => {
  if (held === undefined) return undefined;
  context.hall.leave(connection, mailbox);
  await context.mailboxStore.close(held, side, end === MailboxEnd.Burnt ? "burnt" : "done");
  context.notifier.publish({ kind: "mailbox", mailbox });
  return context.hall.look(mailbox);
};
