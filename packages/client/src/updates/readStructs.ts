/**
 * The structs of an update one by one, of any number of authors: where each is, without what it holds.
 * Yjs would make all of them at once, which takes longer than a turn may where a document is large. Only
 * of what was looked through before (`readUpdate`, `checkPacked`).
 */
import { assert } from "@duro/crypto/types";
import * as Y from "yjs";

export interface StructRead {
  readonly clientId: number;
  readonly clock: number;
  readonly length: number;
  /** It makes a type, which others can be in. */
  readonly isType: boolean;
  /** What it is beside, in the same type. */
  readonly beside: Y.ID | undefined;
  /** Without a neighbour: the type that it is in; undefined: a root, or it was collected. */
  readonly inside: Y.ID | undefined;
  /** Where it stands in the bytes. */
  readonly start: number;
  readonly end: number;
}

export function* readStructs(update: Uint8Array): Generator<StructRead> {
  // A copy that ends where it ends: lib0 looks at the buffer, not at the view.
  const from = new Y.UpdateDecoderV1({ arr: new Uint8Array(update), pos: 0 });
  const clientCount = readNumber(from);
  for (let client = 0; client < clientCount; client += 1) {
    const structCount = readNumber(from);
    const clientId = from.readClient();
    let clock = readNumber(from);
    for (let at = 0; at < structCount; at += 1) {
      const start = from.restDecoder.pos;
      const struct = readStruct(from);
      yield { clientId, clock, ...struct, start, end: from.restDecoder.pos };
      clock += struct.length;
    }
  }
}

/** The one way to a plain number that the decoder offers. */
const readNumber = (from: Y.UpdateDecoderV1): number => from.readDsClock();

type StructForm = Pick<StructRead, "length" | "isType" | "beside" | "inside">;

const hasLeftBit = 0x80;
const hasRightBit = 0x40;
const hasKeyBit = 0x20;
const kindBits = 0x1f;
const collected = 0;
const gap = 10;

const readStruct = (from: Y.UpdateDecoderV1): StructForm => {
  const info = from.readInfo();
  const kind = info & kindBits;
  if (kind === collected || kind === gap)
    return { length: from.readLen(), isType: false, beside: undefined, inside: undefined };
  const left = (info & hasLeftBit) === 0 ? undefined : from.readLeftID();
  const right = (info & hasRightBit) === 0 ? undefined : from.readRightID();
  const beside = left ?? right;
  let inside: Y.ID | undefined;
  // Whoever has a neighbour has its parent and its key.
  if (beside === undefined) {
    if (from.readParentInfo()) from.readString();
    else inside = from.readLeftID();
    if ((info & hasKeyBit) !== 0) from.readString();
  }
  return { length: readContent(from, kind), isType: kind === StructContent.Type, beside, inside };
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

/** An element and a hook have a name. */
const namedTypes: ReadonlySet<number> = new Set([3, 5]);

/** How many clocks it takes. */
const readContent = (from: Y.UpdateDecoderV1, kind: number): number => {
  switch (kind) {
    case StructContent.Deleted:
      return from.readLen();
    case StructContent.Binary:
      from.readBuf();
      return 1;
    case StructContent.Text:
      return from.readString().length;
    case StructContent.Embed:
      from.readJSON();
      return 1;
    case StructContent.Format:
      from.readKey();
      from.readJSON();
      return 1;
    case StructContent.Type:
      if (namedTypes.has(from.readTypeRef())) from.readKey();
      return 1;
    case StructContent.Values: {
      const count = from.readLen();
      for (let at = 0; at < count; at += 1) from.readAny();
      return count;
    }
    default:
      assert(false, "its kinds of content were looked through");
      return 0;
  }
};
