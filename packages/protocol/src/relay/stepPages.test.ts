import { describe, expect, test } from "vitest";
import {
  credit,
  liveBatch,
  openVault,
  page,
  pull,
  readyTalk,
  vaultOf,
  vaultOpened,
} from "../testing/relayTranscript.ts";

describe("catching up", () => {
  test("[RELAY11] pages are read one at a time, and channels take turns", () => {
    const talk = readyTalk()
      .says(credit(10_000))
      .says(openVault(1))
      .says(openVault(2))
      .learns(vaultOpened(1, 90))
      .learns(vaultOpened(2, 90));
    talk.lines();
    talk
      .learns(page([1, 1], 30, { isEnd: false }))
      .learns(page([2, 2], 40, { isEnd: false }))
      .learns(page([1, 3], 60, { isEnd: false }));
    expect(talk.answers()).toEqual([
      "relay: Envelopes #1 @30 x1",
      "do readPage #2 reading=2 afterPosition=0",
      "relay: Envelopes #2 @40 x1",
      "do readPage #1 reading=3 afterPosition=30",
      "relay: Envelopes #1 @60 x1",
      "do readPage #2 reading=4 afterPosition=40",
    ]);
  });

  test("[RELAY10] a page that was asked for before a Pull is thrown away", () => {
    const talk = readyTalk().says(credit(10_000)).says(openVault(1)).learns(vaultOpened(1, 90));
    talk.lines();
    talk
      .says(pull(1))
      .says(pull(1))
      .learns(page([1, 1], 30, { isEnd: false }))
      .learns(page([1, 1], 30, { isEnd: false }))
      .learns(page([1, 2], 30, { isEnd: true }));
    expect(talk.answers()).toEqual([
      "do readPage #1 reading=2 afterPosition=0",
      "relay: Envelopes #1 @30 x1",
      "relay: CatchUpDone #1 @30",
    ]);
  });

  test("[RELAY10] so is one that waited for credit", () => {
    const talk = readyTalk().says(credit(1)).says(openVault(1)).learns(vaultOpened(1, 90));
    talk.learns(page([1, 1], 30, { isEnd: false, byteLengths: [100, 100] }));
    talk.lines();
    expect(talk.says(pull(1, 1_000)).answers()).toEqual([
      "do readPage #1 reading=2 afterPosition=0",
    ]);
  });

  test("[RELAY9] what comes live in between is read behind the page, not lost", () => {
    const talk = readyTalk().says(credit(10_000)).says(openVault(1)).learns(vaultOpened(1, 10));
    talk.lines();
    talk
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 13]) })
      .learns(page([1, 1], 10, { isEnd: true }))
      .learns(page([1, 2], 13, { isEnd: true }));
    expect(talk.answers()).toEqual([
      "relay: Envelopes #1 @10 x1",
      "do readPage #1 reading=2 afterPosition=10",
      "relay: Envelopes #1 @13 x1",
      "relay: CatchUpDone #1 @13",
    ]);
  });

  test("[RELAY9] an older batch that comes late does not hide a newer one", () => {
    const talk = readyTalk().says(credit(10_000)).says(openVault(1)).learns(vaultOpened(1, 10));
    talk.lines();
    talk
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [12, 13]) })
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 11]) })
      .learns(page([1, 1], 11, { isEnd: true }));
    expect(talk.answers()).toEqual([
      "relay: Envelopes #1 @11 x1",
      "do readPage #1 reading=2 afterPosition=11",
    ]);
  });
});
