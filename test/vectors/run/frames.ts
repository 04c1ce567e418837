/** Frames: docs/protocol.md §7. */
import { encodeEnvelope, envelopeIdOf } from "../../../packages/crypto/src/envelope/envelope.ts";
import { vaultIds } from "../../../packages/crypto/src/ids.ts";
import {
  decodeClientFrame,
  decodeRelayFrame,
  refusalOfNumber,
  runToEnvelopes,
} from "../../../packages/protocol/src/index.ts";
import { type Bytes, bytesOf, type Hex, hexOf, jsonOf, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";

export interface FrameInput {
  readonly frame: Bytes;
}

export const runClientFrame = ({ frame }: FrameInput): Ran => {
  const decoded = decodeClientFrame(bytesOf(frame));
  return decoded.ok ? accepted(jsonOf(decoded.value)) : refused(decoded.error);
};

export const runRelayFrame = ({ frame }: FrameInput): Ran => {
  const decoded = decodeRelayFrame(bytesOf(frame));
  if (!decoded.ok) return refused(decoded.error);
  const { value } = decoded;
  return value.type === "Refusal"
    ? accepted(jsonOf({ ...value, name: refusalOfNumber(value.number).name }))
    : accepted(jsonOf(value));
};

export interface WireRunInput {
  readonly vault: Hex;
  /** A Put. */
  readonly frame: Hex;
}

/** What a run says no more than once comes back into every envelope. */
export const runWireRun = ({ vault, frame }: WireRunInput): Ran => {
  const decoded = decodeClientFrame(bytesOf(frame));
  if (!decoded.ok) return refused(decoded.error);
  if (decoded.value.type !== "Put") throw new TypeError("a Put carries a run");
  const envelopes = runToEnvelopes(
    vaultIds.fromBytes(bytesOf(vault)),
    decoded.value.run,
    envelopeIdOf,
  );
  return accepted(envelopes.map((envelope) => hexOf(encodeEnvelope(envelope))));
};
