import { describe, expect, test } from "vitest";
import { bufferedByteLengthMax } from "../limits.ts";
import {
  credit,
  liveBatch,
  liveTalk,
  openVault,
  ownKey,
  page,
  preparedRun,
  pull,
  vaultOf,
  vaultOpened,
} from "../testing/relayTranscript.ts";
import { relayStep } from "./relayStep.ts";

describe("what comes live", () => {
  test("[RELAY9] twice, or in part, is sent once", () => {
    const talk = liveTalk()
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [9, 10]) })
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [9, 12]) })
      .learns(page([1, 2], 12, { isEnd: true }))
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 12]) });
    expect(talk.answers()).toEqual([
      "do readPage #1 reading=2 afterPosition=10",
      "relay: Envelopes #1 @12 x1",
      "relay: CatchUpDone #1 @12",
    ]);
  });

  test("[RELAY9] behind a gap is read from the store, with what is in the gap", () => {
    const talk = liveTalk().learns({ kind: "live", batch: liveBatch(vaultOf(1), [14, 15]) });
    expect(talk.answers()).toEqual(["do readPage #1 reading=2 afterPosition=10"]);
  });

  test("[RELAY9] goes to every channel of the vault, and of no other", () => {
    const talk = liveTalk()
      .says(openVault(2, vaultOf(1)))
      .says(openVault(3, vaultOf(3)))
      .learns(vaultOpened(2, 10))
      .learns(page([2, 2], 10, { isEnd: true, byteLengths: [] }))
      .learns(vaultOpened(3, 10))
      .learns(page([3, 3], 10, { isEnd: true, byteLengths: [] }));
    talk.lines();
    talk.learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 11]) });
    expect(talk.answers()).toEqual(["relay: Envelopes #1 @11 x1", "relay: Envelopes #2 @11 x1"]);
  });

  test("[RELAY12] one's own envelopes are not sent back, those of others beside them are", () => {
    const own = preparedRun(100, { origin: ownKey });
    const other = preparedRun(100, { origin: Symbol("another connection") });
    const talk = liveTalk()
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 11], [own]) })
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [12, 14], [own, other, other]) });
    expect(talk.answers()).toEqual(["relay: Envelopes #1 @14 x2"]);
  });

  test("[RELAY12] nor is anybody nudged for their own", () => {
    const own = preparedRun(100, { origin: ownKey });
    const talk = liveTalk(1).learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 11]) });
    expect(talk.answers()).toEqual(["relay: Envelopes #1 @11 x1"]);
    talk.learns({ kind: "live", batch: liveBatch(vaultOf(1), [12, 12], [own]) });
    expect(talk.answers()).toEqual([]);
    talk.learns({ kind: "live", batch: liveBatch(vaultOf(1), [13, 13]) });
    expect(talk.answers()).toEqual(["relay: Nudge #1 @13"]);
  });

  test("[RELAY12] where nothing is left out everybody gets the same list", () => {
    const runs = [preparedRun(100)];
    const { state } = liveTalk();
    const step = relayStep(
      state,
      { kind: "live", batch: liveBatch(vaultOf(1), [11, 11], runs) },
      0,
    );
    expect(step.effects).toMatchObject([{ kind: "sendRuns" }]);
    expect(step.effects[0]?.kind === "sendRuns" && step.effects[0].runs).toBe(runs);
  });

  test.each([
    [
      "without credit",
      () => liveTalk(1).learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 11]) }),
    ],
    [
      "with a slow socket",
      () =>
        liveTalk()
          .learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 11]) })
          .learns({ kind: "buffered", byteLength: bufferedByteLengthMax + 1 }),
    ],
  ])("[RELAY13] whoever is %s gets one Nudge, and then nothing until a Pull", (_, begun) => {
    const talk = begun();
    talk.lines();
    talk
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [12, 12]) })
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [13, 15]) })
      .learns({ kind: "buffered", byteLength: 0 })
      .says(credit(1_000_000))
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [16, 16]) });
    expect(talk.answers()).toEqual(["relay: Nudge #1 @12"]);
    talk
      .says(pull(1))
      .learns(page([1, 2], 16, { isEnd: true }))
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [17, 17]) });
    expect(talk.answers()).toEqual([
      "do readPage #1 reading=2 afterPosition=0",
      "relay: Envelopes #1 @16 x1",
      "relay: CatchUpDone #1 @16",
      "relay: Envelopes #1 @17 x1",
    ]);
  });

  test("[RELAY13] behind a gap and without credit it is a Nudge, too", () => {
    const talk = liveTalk(1).learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 11]) });
    talk.lines();
    talk.learns({ kind: "live", batch: liveBatch(vaultOf(1), [20, 21]) });
    expect(talk.answers()).toEqual(["relay: Nudge #1 @21"]);
  });
});
