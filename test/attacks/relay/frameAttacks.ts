/** Frames that no client sends: too long, endless, in splinters, unreadable. Each ends its own connection. */
import { ClientTag, limits } from "@duro/protocol";
import type { RawClient } from "./rawClient.ts";
import { Opcode, webSocketFrame, type WebSocketFrame } from "./webSocketFrames.ts";

export interface FrameAttack {
  readonly name: string;
  readonly isLoggedIn: boolean;
  send(client: RawClient): void;
  /** The close code of the WebSocket. */
  readonly code: number;
  /** Undefined: below our frames, where the library has no words. */
  readonly refusal: string | undefined;
}

const bytes = (byteLength: number): Uint8Array => new Uint8Array(byteLength).fill(0x41);

const frame =
  (...frames: readonly WebSocketFrame[]) =>
  (client: RawClient): void =>
    client.write(Buffer.concat(frames.map(webSocketFrame)));

const binary = (payload: Uint8Array): WebSocketFrame => ({ opcode: Opcode.Binary, payload });
const repeated = (count: number, item: WebSocketFrame): readonly WebSocketFrame[] =>
  Array.from({ length: count }, () => item);

const opening = (payload: Uint8Array): WebSocketFrame => ({ ...binary(payload), isFinal: false });
const continuing = (payload: Uint8Array): WebSocketFrame => ({
  opcode: Opcode.Continuation,
  payload,
  isFinal: false,
});

/** An OpenVault whose vector says a count that nobody could hold. */
const countless = Uint8Array.from([
  ClientTag.OpenVault,
  1,
  ...bytes(16),
  0,
  255,
  255,
  255,
  255,
  15,
]);

const protocolError = 1002;
const unsupportedData = 1003;
const policyViolation = 1008;
const tooLarge = 1009;
const overloaded = 1013;

const below = (
  name: string,
  code: FrameAttack["code"],
  send: FrameAttack["send"],
  isLoggedIn = false,
): FrameAttack => ({ name, isLoggedIn, send, code, refusal: undefined });

const named = (
  name: string,
  code: number,
  refusal: string,
  send: FrameAttack["send"],
  isLoggedIn = false,
): FrameAttack => ({ name, isLoggedIn, send, code, refusal });

const halfGiB = 2 ** 29;

export const frameAttacks: readonly FrameAttack[] = [
  below(
    "a frame that claims half a GiB",
    tooLarge,
    frame({ ...binary(bytes(8)), claimedByteLength: halfGiB }),
  ),
  below(
    "one that claims more than any number holds",
    tooLarge,
    frame({ ...binary(bytes(8)), claimedByteLength: 2 ** 52 }),
  ),
  named(
    "a frame that does not end, of somebody who is not logged in",
    tooLarge,
    "FrameTooLarge",
    frame({ ...binary(bytes(100_000)), claimedByteLength: limits.frameByteLengthMax }),
  ),
  named(
    "a frame one byte longer than the longest",
    tooLarge,
    "FrameTooLarge",
    frame(binary(bytes(limits.frameByteLengthMax + 1))),
    true,
  ),
  below(
    "fragments that are too much together",
    tooLarge,
    frame(opening(bytes(1_000_000)), continuing(bytes(1_000_000))),
    true,
  ),
  below(
    "a message in splinters of one byte",
    policyViolation,
    frame(opening(bytes(1)), ...repeated(100_000, continuing(bytes(1)))),
    true,
  ),
  below(
    "a message in splinters of nothing",
    policyViolation,
    frame(opening(bytes(0)), ...repeated(100_000, continuing(bytes(0)))),
  ),
  named(
    "text",
    unsupportedData,
    "UnsupportedFrame",
    frame({ opcode: Opcode.Text, payload: bytes(9) }),
  ),
  named("a tag of nobody", unsupportedData, "UnsupportedFrame", frame(binary(Uint8Array.of(119)))),
  named(
    "a tag of the relay",
    unsupportedData,
    "UnsupportedFrame",
    frame(binary(Uint8Array.of(129, 0))),
  ),
  named("a frame of nothing", protocolError, "MalformedFrame", frame(binary(bytes(0)))),
  named(
    "a count that the bytes cannot hold",
    protocolError,
    "MalformedFrame",
    frame(binary(countless)),
  ),
  below("a frame without a mask", protocolError, frame({ ...binary(bytes(9)), isMasked: false })),
  below(
    "one that says it is compressed",
    protocolError,
    frame({ ...binary(bytes(9)), reserved: 4 }),
  ),
  below("an opcode of nobody", protocolError, frame({ opcode: 11, payload: bytes(1) })),
  below("a continuation of nothing", protocolError, frame(continuing(bytes(9)))),
  below("a message within another", protocolError, frame(opening(bytes(9)), binary(bytes(9)))),
  below(
    "a ping longer than any",
    protocolError,
    frame({ opcode: Opcode.Ping, payload: bytes(126) }),
  ),
  named(
    "pings that nobody waits for",
    overloaded,
    "Overloaded",
    frame(...repeated(5_000, { opcode: Opcode.Ping, payload: bytes(0) })),
  ),
];
