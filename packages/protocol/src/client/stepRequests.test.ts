import { describe, expect, test } from "vitest";
import { blobIds, blobTokens, mailboxNumbers, recordIds, requestIds } from "../ids.ts";
import { idFilledWith } from "../testing/chains.ts";
import {
  challenge,
  device,
  liveTalk,
  newTalk,
  openedTalk,
  openVault,
  readyTalk,
  refusal,
  signature,
  signed,
  vaultOf,
  welcome,
} from "../testing/clientTranscript.ts";
import { loginNonceLifetimeMs } from "../times.ts";
import { BlobAction } from "../wire/blob.ts";
import { MailboxEnd } from "../wire/mailbox.ts";
import type { ClientInput } from "./clientInput.ts";

const request = requestIds.fromNumber(0);
const ofRequest = { kind: "request", request } as const;
const vault = vaultOf(1);
const blob = idFilledWith(blobIds, 5);
const record: ClientInput = { kind: "appendRecord", request: 70, record: Uint8Array.of(1) };
const token: ClientInput = {
  kind: "wantBlobToken",
  request: 71,
  vault,
  action: BlobAction.Read,
  blob,
};
const drop: ClientInput = {
  kind: "dropBlob",
  request: 72,
  vault,
  blob,
  device,
  nowMs: 1,
  signature,
};

describe("a question", () => {
  test("is answered under the engine's own number", () => {
    const talk = liveTalk().takes(record, token, drop);
    talk.effects();
    talk
      .hears({ type: "BlobDropped", request: requestIds.fromNumber(2) })
      .hears({
        type: "BlobTokenGranted",
        request: requestIds.fromNumber(1),
        token: idFilledWith(blobTokens, 9),
        expiresAtMs: 60_000,
      })
      .hears({ type: "RecordAppended", request, index: 3, id: idFilledWith(recordIds, 3) });
    expect(talk.effects()).toEqual([
      { kind: "blobDropped", request: 72 },
      { kind: "blobToken", request: 71, token: idFilledWith(blobTokens, 9), expiresAtMs: 60_000 },
      { kind: "recordAppended", request: 70, index: 3, id: idFilledWith(recordIds, 3) },
    ]);
  });

  test("is answered by its refusal, once", () => {
    const talk = readyTalk().takes(record);
    talk.effects();
    talk.hears(refusal(ofRequest, "LogHeadStale", { index: 4 }));
    talk.hears(refusal(ofRequest, "LogHeadStale", { index: 4 }));
    expect(talk.lines()).toEqual(["requestRefused request=70 LogHeadStale"]);
  });

  test("[CLIENT4] is not answered by an answer of another kind", () => {
    const talk = readyTalk().takes(record);
    talk.effects();
    expect(talk.hears({ type: "BlobDropped", request }).lines()).toEqual([
      'relayMisbehaved {"type":"AnswerUnasked","frame":"BlobDropped"}',
      "requestLost request=70",
      "hangUp",
    ]);
  });

  test("[CLIENT4] about a record is not answered by a mailbox", () => {
    const talk = readyTalk().takes(record);
    talk.effects();
    const mailbox = mailboxNumbers.fromNumber(1);
    expect(talk.hears({ type: "MailboxOpened", request, mailbox, expiresAtMs: 1 }).lines()).toEqual(
      [
        'relayMisbehaved {"type":"AnswerUnasked","frame":"MailboxOpened"}',
        "requestLost request=70",
        "hangUp",
      ],
    );
  });

  test("[RELAY7] about a vault that is not open here is lost at once", () => {
    const talk = readyTalk().takes(openVault(1));
    talk.effects();
    expect(talk.takes(token, drop).lines()).toEqual([
      "requestLost request=71",
      "requestLost request=72",
    ]);
  });
});

describe("a mailbox", () => {
  const mailbox = mailboxNumbers.fromNumber(12);
  const open: ClientInput = { kind: "openMailbox", request: 80 };
  const opened = { type: "MailboxOpened", request, mailbox, expiresAtMs: 600_000 } as const;
  const pairing = () => {
    const talk = openedTalk().hears(challenge).takes(open).hears(opened);
    talk.effects();
    return talk;
  };

  test("[RELAY1] is opened before the login, and not before the challenge", () => {
    expect(newTalk().takes(open).lines()).toEqual(["requestLost request=80"]);
    expect(openedTalk().takes(open).lines()).toEqual(["requestLost request=80"]);
    const talk = openedTalk().hears(challenge).takes(open).hears(opened);
    expect(talk.lines()).toEqual([
      "signLogin",
      "send MailboxOpen request=0",
      "mailboxOpened request=80 mailbox=12",
    ]);
  });

  test("carries messages both ways, and is closed once", () => {
    const talk = pairing();
    talk.takes({ kind: "sendToMailbox", mailbox, message: Uint8Array.of(1) });
    talk.hears({ type: "MailboxMessage", mailbox, message: Uint8Array.of(2) });
    talk.takes({ kind: "closeMailbox", mailbox, isBurnt: false });
    talk.hears({ type: "MailboxMessage", mailbox, message: Uint8Array.of(3) });
    talk.hears({ type: "MailboxClosed", mailbox, end: MailboxEnd.Done });
    talk.takes({ kind: "sendToMailbox", mailbox, message: Uint8Array.of(4) });
    expect(talk.lines()).toEqual([
      "send MailboxSend mailbox=12",
      "mailboxMessage mailbox=12",
      "send MailboxClose mailbox=12",
    ]);
  });

  test("is told when it was closed or refused", () => {
    expect(
      pairing().hears({ type: "MailboxClosed", mailbox, end: MailboxEnd.Burnt }).lines(),
    ).toEqual(["mailboxClosed mailbox=12 end=2"]);
    const subject = { kind: "mailbox", mailbox } as const;
    const talk = pairing().hears(refusal(subject, "MailboxUnknown"));
    talk.hears(refusal(subject, "MailboxUnknown"));
    expect(talk.lines()).toEqual(["mailboxRefused mailbox=12 MailboxUnknown"]);
  });

  test("[RELAY2] keeps a connection without a login beyond the nonce, and its end does not", () => {
    const talk = pairing();
    for (let round = 0; round < 6; round++) talk.passes(15_000).hears({ type: "Pong", count: 0 });
    expect(talk.nowMs).toBeGreaterThan(loginNonceLifetimeMs);
    expect(talk.lines()).toEqual([]);
    talk.takes({ kind: "closeMailbox", mailbox, isBurnt: false }).passes(1);
    expect(talk.lines()).toEqual(["send MailboxClose mailbox=12", "hangUp"]);
  });

  test("[CLIENT10] waits for the welcome once a login is under way", () => {
    const talk = openedTalk().hears(challenge).takes(signed, open);
    expect(talk.lines()).toEqual(["signLogin", "send Login"]);
    expect(talk.hears(welcome).lines()).toEqual([
      "send Credit byteLength=1048576",
      "welcome",
      "send MailboxOpen request=0",
    ]);
    expect(talk.ready.sendCreditByteLength).toBeLessThan(welcome.creditByteLength);
  });
});
