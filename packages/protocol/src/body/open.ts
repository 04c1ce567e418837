/** OPEN: the first envelope of a chain. Whose it is stands in clear; why it was opened does not. */
import {
  type DeviceId,
  deviceIds,
  type Incarnation,
  incarnations,
  ok,
  type Reader,
  type Result,
  sizes,
  type UserId,
  userIds,
  type Writer,
  type BodyContent,
} from "@duro/crypto/types";
import { openNoteByteLengthMax } from "../limits.ts";
import { type ChainMark, readChainMark, writeChainMark } from "../wire/heads.ts";
import { readOneOf, readOption, writeOption } from "../wire/shapes.ts";
import { type BodyFormError, decodePart, encodePart } from "./format.ts";

/** With the device's signing key the incarnation gives the chain's id. */
export interface OpenClear {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly incarnation: Incarnation;
}

const encodeOpenClear = (clear: OpenClear): Uint8Array =>
  encodePart((to) => {
    userIds.write(to, clear.user);
    deviceIds.write(to, clear.device);
    incarnations.write(to, clear.incarnation);
  });

export const decodeOpenClear = (bytes: Uint8Array): Result<OpenClear, BodyFormError> =>
  decodePart(
    { what: "open clear part", byteLengthMax: sizes.bodyClearByteLengthMax },
    bytes,
    (from) => ({
      user: userIds.read(from),
      device: deviceIds.read(from),
      incarnation: incarnations.read(from),
    }),
  );

/** Numbers on the wire: never reused. */
export const OpenReason = {
  /** The device's first chain in this vault. */
  First: 1,
  /** A backup was restored: the old chain may have gone on elsewhere. */
  Restored: 2,
  /** The data folder was copied, and the copy noticed. */
  Cloned: 3,
  /** The old chain was cut. */
  Cut: 4,
  /** The store could not promise that everything sent was kept. */
  StoreLost: 5,
} as const;
export type OpenReason = (typeof OpenReason)[keyof typeof OpenReason];

export interface OpenPlaintext {
  /** The device's chain before this one, as far as it knows it. */
  readonly predecessor: ChainMark | undefined;
  readonly reason: OpenReason;
  /** In words, for a person; often empty. */
  readonly note: string;
}

export interface OpenBody {
  readonly type: "Open";
  readonly clear: OpenClear;
  readonly plaintext: OpenPlaintext;
}

const writePlaintext = (to: Writer, plaintext: OpenPlaintext): void => {
  writeOption(to, plaintext.predecessor, writeChainMark);
  to.u8(plaintext.reason);
  to.text(plaintext.note);
};

const readPlaintext = (from: Reader): OpenPlaintext => ({
  predecessor: readOption(from, readChainMark),
  reason: readOneOf(from, "reason", OpenReason),
  note: from.text(openNoteByteLengthMax),
});

export const encodeOpen = ({ clear, plaintext }: OpenBody): BodyContent => ({
  clear: encodeOpenClear(clear),
  plaintext: encodePart((to) => writePlaintext(to, plaintext)),
});

export const decodeOpen = (content: BodyContent): Result<OpenBody, BodyFormError> => {
  const clear = decodeOpenClear(content.clear);
  if (!clear.ok) return clear;
  const limit = { what: "open plaintext", byteLengthMax: sizes.bodyPlaintextByteLengthMax };
  const plaintext = decodePart(limit, content.plaintext, readPlaintext);
  return plaintext.ok
    ? ok({ type: "Open", clear: clear.value, plaintext: plaintext.value })
    : plaintext;
};
