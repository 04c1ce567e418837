/** What the body of an envelope says: the union and its dispatch. The kinds are in the files beside. */
import {
  EnvelopeFlag,
  type EnvelopeHead,
  EnvelopeKind,
  err,
  type Malformed,
  ok,
  type Result,
  type BodyContent,
} from "@duro/crypto/types";
import {
  type AttestBody,
  type AttestClear,
  decodeAttest,
  decodeAttestClear,
  encodeAttest,
} from "./attest.ts";
import { type BeaconBody, decodeBeacon, encodeBeacon } from "./beacon.ts";
import {
  type CheckpointBody,
  type CheckpointClear,
  decodeCheckpoint,
  decodeCheckpointClear,
  encodeCheckpoint,
} from "./checkpoint.ts";
import { type DataBody, decodeData, encodeData } from "./data.ts";
import type { BodyFormError } from "./format.ts";
import { decodeOpen, decodeOpenClear, encodeOpen, type OpenBody, type OpenClear } from "./open.ts";

export type Body = OpenBody | DataBody | BeaconBody | CheckpointBody | AttestBody;

export const encodeBody = (body: Body): BodyContent => {
  switch (body.type) {
    case "Open":
      return encodeOpen(body);
    case "Data":
      return encodeData(body);
    case "Beacon":
      return encodeBeacon(body);
    case "Checkpoint":
      return encodeCheckpoint(body);
    case "Attest":
      return encodeAttest(body);
  }
};

export const decodeBody = (
  { kind, flags }: Pick<EnvelopeHead, "kind" | "flags">,
  content: BodyContent,
): Result<Body, BodyFormError> => {
  switch (kind) {
    case EnvelopeKind.Open:
      return decodeOpen(content);
    case EnvelopeKind.Data:
      return withoutClear(content) ?? decodeData(content);
    case EnvelopeKind.Beacon:
      return withoutClear(content) ?? asFlagged(flags, decodeBeacon(content));
    case EnvelopeKind.Checkpoint:
      return decodeCheckpoint(content);
    case EnvelopeKind.Attest:
      return decodeAttest(content);
  }
};

/** All that the relay reads of a body. */
export type BodyClear =
  | ({ readonly type: "Open" } & OpenClear)
  | ({ readonly type: "Checkpoint" } & CheckpointClear)
  | ({ readonly type: "Attest" } & AttestClear)
  | { readonly type: "Nothing" };

export const decodeBodyClear = (
  kind: EnvelopeKind,
  clear: Uint8Array,
): Result<BodyClear, BodyFormError> => {
  switch (kind) {
    case EnvelopeKind.Open:
      return named("Open", decodeOpenClear(clear));
    case EnvelopeKind.Checkpoint:
      return named("Checkpoint", decodeCheckpointClear(clear));
    case EnvelopeKind.Attest:
      return named("Attest", decodeAttestClear(clear));
    case EnvelopeKind.Data:
    case EnvelopeKind.Beacon:
      return withoutClear({ clear }) ?? ok({ type: "Nothing" });
  }
};

const named = <Name extends string, T>(
  type: Name,
  clear: Result<T, BodyFormError>,
): Result<{ readonly type: Name } & T, BodyFormError> =>
  clear.ok ? ok({ type, ...clear.value }) : clear;

const malformed = (what: string, expected: string, got: string): Result<never, Malformed> =>
  err({ type: "Malformed", what, expected, got, at: 0 });

/** The refusal where a kind that tells the relay nothing tells it something. */
const withoutClear = ({
  clear,
}: Pick<BodyContent, "clear">): Result<never, Malformed> | undefined =>
  clear.length === 0 ? undefined : malformed("clear part", "nothing", `${clear.length} bytes`);

/** The relay drops beacons by the flag in the head, so flag and content must say the same. */
const asFlagged = (
  flags: number,
  beacon: Result<BeaconBody, BodyFormError>,
): Result<BeaconBody, BodyFormError> => {
  if (!beacon.ok) return beacon;
  const isFlagged = (flags & EnvelopeFlag.FullBeacon) !== 0;
  return beacon.value.plaintext.isFull === isFlagged
    ? beacon
    : malformed("beacon plaintext", `full: ${isFlagged}`, `full: ${!isFlagged}`);
};
