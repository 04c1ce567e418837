import { assert } from "@duro/crypto/types";
import { describe, expect, test } from "vitest";
import { type RefusalName, refusals } from "../refusals.ts";
import {
  channelOf,
  credit,
  liveTalk,
  openTalk,
  pull,
  readyTalk,
  type Talk,
} from "../testing/relayTranscript.ts";
import { clientFrameSpecimens } from "../testing/specimens.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import { costOf as costOfFrame, fullBudget, spend } from "./budget.ts";
import { refused, type Refused } from "./refused.ts";
import type { RelayInput } from "./relayInput.ts";
import type { Ready } from "./relayState.ts";

const { BlobTokenWant, MailboxSend, Ping, Pong, Bye } = clientFrameSpecimens;
/** Costs two; nobody has that channel open, so each is refused by name while there is budget. */
const tokenWant = { ...BlobTokenWant, channel: channelOf(9) };

/** Some time after the login, which cost something, too. */
const rested = (begun = readyTalk()): Talk => begun.at(10_000);

/** Says the frame until the answers are not what they were; how often it took, and what came then. */
const saysUntilOther = (talk: Talk, frame: ClientFrame, usual: RegExp) => {
  for (let count = 1; count < 10_000; count++) {
    const answers = talk.says(frame, 1).answers();
    if (!answers.every((line) => usual.test(line))) return { count, answers };
  }
  throw new Error("the answers never changed");
};

const spent = (): Talk => {
  const talk = rested();
  saysUntilOther(talk, MailboxSend, /MailboxUnknown/u);
  return talk;
};

