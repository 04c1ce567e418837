/** Frames written field by field, as docs/protocol.md §7 lays them out, so that any field can be wrong. */
import { encode, type Writer } from "../../../packages/crypto/src/bytes/writer.ts";
import { type Bytes, hexOf, jsonOf, type VectorCase } from "../format.ts";
import type { FrameInput } from "../run/frames.ts";
import { filled, lengthened, shortened } from "./bytes.ts";
import { fault, golden } from "./cases.ts";

export const frameOf = (tag: number, write: (to: Writer) => void = () => {}): Uint8Array =>
  encode((to) => {
    to.u8(tag);
    write(to);
  });

export const malformed = (name: string, why: string, frame: Bytes | Uint8Array) =>
  fault<FrameInput>("Malformed", name, why, {
    frame: frame instanceof Uint8Array ? hexOf(frame) : frame,
  });

/** A number in more bytes than it needs. */
export const paddedOne = Uint8Array.of(0x81, 0x00);
/** 2^53. */
export const tooLarge = Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10);

/** A mark: chain, seq, envelope id. */
export const writeMark = (to: Writer, chain: number, seq: number): void => {
  to.bytes(filled(16, chain));
  to.varUint(seq);
  to.bytes(filled(32, 0x12));
};

export const writeLogHead = (to: Writer): void => {
  to.varUint(5);
  to.bytes(filled(32, 0x11));
};

/** One golden for each specimen, and the two faults that every frame can have. */
export const specimenCases = <Frame extends { readonly type: string }>(
  specimens: readonly Frame[],
  encodeFrame: (frame: Frame) => Uint8Array,
  describe: (frame: Frame) => object = (frame) => frame,
): readonly VectorCase<FrameInput>[] =>
  specimens.flatMap((frame) => {
    const bytes = encodeFrame(frame);
    return [
      golden<FrameInput>(
        frame.type,
        `tag ${bytes[0]}`,
        { frame: hexOf(bytes) },
        jsonOf(describe(frame)),
      ),
      malformed(
        `${frame.type} with a byte behind`,
        "FRAME4: nothing is left over",
        lengthened(bytes),
      ),
      // Without its last byte a Bye has not even its tag: that is the case of no bytes.
      ...(bytes.length === 1
        ? []
        : [malformed(`${frame.type} cut short`, "FRAME3: every field is whole", shortened(bytes))]),
    ];
  });
