/**
 * An Envelopes frame from runs that are bytes already: what many receivers get is spelled once. The
 * same bytes as `encodeRelayFrame` makes.
 */
import { concatBytes, encode } from "@duro/crypto/types";
import type { ChannelNumber, VaultPosition } from "../ids.ts";
import { type Run, writeRun } from "./run.ts";
import { RelayTag } from "./tags.ts";

interface EncodedRun {
  readonly bytes: Uint8Array;
}

const frameHead = (
  channel: ChannelNumber,
  position: VaultPosition,
  runs: readonly EncodedRun[],
): Uint8Array =>
  encode((to) => {
    to.u8(RelayTag.Envelopes);
    to.varUint(channel);
    to.varUint(position);
    to.varUint(runs.length);
  });

export const encodeEnvelopesFrame = (
  channel: ChannelNumber,
  position: VaultPosition,
  runs: readonly EncodedRun[],
): Uint8Array => concatBytes(frameHead(channel, position, runs), ...runs.map(({ bytes }) => bytes));

const varUintByteLength = (value: number): number => {
  let byteLength = 1;
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) byteLength++;
  return byteLength;
};

/** Both sides count credit by what really went over the wire. */
export const envelopesFrameByteLength = (
  channel: ChannelNumber,
  position: VaultPosition,
  runs: readonly EncodedRun[],
): number =>
  runs.reduce(
    (sum, { bytes }) => sum + bytes.length,
    1 + varUintByteLength(channel) + varUintByteLength(position) + varUintByteLength(runs.length),
  );

/** A run as it stands in a frame. */
export const encodeRun = (run: Run): Uint8Array => encode((to) => writeRun(to, run));