describe("how much one connection may ask for", () => {
  test("[RELAY16] a burst is served, then refused with the time until it would be, then cut off", () => {
    const talk = rested(liveTalk());
    talk.lines();
    expect(saysUntilOther(talk, tokenWant, /VaultUnknown/u)).toEqual({
      count: 2_048 / 2 + 1,
      answers: ["relay: Refusal request ?300 RateLimited retryAfterMs=4"],
    });
    expect(saysUntilOther(talk, tokenWant, /RateLimited/u)).toEqual({
      count: 1_024 / 2,
      answers: ["do closeVault #1", "relay: Refusal connection Overloaded", "close Overloaded"],
    });
  });

  test("[RELAY16] what was asked for slowly enough is always served", () => {
    const talk = readyTalk();
    for (let atMs = 0; atMs < 40_000; atMs += 8) talk.at(atMs).says(tokenWant, 1);
    expect(talk.answers().filter((line) => !line.includes("VaultUnknown"))).toEqual([]);
  });

  test("[RELAY16] whoever waits as long as they are told is served again", () => {
    const talk = spent();
    const [answer] = talk.says(tokenWant).answers();
    const retryAfterMs = Number(/retryAfterMs=(\d+)/u.exec(answer ?? "")?.[1]);
    expect(retryAfterMs).toBeGreaterThan(0);
    talk.at(10_000 + retryAfterMs + 4);
    expect(talk.says(tokenWant).answers()).toEqual(["relay: Refusal request ?300 VaultUnknown"]);
  });

  test("[RELAY16] before the login the first frame too many is the end", () => {
    const talk = openTalk();
    talk.lines();
    for (let count = 0; count < 2_048 / 16; count++) talk.says(MailboxSend);
    expect(talk.answers()).not.toContain("close Overloaded");
    expect(talk.says(MailboxSend).answers()).toEqual([
      "relay: Refusal connection Overloaded",
      "close Overloaded",
    ]);
  });

  test("[RELAY16] a grant of credit is never refused, nor what keeps a connection alive", () => {
    const talk = spent().says(pull(9, 50)).says(credit(7));
    expect((talk.state.session as Ready).sendCreditByteLength).toBe(57);
    talk.lines();
    expect(talk.says(Ping).says(Pong).answers()).toEqual(["relay: Pong count=1"]);
    expect(talk.says(Bye).answers()).toEqual(["close quietly"]);
  });

  test("[RELAY16] but whoever sends nothing else is cut off, too", () => {
    expect(saysUntilOther(rested(), Pong, /^$/u)).toEqual({
      count: 2_048 + 1_024 + 1,
      answers: ["relay: Refusal connection Overloaded", "close Overloaded"],
    });
  });

  test("[RELAY16] a put that comes too fast is named by chain and seq", () => {
    expect(spent().says(clientFrameSpecimens.Put).answers()).toEqual([
      expect.stringMatching(/^relay: Refusal channel #3 RateLimited chain=0404\w+ retryAfterMs=/u),
    ]);
  });

  test("[RELAY16] a clock that goes back neither takes nor grants anything", () => {
    const talk = readyTalk().at(1_000);
    for (let count = 0; count < 100; count++) talk.says(tokenWant);
    const before = talk.state.budget.tokens;
    expect(talk.at(0).says(tokenWant).state.budget.tokens).toBe(before - 2);
  });
});

test("[RELAY16] a device with all the vaults it may have opens each and asks for all their logs at once", () => {
  const vaultCount = 256;
  const vectorByteLength = 16 * 70;
  const { LogWant, OpenVault } = clientFrameSpecimens;
  let budget = fullBudget(0);
  // The logs of its vaults, and of as many people.
  const frames = [
    ...Array.from({ length: vaultCount }, () => costOfFrame(OpenVault, vectorByteLength)),
    ...Array.from({ length: 2 * vaultCount }, () => costOfFrame(LogWant, 30)),
  ];
  for (const cost of frames) {
    const paid = spend(budget, cost, 0);
    assert(paid.kind === "paid", "it is within the budget");
    ({ budget } = paid);
  }
  expect(budget.tokens).toBeGreaterThanOrEqual(0);
});

test("[RELAY16] the longest vector, and the longest list of seqs, are within the budget of one moment", () => {
  const longest = 224 * 1_024;
  const paid = spend(fullBudget(0), costOfFrame(clientFrameSpecimens.Pull, longest), 0);
  expect(paid.kind).toBe("paid");
  expect(
    spend(fullBudget(0), costOfFrame(clientFrameSpecimens.AppendRecord, 1_048_576), 0).kind,
  ).toBe("paid");
});

describe("what a refusal costs", () => {
  const { request } = clientFrameSpecimens.AppendRecord;
  const recordRefused = (name: RefusalName): RelayInput => ({
    kind: "recordRefused",
    request,
    refused: refused(name),
    byteLength: 0,
  });

  const costOf = (name: RefusalName): number => {
    const talk = readyTalk();
    const before = talk.state.budget.tokens;
    return before - talk.learns(recordRefused(name)).state.budget.tokens;
  };

  const alive = (Object.keys(refusals) as RefusalName[]).filter(
    (name) => refusals[name].closeCode === undefined,
  );

  test.each(alive)("[RELAY17] %s costs one, or 128 where it is the client's own fault", (name) => {
    expect(costOf(name)).toBe(refusals[name].clientMust === "fixAndReport" ? 128 : 1);
  });

  test("[RELAY17] a program that goes on doing wrong is cut off soon", () => {
    const talk = rested(liveTalk());
    for (let count = 0; count < 24; count++) talk.learns(recordRefused("LogRecordInvalid"));
    expect(new Set(talk.answers())).toEqual(
      new Set(["relay: Refusal request ?300 LogRecordInvalid"]),
    );
    expect(talk.learns(recordRefused("LogRecordInvalid")).answers()).toEqual([
      "relay: Refusal request ?300 LogRecordInvalid",
      "do closeVault #1",
      "relay: Refusal connection Overloaded",
      "close Overloaded",
    ]);
  });

  const closing = (Object.keys(refusals) as RefusalName[]).filter(
    (name) => refusals[name].closeCode !== undefined,
  );
  const outcomes: Readonly<Record<string, (refusal: Refused) => RelayInput>> = {
    record: (no) => recordRefused(no.name),
    request: (no) => ({ kind: "requestRefused", request, refused: no }),
    put: (no) => ({
      kind: "putsDone",
      channel: channelOf(1),
      putCount: 1,
      byteLength: 0,
      receipts: [],
      refused: no,
    }),
    log: (no) => ({ kind: "logRefused", request, refused: no }),
    mailbox: (no) => ({ kind: "mailboxRefused", mailbox: MailboxSend.mailbox, refused: no }),
  };

  test.each(closing)("[RELAY17] %s ends the connection, whatever was refused with it", (name) => {
    const answers = Object.entries(outcomes).map(([what, outcome]) => {
      const talk = liveTalk().says(clientFrameSpecimens.LogWant);
      talk.lines();
      return [what, talk.learns(outcome(refused(name))).answers()];
    });
    const end = ["do closeVault #1", `relay: Refusal connection ${name}`, `close ${name}`];
    expect(Object.fromEntries(answers)).toEqual(
      Object.fromEntries(Object.keys(outcomes).map((what) => [what, end])),
    );
  });

  test.each(closing)("[RELAY17] %s ends it for a vault, too, which is not left then", (name) => {
    const talk = readyTalk().says(clientFrameSpecimens.OpenVault);
    talk.lines();
    const { channel } = clientFrameSpecimens.OpenVault;
    expect(
      talk.learns({ kind: "vaultRefused", channel, refused: refused(name) }).answers(),
    ).toEqual([`relay: Refusal connection ${name}`, `close ${name}`]);
  });

  test("[RELAY17] puts that are refused at sight cost, though puts are free", () => {
    const { Put } = clientFrameSpecimens;
    const { count } = saysUntilOther(rested(), Put, /VaultUnknown/u);
    expect(count).toBe(2_048 + 2);
  });
});
