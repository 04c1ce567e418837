/**
 * What an update of a document brings and what it refers to, read from its bytes (Yjs V1) before Yjs
 * sees it. Yjs trusts what it decodes: a few bytes can claim millions of structs, and an update that
 * throws halfway has changed the document by then. Whoever passes here names one author, in contiguous
 * clocks, with references that are bounded and can be waited for.
 */
import { decode, type Malformed, type Reader, type Result } from "@duro/crypto/types";
import { dataContentByteLengthMax, structsPerUpdateMax } from "../limits.ts";
import { readStructContent, StructContent } from "./structContent.ts";
import { readName } from "./names.ts";

/** From `from` up to the clock before `end`. */
export interface ClockRange {
  readonly clientId: number;
  readonly from: number;
  readonly end: number;
}

export interface UpdateShape {
  /** The operations themselves; undefined where nothing is but deleted. */
  readonly brings: ClockRange | undefined;
  /** By clientID, the clock that a document must have reached before this may be applied. */
  readonly needs: ReadonlyMap<number, number>;
  readonly structCount: number;
  /** Of ranges, in which clocks are deleted. */
  readonly deletionCount: number;
  /** Of structs that make a type, which others can be in. */
  readonly typeCount: number;
  /** Some of it is in, or beside, what was there before. */
  readonly refersBack: boolean;
}

const updateLimit = { what: "update", byteLengthMax: dataContentByteLengthMax };

/** A clientID, a count, a clock and a length. */
const deletesByteLengthMin = 4;
const rangeByteLengthMin = 2;

/** `author` is the clientID that follows from the chain and the document. */
export const readUpdate = (update: Uint8Array, author: number): Result<UpdateShape, Malformed> =>
  decode(updateLimit, update, (from) => {
    const needs = createNeeds();
    const { brings, structCount } = readStructs(from, author, needs);
    const deletionCount = readDeletes(from, { author, end: brings?.end }, needs);
    const { clocks, typeCount, refersBack } = needs;
    return { brings, needs: clocks, structCount, deletionCount, typeCount, refersBack };
  });

interface Needs extends Pick<UpdateShape, "typeCount" | "refersBack"> {
  readonly clocks: ReadonlyMap<number, number>;
  reach(clientId: number, end: number): void;
  addType(): void;
  referBack(): void;
}

const createNeeds = (): Needs => {
  const clocks = new Map<number, number>();
  let typeCount = 0;
  let refersBack = false;
  return {
    clocks,
    get typeCount() {
      return typeCount;
    },
    get refersBack() {
      return refersBack;
    },
    addType: () => {
      typeCount += 1;
    },
    referBack: () => {
      refersBack = true;
    },
    reach: (clientId, end) => {
      clocks.set(clientId, Math.max(end, clocks.get(clientId) ?? 0));
    },
  };
};

const readStructs = (
  from: Reader,
  author: number,
  needs: Needs,
): Pick<UpdateShape, "brings" | "structCount"> => {
  const authorCount = from.varUint();
  if (authorCount === 0) return { brings: undefined, structCount: 0 };
  if (authorCount > 1) from.refuse("structs of one author", `${authorCount}`);
  const structCount = from.varUint(structsPerUpdateMax);
  if (structCount === 0) from.refuse("a struct", "none");
  const clientId = from.varUint();
  if (clientId !== author) from.refuse("the author's clientID", "another");
  const start = from.varUint();
  let clock = start;
  for (let index = 0; index < structCount; index += 1) {
    clock += readStruct(from, { clientId, clock, start }, needs);
    if (!Number.isSafeInteger(clock)) from.refuse("a clock below 2^53", "a larger one");
  }
  if (start > 0) needs.reach(clientId, start);
  return { brings: { clientId, from: start, end: clock }, structCount };
};

interface Place {
  readonly clientId: number;
  readonly clock: number;
  /** Of the update. */
  readonly start: number;
}

const collected = 0;
const skip = 10;
const contentBits = 0b1_1111;
const hasKeyBit = 0x20;
const hasRightBit = 0x40;
const hasLeftBit = 0x80;

/** How many clocks it takes. */
const readStruct = (from: Reader, place: Place, needs: Needs): number => {
  const info = from.u8();
  const content = info & contentBits;
  if (content === skip) from.refuse("contiguous clocks", "a gap");
  if (content === collected) {
    if (info !== collected) from.refuse("nothing beside a collected struct", `info ${info}`);
    return readCount(from);
  }
  const hasLeft = (info & hasLeftBit) !== 0;
  const hasRight = (info & hasRightBit) !== 0;
  if (hasLeft) readReference(from, place, needs);
  if (hasRight) readReference(from, place, needs);
  // Whoever has a neighbour has its parent and its key, too.
  if (!hasLeft && !hasRight) {
    readParent(from, place, needs);
    if ((info & hasKeyBit) !== 0) readName(from);
  }
  if (content === StructContent.Type) needs.addType();
  return readStructContent(from, content);
};

const readParent = (from: Reader, place: Place, needs: Needs): void => {
  if (from.bool()) readName(from);
  else readReference(from, place, needs);
};

const readReference = (from: Reader, { clientId, clock, start }: Place, needs: Needs): void => {
  const other = from.varUint();
  const at = from.varUint();
  // Yjs looks for it without asking whether it is there.
  if (other === clientId && at >= clock) from.refuse("an operation before this one", "a later one");
  // What this very update brings needs no waiting for; what came before it is waited for anyway.
  if (other !== clientId) needs.reach(other, at + 1);
  if (other !== clientId || at < start) needs.referBack();
};

/** How many ranges. */
const readDeletes = (
  from: Reader,
  own: { readonly author: number; readonly end: number | undefined },
  needs: Needs,
): number => {
  const seen = new Set<number>();
  let count = 0;
  from.list(Number.MAX_SAFE_INTEGER, deletesByteLengthMin, () => {
    const clientId = from.varUint();
    if (seen.has(clientId)) from.refuse("each clientID once", "one twice");
    seen.add(clientId);
    const { end, rangeCount } = readRanges(from);
    count += rangeCount;
    if (clientId !== own.author || own.end === undefined) return needs.reach(clientId, end);
    if (end > own.end) from.refuse("deletions of what is there", "of what is to come");
  });
  return count;
};

/** Where the last one ends: they rise, and do not touch one another's clocks. */
const readRanges = (from: Reader): { readonly end: number; readonly rangeCount: number } => {
  let end = 0;
  const ranges = from.list(Number.MAX_SAFE_INTEGER, rangeByteLengthMin, () => {
    const start = from.varUint();
    if (start < end) from.refuse("rising ranges", `${start} behind ${end}`);
    end = start + readCount(from);
    if (!Number.isSafeInteger(end)) from.refuse("a clock below 2^53", "a larger one");
  });
  if (ranges.length === 0) from.refuse("a range", "none");
  return { end, rangeCount: ranges.length };
};

/** Nothing has no length: a struct that takes no clock would stand in the way of the next one. */
const readCount = (from: Reader): number => {
  const count = from.varUint();
  return count === 0 ? from.refuse("a length of at least 1", "0") : count;
};
