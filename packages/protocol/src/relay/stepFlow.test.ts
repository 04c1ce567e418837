import { asSignature, sizes } from "@duro/crypto/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recordIds } from "../ids.ts";
import {
  bufferedByteLengthMax,
  creditWindowByteLength,
  frameByteLengthMax,
  putsInFlightMax,
} from "../limits.ts";
import {
  chainOf,
  channelOf,
  credit,
  liveBatch,
  liveTalk,
  openTalk,
  openVault,
  page,
  positionOf,
  preparedRun,
  pull,
  readyTalk,
  type Talk,
  vaultOf,
  vaultOpened,
} from "../testing/relayTranscript.ts";
import { clientFrameSpecimens } from "../testing/specimens.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import { envelopesFrameByteLength } from "../wire/envelopesFrame.ts";
import { refused } from "./refused.ts";
import type { RelayInput } from "./relayInput.ts";
import type { Ready } from "./relayState.ts";

const channel = channelOf(1);
const put = { ...clientFrameSpecimens.Put, channel };
const { AppendRecord, Ping, Pong, Bye, Presence } = clientFrameSpecimens;

const readyOf = ({ state }: Talk): Ready => {
  expect(state.session.kind).toBe("ready");
  return state.session as Ready;
};

const stored = (byteLength: number, putCount = 1): RelayInput => ({
  kind: "putsDone",
  channel,
  putCount,
  byteLength,
  receipts: [
    {
      firstPosition: positionOf(11),
      nowMs: 5,
      chain: chainOf(4),
      firstSeq: 1,
      count: 3,
      signature: asSignature(new Uint8Array(sizes.signatureByteLength)),
    },
  ],
  refused: undefined,
});

