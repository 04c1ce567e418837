import { describe, expect, test } from "vitest";
import { requestIds } from "../ids.ts";
import { creditWindowByteLength, putsInFlightMax } from "../limits.ts";
import { chainOf } from "../testing/relayTranscript.ts";
import {
  caughtUp,
  type ClientTalk,
  envelopes,
  heads,
  liveTalk,
  ofChannel,
  openVault,
  put,
  readyTalk,
  receipt,
  refusal,
  runOf,
  vaultLog,
  vaultOf,
} from "../testing/clientTranscript.ts";
import type { ClientInput } from "./clientInput.ts";

const presence: ClientInput = {
  kind: "sendPresence",
  vault: vaultOf(1),
  sealed: new Uint8Array(900),
};
const record = (request: number, byteLength = 1_000): ClientInput => ({
  kind: "appendRecord",
  request,
  record: new Uint8Array(byteLength),
});

const ofFirst = { kind: "request", request: requestIds.fromNumber(0) } as const;

const sentByteLength = (talk: ClientTalk): number =>
  talk
    .effects()
    .filter((effect) => effect.kind === "send")
    .filter(({ frame }) => !["Ping", "Pong", "Credit", "Bye"].includes(frame.type))
    .reduce((sum, { bytes }) => sum + bytes.length, 0);

describe("credit of the client", () => {
  test("[FLOW1] a frame begins while any is left, and no other after it", () => {
    const talk = readyTalk(1);
    talk.takes(record(1), record(2), record(3));
    expect(talk.lines()).toEqual(["send AppendRecord request=0"]);
    expect(talk.ready.sendCreditByteLength).toBeLessThan(0);
  });

  test("[CLIENT10] what waits goes out in order, as far as the credit that comes allows", () => {
    const talk = readyTalk(1).takes(record(1), record(2), record(3));
    talk.effects();
    const owed = 1 - talk.ready.sendCreditByteLength;
    expect(talk.hears({ type: "Credit", byteLength: owed - 1 }).lines()).toEqual([]);
    expect(talk.hears({ type: "Credit", byteLength: 1 }).lines()).toEqual([
      "send AppendRecord request=1",
    ]);
    expect(talk.hears({ type: "Credit", byteLength: 10_000 }).lines()).toEqual([
      "send AppendRecord request=2",
    ]);
  });

  test("[CLIENT10] never more goes out than the relay granted, and one frame", () => {
    const talk = liveTalk(5_000);
    const credit = talk.ready.sendCreditByteLength;
    for (let seq = 1; seq < 40; seq++) talk.takes(put(1, runOf(chainOf(4), seq)), record(seq));
    expect(sentByteLength(talk)).toBeLessThan(credit + 1_100);
    expect(talk.ready.sendCreditByteLength).toBeLessThanOrEqual(0);
  });

  test("[FLOW3] Ping, Pong and Credit wait for nothing", () => {
    const talk = liveTalk(1).takes(record(1), record(2));
    talk.effects();
    talk.hears({ type: "Ping", count: 7 });
    talk.hears(envelopes(1), creditWindowByteLength);
    talk.takes({ kind: "taken", byteLength: creditWindowByteLength });
    talk.passes(20_000);
    expect(talk.lines()).toEqual([
      "send Pong count=7",
      "envelopes vault=010101010 byteLength=1048576",
      "send Credit byteLength=1048576",
      "send Ping count=1",
    ]);
  });

  test("presence that cannot go now never goes", () => {
    expect(liveTalk().takes(presence).lines()).toEqual(["send Presence channel=1"]);
    const talk = liveTalk(1).takes(presence);
    expect(talk.lines()).toEqual([]);
    expect(talk.hears({ type: "Credit", byteLength: 100_000 }).lines()).toEqual([]);
  });
});

describe("credit of the relay", () => {
  test("[FLOW4] it is given back when envelopes are dealt with, half a window at a time", () => {
    const talk = liveTalk();
    const half = creditWindowByteLength / 2;
    talk.hears(envelopes(1), half - 1).hears(envelopes(1), 1);
    talk.effects();
    expect(talk.takes({ kind: "taken", byteLength: half - 1 }).lines()).toEqual([]);
    expect(talk.takes({ kind: "taken", byteLength: 1 }).lines()).toEqual([
      `send Credit byteLength=${half}`,
    ]);
    expect(talk.ready.receiveCreditByteLength).toBe(creditWindowByteLength);
  });

  test("[CLIENT11] a relay that sends beyond it is hung up on", () => {
    const talk = liveTalk()
      .hears(envelopes(1), creditWindowByteLength - 1)
      .hears(envelopes(1), 9_000);
    talk.effects();
    expect(talk.hears(envelopes(1), 1).lines()).toEqual([
      'relayMisbehaved {"type":"CreditExceeded"}',
      "hangUp",
    ]);
  });

  test("[CLIENT11] what an earlier connection brought grants nothing on this one", () => {
    const talk = liveTalk().hears(envelopes(1), 600_000);
    talk.effects();
    talk.takes({ kind: "taken", byteLength: 900_000 }, { kind: "taken", byteLength: 900_000 });
    expect(talk.lines()).toEqual(["send Credit byteLength=600000"]);
    expect(talk.ready.receiveCreditByteLength).toBe(creditWindowByteLength);
  });

  test("[CLIENT11] envelopes of a vault that was closed give theirs back by themselves", () => {
    const talk = liveTalk().takes({ kind: "closeVault", vault: vaultOf(1) });
    talk.effects();
    expect(talk.hears(envelopes(1), 600_000).lines()).toEqual(["send Credit byteLength=600000"]);
  });
});

