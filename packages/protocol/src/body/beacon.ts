/**
 * BEACON: what its author stands at, so that others notice what is withheld from them. It also stands
 * inside every checkpoint.
 */
import {
  ok,
  type Reader,
  type RecordId,
  recordIds,
  type RelayGeneration,
  relayGenerations,
  type Result,
  sizes,
  type UserId,
  userIds,
  type Writer,
  readRising,
  type RisingLimits,
  writeRising,
  type BodyContent,
} from "@duro/crypto/types";
import {
  type LogHead,
  readLogHead,
  readVector,
  type Vector,
  writeLogHead,
  writeVector,
} from "../wire/heads.ts";
import { type BodyFormError, decodePart, encodePart, nothingClear } from "./format.ts";

export interface IdentityHead {
  readonly user: UserId;
  readonly index: number;
  readonly id: RecordId;
}

export interface Beacon {
  /** Says everything; otherwise only what changed since the author's last full one. */
  readonly isFull: boolean;
  readonly vector: Vector;
  readonly logHead: LogHead;
  /** Of every member, rising by user. */
  readonly identityHeads: readonly IdentityHead[];
  readonly nowMs: number;
  /** Of the relay it is said to. */
  readonly generation: RelayGeneration;
}

export interface BeaconBody {
  readonly type: "Beacon";
  readonly plaintext: Beacon;
}

const identityHeadLimits: RisingLimits<IdentityHead> = {
  countMax: sizes.memberCountMax,
  itemByteLengthMin: userIds.byteLength + 1 + recordIds.byteLength,
  keyOf: ({ user }) => user,
};

export const writeBeacon = (to: Writer, beacon: Beacon): void => {
  to.bool(beacon.isFull);
  writeVector(to, beacon.vector);
  writeLogHead(to, beacon.logHead);
  writeRising(to, identityHeadLimits, beacon.identityHeads, (_, { user, index, id }) => {
    userIds.write(to, user);
    to.varUint(index);
    recordIds.write(to, id);
  });
  to.varUint(beacon.nowMs);
  relayGenerations.write(to, beacon.generation);
};

export const readBeacon = (from: Reader): Beacon => ({
  isFull: from.bool(),
  vector: readVector(from),
  logHead: readLogHead(from),
  identityHeads: readRising(from, identityHeadLimits, () => ({
    user: userIds.read(from),
    index: from.varUint(),
    id: recordIds.read(from),
  })),
  nowMs: from.varUint(),
  generation: relayGenerations.read(from),
});

export const encodeBeacon = ({ plaintext }: BeaconBody): BodyContent => ({
  clear: nothingClear,
  plaintext: encodePart((to) => writeBeacon(to, plaintext)),
});

export const decodeBeacon = (content: BodyContent): Result<BeaconBody, BodyFormError> => {
  const limit = { what: "beacon plaintext", byteLengthMax: sizes.bodyPlaintextByteLengthMax };
  const plaintext = decodePart(limit, content.plaintext, readBeacon);
  return plaintext.ok ? ok({ type: "Beacon", plaintext: plaintext.value }) : plaintext;
};
