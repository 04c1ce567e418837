import { describe, expect, test } from "vitest";
import { mailboxNumbers, requestIds } from "../ids.ts";
import { openTalk, readyTalk } from "../testing/relayTranscript.ts";
import { MailboxEnd } from "../wire/mailbox.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import { refused } from "./refused.ts";
import type { RelayInput } from "./relayInput.ts";

const request = (number: number) => requestIds.fromNumber(number);
const mailbox = (number: number) => mailboxNumbers.fromNumber(number);

const open = (number: number): ClientFrame => ({ type: "MailboxOpen", request: request(number) });
const join = (number: number, at: number): ClientFrame => ({
  type: "MailboxJoin",
  request: request(number),
  mailbox: mailbox(at),
});
const sendTo = (at: number): ClientFrame => ({
  type: "MailboxSend",
  mailbox: mailbox(at),
  message: new Uint8Array(3),
});
const close = (at: number, isBurnt: boolean): ClientFrame => ({
  type: "MailboxClose",
  mailbox: mailbox(at),
  isBurnt,
});
const opened = (number: number, at: number, side: "opener" | "joiner" = "opener"): RelayInput => ({
  kind: "mailboxOpened",
  request: request(number),
  mailbox: mailbox(at),
  side,
  expiresAtMs: 600_000,
});

describe("mailboxes", () => {
  test.each([
    ["before the login", openTalk],
    ["after it", () => readyTalk()],
  ])("[RELAY18] two devices meet at one, %s", (_, begun) => {
    const talk = begun();
    talk.lines();
    talk
      .says(open(1))
      .learns(opened(1, 7))
      .says(sendTo(7))
      .learns({ kind: "mailboxMessage", mailbox: mailbox(7), message: new Uint8Array(3) })
      .says(close(7, false))
      .says(join(2, 8))
      .learns(opened(2, 8, "joiner"))
      .says(sendTo(8))
      .says(close(8, true));
    expect(talk.answers()).toEqual([
      "do openMailbox ?1",
      "relay: MailboxOpened ?1 !7",
      "do sendToMailbox !7 side=opener",
      "relay: MailboxMessage !7",
      `do closeMailbox !7 side=opener end=${MailboxEnd.Done}`,
      "do joinMailbox ?2 !8",
      "relay: MailboxOpened ?2 !8",
      "do sendToMailbox !8 side=joiner",
      `do closeMailbox !8 side=joiner end=${MailboxEnd.Burnt}`,
    ]);
  });

  test("[RELAY18] a connection has two at most, those asked for among them", () => {
    const talk = openTalk().says(open(1)).says(join(2, 8));
    talk.lines();
    const full = ["relay: Refusal request ?3 MailboxFull"];
    expect(talk.says(open(3)).answers()).toEqual(full);
    expect(talk.learns(opened(1, 7)).says(join(3, 9)).answers().slice(1)).toEqual(full);
    talk.learns({
      kind: "requestRefused",
      request: request(2),
      refused: refused("MailboxUnknown"),
    });
    talk.lines();
    expect(talk.says(join(3, 9)).answers()).toEqual(["do joinMailbox ?3 !9"]);
  });

  test("[RELAY18] a mailbox is joined once, and by nobody who did not ask", () => {
    const talk = openTalk().says(open(1)).learns(opened(1, 7));
    talk.lines();
    expect(talk.says(join(2, 7)).answers()).toEqual(["relay: Refusal request ?2 MailboxFull"]);
    expect(talk.learns(opened(2, 8)).answers()).toEqual([]);
    expect(talk.state.mailboxes.size).toBe(1);
  });

  test("[RELAY18] what is said at a mailbox that is not open here is refused, and not passed on", () => {
    const talk = openTalk().says(open(1)).learns(opened(1, 7));
    talk.learns({ kind: "mailboxClosed", mailbox: mailbox(7), end: MailboxEnd.Expired });
    talk.lines();
    talk
      .says(sendTo(7))
      .says(close(7, true))
      .learns({ kind: "mailboxMessage", mailbox: mailbox(7), message: new Uint8Array(3) })
      .learns({ kind: "mailboxClosed", mailbox: mailbox(7), end: MailboxEnd.Done });
    expect(talk.answers()).toEqual([
      "relay: Refusal mailbox !7 MailboxUnknown",
      "relay: Refusal mailbox !7 MailboxUnknown",
    ]);
  });
});
