import { describe, expect, test } from "vitest";
import { requestIds } from "../ids.ts";
import { logWantsInFlightMax } from "../limits.ts";
import {
  headAt,
  heads,
  openVault,
  readyTalk,
  refusal,
  vaultLog,
} from "../testing/clientTranscript.ts";
import type { ClientInput } from "./clientInput.ts";
import type { RelayFrame } from "../wire/relayFrame.ts";

const follow = (fromIndex: number, byte = 1): ClientInput => ({
  kind: "followLog",
  name: vaultLog(byte),
  fromIndex,
});

const records = (fromIndex: number, count: number, headIndex: number, byte = 1): RelayFrame => ({
  type: "LogRecords",
  name: vaultLog(byte),
  fromIndex,
  records: Array.from({ length: count }, () => Uint8Array.of(1)),
  headIndex,
});

const grew = (index: number, byte = 1): RelayFrame => ({
  type: "LogNudge",
  name: vaultLog(byte),
  head: headAt(index),
});

const followed = (fromIndex = 0) => {
  const talk = readyTalk().takes(follow(fromIndex));
  talk.effects();
  return talk;
};

describe("a log that is followed", () => {
  test("[CLIENT19] is asked for once, and handed over page by page", () => {
    const talk = readyTalk()
      .takes(follow(3))
      .hears(records(3, 2, 5))
      .hears(records(5, 1, 5));
    expect(talk.lines()).toEqual([
      "send LogWant request=0 fromIndex=3",
      "logRecords fromIndex=3",
      "logRecords fromIndex=5",
    ]);
    expect(talk.state.line.asked.size).toBe(0);
  });

  test("[CLIENT19] is asked for again when it has grown, from where it stands", () => {
    const talk = followed().hears(records(0, 3, 2));
    talk.effects();
    expect(talk.hears(grew(3)).lines()).toEqual(["logGrew", "send LogWant request=1 fromIndex=3"]);
    expect(talk.hears(grew(4)).lines()).toEqual(["logGrew"]);
    expect(talk.hears(records(3, 1, 3)).lines()).toEqual([
      "logRecords fromIndex=3",
      "send LogWant request=2 fromIndex=4",
    ]);
  });

  test("[CLIENT19] is asked for again where the heads of its vault say that it goes on", () => {
    const talk = followed()
      .hears(records(0, 3, 2))
      .takes(openVault(1));
    talk.effects();
    expect(talk.hears(heads(1, 3)).lines()).toContain("send LogWant request=1 fromIndex=3");

    const upToDate = followed()
      .hears(records(0, 3, 2))
      .takes(openVault(1));
    upToDate.effects();
    expect(upToDate.hears(heads(1, 2)).lines().join()).not.toContain("LogWant");
  });

  test("[CLIENT19] is not asked for again because of news that is here already", () => {
    const talk = followed()
      .hears(grew(2))
      .hears(records(0, 3, 2))
      .hears(grew(2));
    expect(talk.lines()).toEqual(["logGrew", "logRecords fromIndex=0", "logGrew"]);
  });

  test("[CLIENT19] is asked for again where the answer was read before the news", () => {
    const talk = followed(5)
      .hears(grew(5))
      .hears(records(5, 0, 4));
    expect(talk.lines()).toEqual([
      "logGrew",
      "logRecords fromIndex=5",
      "send LogWant request=1 fromIndex=5",
    ]);
  });

  test("[CLIENT19] is not asked for for ever where the relay says there is more and gives nothing", () => {
    const talk = followed()
      .hears(records(0, 0, 99))
      .passes(10_000);
    expect(talk.lines()).toEqual(["logRecords fromIndex=0"]);
    expect(talk.hears(grew(100)).lines()).toEqual([
      "logGrew",
      "send LogWant request=1 fromIndex=0",
    ]);
  });

  test("[CLIENT4] whose records leave some out ends the connection", () => {
    expect(
      followed()
        .hears(records(1, 2, 2))
        .lines(),
    ).toEqual(['relayMisbehaved {"type":"OutOfOrder","frame":"LogRecords"}', "hangUp"]);
  });

  test("may be followed anew while it is asked for", () => {
    const talk = followed()
      .takes(follow(2))
      .hears(records(0, 3, 5))
      .hears(records(3, 3, 5));
    expect(talk.lines()).toEqual([
      "logRecords fromIndex=0",
      "logRecords fromIndex=3",
      "send LogWant request=1 fromIndex=2",
    ]);
  });

  test("that is refused is not followed any more", () => {
    const no = { kind: "request", request: requestIds.fromNumber(0) } as const;
    const talk = followed().hears(refusal(no, "NotFound")).hears(grew(7));
    expect(talk.lines()).toEqual(["logRefused NotFound", "logGrew"]);
    expect(talk.takes(follow(0)).lines()).toEqual(["send LogWant request=1 fromIndex=0"]);
  });

  test("[CLIENT12] that was too fast is asked for again after the wait", () => {
    const no = { kind: "request", request: requestIds.fromNumber(0) } as const;
    const talk = followed(4).hears(refusal(no, "RateLimited", { retryAfterMs: 300 }));
    expect(talk.passes(299).lines()).toEqual([]);
    expect(talk.passes(1).lines()).toEqual(["send LogWant request=1 fromIndex=4"]);
  });
});

test("[CLIENT19] of many logs 64 are asked for at once, and all in the end", () => {
  const talk = readyTalk();
  for (let byte = 0; byte < 200; byte++) talk.takes(follow(0, byte));
  expect(talk.lines()).toHaveLength(logWantsInFlightMax);
  for (let byte = 0; byte < 200; byte++) talk.hears(records(0, 1, 0, byte));
  expect(talk.lines().filter((line) => line.startsWith("send"))).toHaveLength(
    200 - logWantsInFlightMax,
  );
  expect(talk.ready.logsAskedCount).toBe(0);
});

test("records of a log that nobody follows go nowhere, and news of one is told", () => {
  const talk = readyTalk()
    .hears(records(0, 3, 2))
    .hears(grew(3));
  expect(talk.lines()).toEqual(["logGrew"]);
});
