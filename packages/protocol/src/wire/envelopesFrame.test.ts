import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { channelNumbers, vaultPositions } from "../ids.ts";
import { numbersOf, runs } from "../testing/arbitraries.ts";
import { relayFrameSpecimens } from "../testing/specimens.ts";
import { encodeEnvelopesFrame, encodeRun, envelopesFrameByteLength } from "./envelopesFrame.ts";
import { decodeRelayFrame, encodeRelayFrame } from "./relayFrame.ts";

describe("an Envelopes frame from runs that are bytes already", () => {
  const written = fc.record({
    channel: numbersOf(channelNumbers),
    position: numbersOf(vaultPositions),
    runs: fc.array(runs, { maxLength: 5 }),
  });

  test("[FRAME2] is the same bytes as one from runs, and of the length that is counted", () => {
    fc.assert(
      fc.property(written, ({ channel, position, runs: list }) => {
        const prepared = list.map((run) => ({ bytes: encodeRun(run) }));
        const bytes = encodeEnvelopesFrame(channel, position, prepared);
        expect(bytes).toEqual(
          encodeRelayFrame({ type: "Envelopes", channel, position, runs: list }),
        );
        expect(envelopesFrameByteLength(channel, position, prepared)).toBe(bytes.length);
      }),
      { numRuns: 300 },
    );
  });

  test.each([0, 1, 127, 128, 129, 16_383, 16_384, 16_385])(
    "[FLOW3] with %i runs it has the length that is counted",
    (count) => {
      const { channel, position } = relayFrameSpecimens.Envelopes;
      const prepared = Array.from({ length: count }, () => ({ bytes: new Uint8Array(1) }));
      expect(envelopesFrameByteLength(channel, position, prepared)).toBe(
        encodeEnvelopesFrame(channel, position, prepared).length,
      );
    },
  );

  test("[FRAME1] reads back as the envelopes it was made of", () => {
    const { channel, position, runs: list } = relayFrameSpecimens.Envelopes;
    const prepared = list.map((run) => ({ bytes: encodeRun(run) }));
    expect(decodeRelayFrame(encodeEnvelopesFrame(channel, position, prepared))).toEqual({
      ok: true,
      value: relayFrameSpecimens.Envelopes,
    });
  });
});
