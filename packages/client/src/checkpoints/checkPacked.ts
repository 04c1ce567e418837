/**
 * Looks through a packed document before Yjs loads it: in V2 repeated values take no bytes, so a few of
 * them can stand for any number of structs, and in either form a count is believed. Allows what honest
 * documents are made of, and allocates nothing that the bytes do not hold. What an update may hold is
 * `readUpdate`'s (protocol); here are its kinds again, of a whole document by any number of authors.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import * as Y from "yjs";
import { packedStateByteLengthMax, stateStructCountMax } from "./checkpointLimits.ts";
import { type FormedState, StateForm } from "./stateForm.ts";

/** No document that was packed by the rules. */
export interface PackedInvalid {
  readonly type: "PackedInvalid";
  readonly why: string;
}

/** Caught in this file, as whatever a decoder of lib0 throws. */
class NotPacked extends Error {}

const refuse = (why: string): never => {
  throw new NotPacked(why);
};

type Decoder = Y.UpdateDecoderV1 | Y.UpdateDecoderV2;

export const checkPacked = ({ form, packed }: FormedState): Result<void, PackedInvalid> => {
  if (packed.length > packedStateByteLengthMax) return invalid("too long");
  try {
    // A copy that ends where it ends: lib0 looks at the buffer, not at the view.
    const bytes = { arr: new Uint8Array(packed), pos: 0 };
    const from =
      form === StateForm.V1 ? new Y.UpdateDecoderV1(bytes) : new Y.UpdateDecoderV2(bytes);
    readStructs(from);
    readDeletions(from);
    return from.restDecoder.pos === from.restDecoder.arr.length ? ok(undefined) : invalid("a rest");
  } catch (cause) {
    return invalid(cause instanceof NotPacked ? cause.message : "unreadable");
  }
};

const invalid = (why: string): Result<never, PackedInvalid> => err({ type: "PackedInvalid", why });

/** The one way to a plain number that the decoder offers; its own sum begins anew with each client. */
const readNumber = (from: Decoder): number => {
  from.resetDsCurVal();
  return from.readDsClock();
};

const readStructs = (from: Decoder): void => {
  const clientCount = readNumber(from);
  let clientBefore = Infinity;
  let allCount = 0;
  for (let at = 0; at < clientCount; at++) {
    const structCount = readNumber(from);
    const client = from.readClient();
    if (!(client < clientBefore)) refuse("clients that do not fall");
    clientBefore = client;
    if (structCount === 0) refuse("a client without structs");
    allCount += structCount;
    if (allCount > stateStructCountMax) refuse("too many structs");
    if (readNumber(from) !== 0) refuse("a client from the middle");
    let clock = 0;
    for (let struct = 0; struct < structCount; struct++) clock += readStruct(from);
    if (!Number.isSafeInteger(clock)) refuse("clocks beyond 2^53");
  }
};

const hasOrigin = 0b1000_0000;
const hasRightOrigin = 0b0100_0000;
const hasEntryName = 0b0010_0000;
const kindBits = 0b0001_1111;
const collected = 0;

/** How many clocks it takes. */
const readStruct = (from: Decoder): number => {
  const info = from.readInfo();
  if ((info & kindBits) === collected) return atLeastOne(from.readLen());
  if (info & hasOrigin) from.readLeftID();
  if (info & hasRightOrigin) from.readRightID();
  if ((info & (hasOrigin | hasRightOrigin)) === 0) {
    if (from.readParentInfo()) from.readString();
    else from.readLeftID();
    if (info & hasEntryName) from.readString();
  }
  return readContent(from, info & kindBits);
};

const StructContent = {
  Deleted: 1,
  Binary: 3,
  Text: 4,
  Embed: 5,
  Format: 6,
  Type: 7,
  Values: 8,
} as const;

const typeNumberMax = 6;
/** An element and a hook have a name. */
const namedTypes: ReadonlySet<number> = new Set([3, 5]);

const readContent = (from: Decoder, kind: number): number => {
  switch (kind) {
    case StructContent.Deleted:
      return atLeastOne(from.readLen());
    case StructContent.Binary:
      from.readBuf();
      return 1;
    case StructContent.Text:
      return atLeastOne(from.readString().length);
    case StructContent.Embed:
      from.readJSON();
      return 1;
    case StructContent.Format:
      readName(from);
      from.readJSON();
      return 1;
    case StructContent.Type: {
      const type = from.readTypeRef();
      if (type > typeNumberMax) refuse("a type that is not known");
      if (namedTypes.has(type)) readName(from);
      return 1;
    }
    case StructContent.Values: {
      const count = atLeastOne(from.readLen());
      // Each takes a byte at the least, so the bytes end a count that they cannot hold.
      for (let at = 0; at < count; at++) from.readAny();
      return count;
    }
    default:
      return refuse("a kind of content that is not known");
  }
};

/** One that came before, by its place, which may be none. */
const readName = (from: Decoder): void => {
  const name: unknown = from.readKey();
  if (typeof name !== "string") refuse("a name that is not there");
};

const atLeastOne = (length: number): number => (length >= 1 ? length : refuse("a length of none"));

/** Falling clients and ranges that rise: applying them takes one way through the structs. */
const readDeletions = (from: Decoder): void => {
  const clientCount = readNumber(from);
  let clientBefore = Infinity;
  for (let at = 0; at < clientCount; at++) {
    const client = readNumber(from);
    if (!(client < clientBefore)) refuse("deletions whose clients do not fall");
    clientBefore = client;
    const rangeCount = readNumber(from);
    if (rangeCount === 0) refuse("a client without deletions");
    from.resetDsCurVal();
    let end = 0;
    for (let range = 0; range < rangeCount; range++) {
      const clock = from.readDsClock();
      if (clock < end) refuse("deletions that do not rise");
      end = clock + from.readDsLen();
    }
  }
};