describe("credit of a client", () => {
  test("[FLOW3] a frame uses its own length, and may begin while any is left", () => {
    const talk = liveTalk();
    const before = readyOf(talk).receiveCreditByteLength;
    talk.says(put, before - 1);
    expect(readyOf(talk).receiveCreditByteLength).toBe(1);
    talk.says(put, frameByteLengthMax);
    expect(readyOf(talk).receiveCreditByteLength).toBe(1 - frameByteLengthMax);
  });

  const answersWithoutCredit = (frame: ClientFrame): readonly string[] => {
    const talk = liveTalk();
    talk.says(put, readyOf(talk).receiveCreditByteLength);
    talk.lines();
    return talk.says(frame, 1).answers();
  };
  const exceeded = [
    "do closeVault #1",
    "relay: Refusal connection CreditExceeded",
    "close CreditExceeded",
  ];
  const isFree = ({ type }: ClientFrame): boolean =>
    type === "Ping" || type === "Pong" || type === "Credit" || type === "Bye";

  test.each(Object.values(clientFrameSpecimens).filter((frame) => !isFree(frame)))(
    "[FLOW3] without credit a $type ends the connection",
    (frame) => {
      expect(answersWithoutCredit(frame)).toEqual(exceeded);
    },
  );

  test.each(Object.values(clientFrameSpecimens).filter(isFree))(
    "[FLOW3] without credit a $type is as good as ever",
    (frame) => {
      expect(answersWithoutCredit(frame)).not.toEqual(exceeded);
    },
  );

  test("[FLOW3] what keeps a connection alive uses none", () => {
    const talk = liveTalk();
    const before = readyOf(talk);
    talk.says(Ping, 1_000).says(Pong, 1_000).says(credit(7), 1_000);
    expect(readyOf(talk)).toMatchObject({
      receiveCreditByteLength: before.receiveCreditByteLength,
      owedCreditByteLength: before.owedCreditByteLength,
    });
    expect(talk.says(Bye, 1_000).state.session.kind).toBe("closed");
  });

  test("[FLOW4] a frame that asks for nothing gives its credit back at once", () => {
    const talk = readyTalk().says({ ...Presence, channel: channelOf(9) }, 1_000);
    expect(readyOf(talk)).toMatchObject({
      receiveCreditByteLength: creditWindowByteLength - 1_000,
      owedCreditByteLength: 1_000,
    });
  });

  test("[FLOW4] a put gives its credit back when it is receipted, in grants of half a window", () => {
    const talk = readyTalk().says(openVault(1), 0).learns(vaultOpened(1, 10));
    const half = creditWindowByteLength / 2;
    talk.says(put, half - 1).says(put, 1);
    talk.lines();
    expect(talk.learns(stored(half - 1)).answers()).toEqual(["relay: Receipt #1 @11 count=3"]);
    expect(talk.learns(stored(1)).answers()).toEqual([
      "relay: Receipt #1 @11 count=3",
      `relay: Credit byteLength=${half}`,
    ]);
    expect(readyOf(talk).receiveCreditByteLength).toBe(creditWindowByteLength);
  });

  test.each<[string, RelayInput]>([
    [
      "a put that is refused",
      {
        kind: "putsDone",
        channel,
        putCount: 1,
        byteLength: creditWindowByteLength / 2,
        receipts: [],
        refused: refused("ChainGap"),
      },
    ],
    [
      "a record that is appended",
      {
        kind: "recordAppended",
        request: AppendRecord.request,
        index: 3,
        id: recordIds.fromBytes(new Uint8Array(32)),
        byteLength: creditWindowByteLength / 2,
      },
    ],
    [
      "a record that is refused",
      {
        kind: "recordRefused",
        request: AppendRecord.request,
        refused: refused("LogHeadStale"),
        byteLength: creditWindowByteLength / 2,
      },
    ],
  ])("[FLOW4] %s gives its credit back", (_, outcome) => {
    const talk = liveTalk()
      .says(put, 10)
      .says(AppendRecord, creditWindowByteLength / 2);
    talk.lines();
    const owed = readyOf(talk).owedCreditByteLength + creditWindowByteLength / 2;
    expect(talk.learns(outcome).answers()).toContain(`relay: Credit byteLength=${owed}`);
  });

  test("[FLOW4] used, owed and under way are always one window", () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant("says"), byteLength: fc.integer({ min: 1, max: 300_000 }) }),
        fc.record({ kind: fc.constant("puts"), byteLength: fc.integer({ min: 1, max: 300_000 }) }),
        fc.record({ kind: fc.constant("stored") }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (taken) => {
        const talk = readyTalk().says(openVault(1), 0).learns(vaultOpened(1, 10));
        const underWay: number[] = [];
        for (const step of taken) {
          const { receiveCreditByteLength } = readyOf(talk);
          const mayPut = receiveCreditByteLength > 0 && underWay.length < putsInFlightMax;
          if (step.kind === "stored") {
            const byteLength = underWay.shift();
            if (byteLength !== undefined) talk.learns(stored(byteLength));
          } else if (step.kind === "says" && receiveCreditByteLength > 0) {
            talk.says({ ...Presence, channel: channelOf(9) }, step.byteLength);
          } else if (step.kind === "puts" && mayPut) {
            talk.says(put, step.byteLength);
            underWay.push(step.byteLength);
          }
          const session = readyOf(talk);
          const sum = underWay.reduce((total, byteLength) => total + byteLength, 0);
          expect(session.receiveCreditByteLength + session.owedCreditByteLength + sum).toBe(
            creditWindowByteLength,
          );
          // So whoever waits for credit always has something under way, and gets some.
          expect(session.receiveCreditByteLength > 0 || underWay.length > 0).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("puts under way", () => {
  const flooded = (): Talk => {
    const talk = liveTalk();
    for (let count = 0; count < putsInFlightMax; count++) talk.says(put, 700);
    return talk;
  };

  test(`[FLOW5] ${putsInFlightMax} may be without an answer, one more ends the connection`, () => {
    const talk = flooded();
    expect(talk.answers()).toEqual(Array(putsInFlightMax).fill("do putRun #1 byteLength=700"));
    expect(talk.says(put).answers()).toEqual([
      "do closeVault #1",
      `relay: Refusal connection CreditExceeded limit=${putsInFlightMax}`,
      "close CreditExceeded",
    ]);
  });

  test("[FLOW5] an answer makes room, whether it is a receipt or a refusal", () => {
    const talk = flooded().learns(stored(100, 2));
    talk.lines();
    talk.says(put).says(put);
    expect(talk.answers()).toHaveLength(2);
    expect(talk.says(put).answers()).toContain("close CreditExceeded");
  });

  test("[FLOW5] a put that is refused at sight is not under way", () => {
    const talk = liveTalk();
    for (let count = 0; count <= putsInFlightMax; count++)
      talk.says({ ...put, channel: channelOf(9) });
    expect(readyOf(talk).putsInFlightCount).toBe(0);
  });
});

describe("credit of the relay", () => {
  const runsOf = (byteLengths: readonly number[]) =>
    byteLengths.map((byteLength) => preparedRun(byteLength));

  test("[FLOW3] an Envelopes frame uses exactly its length", () => {
    const talk = liveTalk(10_000);
    const runs = runsOf([100, 200]);
    talk.learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 12], runs) });
    expect(readyOf(talk).sendCreditByteLength).toBe(
      10_000 - envelopesFrameByteLength(channel, positionOf(12), runs),
    );
  });

  test("[FLOW3] nothing else that the relay sends uses any", () => {
    const talk = liveTalk(10_000).says(put);
    talk
      .learns(stored(1))
      .learns({ kind: "presence", vault: vaultOf(1), sealed: new Uint8Array(500) })
      .says(Ping)
      .says(openVault(2))
      .learns(vaultOpened(2, 5));
    expect(talk.answers()).toHaveLength(7);
    expect(readyOf(talk).sendCreditByteLength).toBe(10_000);
  });

  test("[FLOW1] a page goes out frame by frame, each while credit is left", () => {
    const talk = readyTalk().says(credit(150)).says(openVault(1)).learns(vaultOpened(1, 30));
    talk.lines();
    talk.learns(page([1, 1], 30, { isEnd: true, byteLengths: [100, 100, 100] }));
    expect(talk.answers()).toEqual(["relay: Envelopes #1 @30 x1", "relay: Envelopes #1 @30 x1"]);
    expect(readyOf(talk).sendCreditByteLength).toBe(150 - 2 * 104);
    expect(talk.says(credit(58)).answers()).toEqual([]);
    expect(talk.says(credit(1)).answers()).toEqual([
      "relay: Envelopes #1 @30 x1",
      "relay: CatchUpDone #1 @30",
    ]);
  });

  test("[FLOW1] a page that finds the credit gone waits for the next", () => {
    const talk = readyTalk()
      .says(credit(50))
      .says(openVault(1))
      .says(openVault(2))
      .learns(vaultOpened(1, 10))
      .learns(page([1, 1], 10, { isEnd: true, byteLengths: [] }))
      .learns(vaultOpened(2, 10))
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 11]) });
    talk.lines();
    expect(talk.learns(page([2, 2], 10, { isEnd: true })).answers()).toEqual([]);
    expect(talk.says(credit(500)).answers()).toEqual([
      "relay: Envelopes #2 @10 x1",
      "relay: CatchUpDone #2 @10",
    ]);
  });

  test("[FLOW1] grants add up, and stay a number", () => {
    const talk = readyTalk().says(credit(Number.MAX_SAFE_INTEGER)).says(credit(7));
    expect(readyOf(talk).sendCreditByteLength).toBe(Number.MAX_SAFE_INTEGER);
  });

  test("[FLOW4] what a Pull grants counts even where the channel is unknown", () => {
    const talk = readyTalk().says(pull(9, 700));
    expect(talk.answers()).toEqual(["relay: Refusal channel #9 VaultUnknown"]);
    expect(readyOf(talk).sendCreditByteLength).toBe(700);
  });
});