describe("pace", () => {
  test("[CLIENT12] what the relay would refuse as too fast waits until it would not", () => {
    const talk = readyTalk();
    for (let request = 0; request < 400; request++) talk.takes(record(request, 1));
    const sent = talk.lines().length;
    expect(sent).toBeGreaterThan(200);
    expect(sent).toBeLessThan(256);
    // Nor does what costs less overtake it.
    talk.takes({ kind: "followLog", name: vaultLog(1), fromIndex: 0 });
    expect(talk.passes(1).lines()).toEqual([]);
    expect(talk.passes(10 * 16).lines().length).toBeGreaterThanOrEqual(9);
    expect(talk.passes(10_000).lines().length).toBeGreaterThan(100);
  });

  test("[CLIENT12] RateLimited holds everything that costs for as long as it says", () => {
    const talk = liveTalk().takes(record(1));
    talk.effects();
    talk.hears(refusal(ofFirst, "RateLimited", { retryAfterMs: 900 }));
    talk.takes(record(2), presence, { kind: "followLog", name: vaultLog(1), fromIndex: 0 });
    talk.takes(put(1, runOf(chainOf(4), 1)));
    expect(talk.passes(899).lines()).toEqual([]);
    expect(talk.passes(1).lines()).toEqual([
      "send AppendRecord request=0",
      "send AppendRecord request=1",
      "send LogWant request=2 fromIndex=0",
      "send Put channel=1",
    ]);
  });

  test("[CLIENT12] what was too fast goes out again before what was asked later", () => {
    const talk = readyTalk(1).takes(record(1), record(2));
    talk.effects();
    talk.hears(refusal(ofFirst, "RateLimited"));
    talk.hears({ type: "Credit", byteLength: 90_000 }).passes(100);
    expect(talk.lines()).toEqual(["send AppendRecord request=0", "send AppendRecord request=1"]);
  });

  test("[CLIENT12] a RateLimited that says no time is not answered at once", () => {
    const talk = readyTalk().takes(record(1));
    talk.effects();
    talk.hears(refusal(ofFirst, "RateLimited"));
    expect(talk.passes(99).lines()).toEqual([]);
    expect(talk.passes(1).lines()).toEqual(["send AppendRecord request=0"]);
  });

  test("[CLIENT12] an OpenVault that was too fast is sent again under a new number", () => {
    const talk = readyTalk().takes(openVault(1));
    talk.effects();
    talk.hears(refusal(ofChannel(1), "RateLimited", { retryAfterMs: 500 })).passes(500);
    expect(talk.lines()).toEqual(["send OpenVault channel=2 vault=010101010"]);
    expect(talk.hears(heads(2)).lines()).toEqual(["vaultHeads vault=010101010"]);
  });

  test("[CLIENT12] a Pull that was too fast is made again by the engine", () => {
    const talk = liveTalk().takes({ kind: "pullVault", vault: vaultOf(1), vector: [] });
    talk.effects();
    talk.hears(refusal(ofChannel(1), "RateLimited", { retryAfterMs: 500 }));
    expect(talk.lines()).toEqual(["nudged vault=010101010"]);
    talk.takes({ kind: "pullVault", vault: vaultOf(1), vector: [] });
    expect(talk.lines()).toEqual([]);
    expect(talk.passes(500).lines()).toEqual(["send Pull channel=1"]);
  });

  test("[CLIENT12] a CloseVault that was too fast is sent again", () => {
    const talk = liveTalk().takes({ kind: "closeVault", vault: vaultOf(1) });
    const tooFast = refusal(ofChannel(1), "RateLimited", { retryAfterMs: 500 });
    expect(talk.hears(tooFast).hears(tooFast).passes(2_000).lines()).toEqual([
      "send CloseVault channel=1",
      "send CloseVault channel=1",
    ]);
  });

  test("[FLOW5] at most eight puts are without an answer", () => {
    const talk = liveTalk();
    const runs = Array.from({ length: 12 }, (_, at) => runOf(chainOf(4), at + 1));
    talk.takes(...runs.map((run) => put(1, run)));
    expect(talk.lines()).toHaveLength(putsInFlightMax);
    talk.hears(receipt(1, runOf(chainOf(4), 1)));
    expect(talk.lines()).toEqual([
      "receipt vault=010101010 chain=040404040 count=1",
      "send Put channel=1",
    ]);
  });
});

test("the catch-up of many vaults is not held up by the credit of one", () => {
  const talk = readyTalk();
  for (let byte = 1; byte <= 200; byte++) talk.takes(openVault(byte));
  expect(talk.lines()).toHaveLength(200);
  for (let channel = 1; channel <= 200; channel++)
    talk.hears(heads(channel)).hears(caughtUp(channel));
  expect(talk.lines()).toHaveLength(400);
});
