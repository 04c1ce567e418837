import { type Result } from "@duro/crypto/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mutationsOf } from "../testing/arbitraries.ts";
import {
  clientFrameArbitraries,
  clientFrames,
  relayFrameArbitraries,
  relayFrames,
} from "../testing/frameArbitraries.ts";
import { clientFrameSpecimens, relayFrameSpecimens } from "../testing/specimens.ts";
import { frameByteLengthMax } from "../limits.ts";
import { type ClientFrame, decodeClientFrame, encodeClientFrame } from "./clientFrame.ts";
import type { FrameError } from "./frame.ts";
import { decodeRelayFrame, encodeRelayFrame, type RelayFrame } from "./relayFrame.ts";
import { ClientTag, RelayTag } from "./tags.ts";

interface Direction<Frame> {
  readonly name: string;
  readonly tags: Readonly<Record<string, number>>;
  readonly otherTags: Readonly<Record<string, number>>;
  readonly encode: (frame: Frame) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Result<Frame, FrameError>;
  readonly arbitraries: Readonly<Record<string, fc.Arbitrary<Frame>>>;
  readonly frames: fc.Arbitrary<Frame>;
  readonly specimens: Readonly<Record<string, Frame>>;
}

const noiseBehind = (tags: Readonly<Record<string, number>>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.constantFrom(...Object.values(tags)), fc.uint8Array({ maxLength: 160 }))
    .map(([tag, bytes]) => Uint8Array.from([tag, ...bytes]));

const errorTypes = new Set<string>(["Malformed", "FrameUnknown", "FrameTooLarge"]);

const describeDirection = <Frame>(direction: Direction<Frame>): void => {
  const { name, tags, encode, decode, frames, specimens } = direction;

  /** What `bytes` should be if they can be read: what they are. An error must be one of the three. */
  const spellingOf = (bytes: Uint8Array): Uint8Array | undefined => {
    const decoded = decode(bytes);
    if (decoded.ok) return encode(decoded.value);
    return errorTypes.has(decoded.error.type) ? bytes : undefined;
  };

  describe(`frames of a ${name}`, () => {
    test.each(Object.entries(direction.arbitraries))(
      "[FRAME1] any %s reads back as it was written",
      (_, frame) => {
        fc.assert(
          fc.property(frame, (written) => {
            expect(decode(encode(written))).toEqual({ ok: true, value: written });
          }),
        );
      },
    );

    test.each([
      ["a damaged frame", mutationsOf(frames.map(encode)), 3_000],
      ["noise behind a tag", noiseBehind(tags), 3_000],
      ["noise", fc.uint8Array({ maxLength: 64 }), 300],
    ])(
      "[FRAME2] %s is refused as a value, or is a frame in its one spelling",
      (_, inputs, numRuns) => {
        fc.assert(
          fc.property(inputs, (bytes) => {
            expect(spellingOf(bytes)).toEqual(bytes);
          }),
          { numRuns },
        );
      },
    );

    test.each(Object.entries(specimens))(
      "[FRAME3] a %s cut short anywhere is refused",
      (_, frame) => {
        const bytes = encode(frame);
        for (let end = 0; end < bytes.length; end++)
          expect(decode(bytes.slice(0, end))).toMatchObject({
            ok: false,
            error: { type: "Malformed" },
          });
      },
    );

    test.each(Object.entries(specimens))(
      "[FRAME4] a %s with a byte behind it is refused",
      (_, frame) => {
        const bytes = encode(frame);
        for (const byte of [0, 1, 255])
          expect(decode(Uint8Array.from([...bytes, byte]))).toMatchObject({
            ok: false,
            error: { type: "Malformed" },
          });
      },
    );

    test("[FRAME6] a tag of the other direction, or of none, is unknown and named", () => {
      const known = new Set(Object.values(tags));
      for (const tag of [0, 127, 255, ...Object.values(direction.otherTags)]) {
        expect(known.has(tag)).toBe(false);
        expect(decode(new Uint8Array([tag, 1, 2]))).toEqual({
          ok: false,
          error: { type: "FrameUnknown", tag },
        });
      }
    });

    test("[FRAME7] a frame above the limit is refused by its length", () => {
      const byteLength = frameByteLengthMax + 1;
      expect(decode(new Uint8Array(byteLength))).toEqual({
        ok: false,
        error: { type: "FrameTooLarge", byteLength, byteLengthMax: frameByteLengthMax },
      });
    });

    test("[FRAME10] every tag is one number, with one specimen and one arbitrary", () => {
      const names = Object.keys(tags).toSorted();
      expect(new Set(Object.values(tags)).size).toBe(names.length);
      expect(Object.keys(specimens).toSorted()).toEqual(names);
      expect(Object.keys(direction.arbitraries).toSorted()).toEqual(names);
    });
  });
};

describeDirection<ClientFrame>({
  name: "client",
  tags: ClientTag,
  otherTags: RelayTag,
  encode: encodeClientFrame,
  decode: decodeClientFrame,
  arbitraries: clientFrameArbitraries,
  frames: clientFrames,
  specimens: clientFrameSpecimens,
});

describeDirection<RelayFrame>({
  name: "relay",
  tags: RelayTag,
  otherTags: ClientTag,
  encode: encodeRelayFrame,
  decode: decodeRelayFrame,
  arbitraries: relayFrameArbitraries,
  frames: relayFrames,
  specimens: relayFrameSpecimens,
});