describe("a socket that fills up", () => {
  const buffered = (byteLength: number): RelayInput => ({ kind: "buffered", byteLength });

  test("[FLOW6] it is slow above the limit, and drained below half of it", () => {
    const talk = readyTalk().learns(buffered(bufferedByteLengthMax));
    expect(talk.state.isSlow).toBe(false);
    talk.learns(buffered(bufferedByteLengthMax + 1));
    expect(talk.state.isSlow).toBe(true);
    talk.learns(buffered(bufferedByteLengthMax / 2 + 1));
    expect(talk.state.isSlow).toBe(true);
    talk.learns(buffered(bufferedByteLengthMax / 2));
    expect(talk.state.isSlow).toBe(false);
  });

  test("[FLOW6] while it is slow no page is asked for or sent; drained, all goes on", () => {
    const talk = readyTalk().says(credit(10_000)).says(openVault(1)).learns(vaultOpened(1, 20));
    talk.lines();
    talk.learns(buffered(bufferedByteLengthMax + 1)).learns(page([1, 1], 15, { isEnd: false }));
    expect(talk.answers()).toEqual([]);
    expect(talk.learns(buffered(0)).answers()).toEqual([
      "relay: Envelopes #1 @15 x1",
      "do readPage #1 reading=2 afterPosition=15",
    ]);
  });

  test("[FLOW6] presence is not worth waiting for", () => {
    const talk = liveTalk().learns(buffered(bufferedByteLengthMax + 1));
    talk.learns({ kind: "presence", vault: vaultOf(1), sealed: new Uint8Array(5) });
    expect(talk.answers()).toEqual([]);
  });

  test("[FLOW6] sixteen times as much ends the connection, since nobody reads", () => {
    const talk = liveTalk().learns(buffered(16 * bufferedByteLengthMax));
    expect(talk.answers()).toEqual([]);
    expect(talk.learns(buffered(16 * bufferedByteLengthMax + 1)).answers()).toEqual([
      "do closeVault #1",
      "close quietly",
    ]);
  });

  test("[FLOW6] before the login too", () => {
    const talk = openTalk();
    talk.lines();
    talk.learns(buffered(bufferedByteLengthMax + 1)).learns(buffered(0));
    expect(talk.answers()).toEqual([]);
    talk.learns(buffered(16 * bufferedByteLengthMax + 1));
    expect(talk.answers()).toEqual(["close quietly"]);
  });
});
