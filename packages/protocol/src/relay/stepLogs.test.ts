import { describe, expect, test } from "vitest";
import { requestIds } from "../ids.ts";
import { bufferedByteLengthMax } from "../limits.ts";
import { logHead, readyTalk } from "../testing/relayTranscript.ts";
import { clientFrameSpecimens } from "../testing/specimens.ts";
import type { LogWant } from "../wire/log.ts";
import { refused } from "./refused.ts";
import type { RelayInput } from "./relayInput.ts";

const want = (request: number, fromIndex = 0): LogWant => ({
  ...clientFrameSpecimens.LogWant,
  request: requestIds.fromNumber(request),
  fromIndex,
});

/** Of a log whose newest record has index 2. */
const logPage = (request: number, recordCount: number): RelayInput => ({
  kind: "logPage",
  request: requestIds.fromNumber(request),
  records: Array.from({ length: recordCount }, () => new Uint8Array(3)),
  head: logHead,
});

const logRefused = (request: number): RelayInput => ({
  kind: "logRefused",
  request: requestIds.fromNumber(request),
  refused: refused("VaultUnknown"),
});

describe("logs that are asked for", () => {
  test("[RELAY15] are read one at a time, in order, page by page up to the head", () => {
    const talk = readyTalk()
      .says(want(1))
      .says(want(2, 2))
      .learns(logPage(1, 2))
      .learns(logPage(1, 1))
      .learns(logPage(2, 1));
    expect(talk.lines()).toEqual([
      "client: LogWant ?1 fromIndex=0",
      "do readLog ?1 fromIndex=0",
      "client: LogWant ?2 fromIndex=2",
      "logPage ?1",
      "relay: LogRecords fromIndex=0 headIndex=2",
      "do readLog ?1 fromIndex=2",
      "logPage ?1",
      "relay: LogRecords fromIndex=2 headIndex=2",
      "do readLog ?2 fromIndex=2",
      "logPage ?2",
      "relay: LogRecords fromIndex=2 headIndex=2",
    ]);
  });

  test("[RELAY15] end with an empty page where nothing is newer", () => {
    const talk = readyTalk().says(want(1, 3)).learns(logPage(1, 0)).says(want(2));
    expect(talk.answers()).toEqual([
      "do readLog ?1 fromIndex=3",
      "relay: LogRecords fromIndex=3 headIndex=2",
      "do readLog ?2 fromIndex=0",
    ]);
  });

  test("[RELAY15] that are refused make room for the next", () => {
    const talk = readyTalk().says(want(1)).says(want(2)).says(want(1));
    talk.lines();
    expect(talk.learns(logRefused(1)).answers()).toEqual([
      "do readLog ?2 fromIndex=0",
      "relay: Refusal request ?1 VaultUnknown",
    ]);
    expect(talk.learns(logPage(2, 3)).answers()).toEqual([
      "relay: LogRecords fromIndex=0 headIndex=2",
      "do readLog ?1 fromIndex=0",
    ]);
  });

  test("[RELAY15] are not read while the socket is slow", () => {
    const talk = readyTalk().learns({ kind: "buffered", byteLength: bufferedByteLengthMax + 1 });
    expect(talk.says(want(1)).says(want(2)).answers()).toEqual([]);
    expect(talk.learns({ kind: "buffered", byteLength: 0 }).answers()).toEqual([
      "do readLog ?1 fromIndex=0",
    ]);
  });

  test("[RELAY15] answer nobody who did not ask", () => {
    const talk = readyTalk()
      .learns(logPage(1, 1))
      .learns(logRefused(1))
      .says(want(1))
      .says(want(2));
    talk.learns(logPage(2, 1)).learns(logRefused(2));
    expect(talk.answers()).toEqual(["do readLog ?1 fromIndex=0"]);
  });

  test("[RELAY15] that nobody could ever need are refused", () => {
    // Rested before and after, so that it is not the budget that refuses.
    const talk = readyTalk().at(5_000);
    for (let count = 0; count < 1_024; count++) talk.says(want(count));
    talk.at(10_000).lines();
    expect(talk.says(want(2_000)).answers()).toEqual([
      "relay: Refusal request ?2000 RateLimited retryAfterMs=1000",
    ]);
  });

  test("[RELAY15] a log that grew is said at once", () => {
    const { name } = clientFrameSpecimens.LogWant;
    expect(readyTalk().learns({ kind: "logGrew", name, head: logHead }).answers()).toEqual([
      "relay: LogNudge",
    ]);
  });
});
