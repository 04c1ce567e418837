/**
 * How deep types lie in each other. Yjs deletes and forgets them recursively: some five thousand levels
 * end in a stack overflow in the middle of a transaction, and an update of a hundred bytes can ask for it
 * once they are there. A type that lies too deep is collected from the start, as if what is around it had
 * been deleted before: Yjs does the same with it, and with all that is in it, once that is so.
 *
 * How deep a type lies follows from what it refers to, which is there before it, and never changes. So
 * each device collects the same, in whatever order updates came, and nothing has to wait.
 */
import type { UpdateShape } from "@duro/protocol";
import * as Y from "yjs";
import { readStructs, type StructRead } from "./readStructs.ts";
import { createStructIndex, type StructIndex } from "./structIndex.ts";
import { itemOf, typeAround } from "./yjsItems.ts";

/** People nest a dozen, an editor some tens. */
export const nestingDepthMax = 256;

/** Asked between two pieces of long work. */
type Breathe = () => Promise<void>;

/** Read in one piece: a millisecond or two. */
const pieceStructCount = 2_000;

export interface Bounded {
  readonly update: Uint8Array;
  /** Of the deepest type of this update and of all before it, or more; undefined: not known. */
  readonly depth: number | undefined;
}

/** As `readUpdate` found it. */
export interface Arriving extends Pick<UpdateShape, "typeCount" | "refersBack"> {
  readonly update: Uint8Array;
}

/** Of so few it does not matter which of them lies in which. */
const fewTypesMax = 16;

export interface Earlier {
  /** The same of all updates before it. */
  readonly depth: number | undefined;
  readonly updates: () => Promise<readonly Uint8Array[]>;
}

/** The update without the types that lie too deep. Those before it are read where that is needed. */
export const boundDepth = async (
  { update, typeCount, refersBack }: Arriving,
  earlier: Earlier,
  breathe: Breathe,
  depthMax = nestingDepthMax,
): Promise<Bounded> => {
  if (typeCount === 0) return { update, depth: earlier.depth };
  if (!refersBack && typeCount <= Math.min(fewTypesMax, depthMax))
    return { update, depth: deepest(typeCount, earlier.depth) };
  const own = createStructIndex();
  const types = await addAll(own, update, breathe);
  let [depth, isWhole] = [0, true];
  for (const [at, type] of types.entries()) {
    const { around, isWhole: isHere } = own.depthOf(type);
    depth = Math.max(depth, around + 1);
    isWhole &&= isHere;
    if (at % pieceStructCount === 0) await breathe();
  }
  if (isWhole && depth <= depthMax) return { update, depth: deepest(depth, earlier.depth) };
  // Nothing that it refers to elsewhere lies deeper than the deepest type there.
  const most = depth + (earlier.depth ?? Infinity);
  if (!isWhole && most <= depthMax) return { update, depth: most };
  return boundExactly(update, await earlier.updates(), breathe, depthMax);
};

/** The same of a whole state, by whomever. */
export const boundState = async (
  state: Uint8Array,
  breathe: Breathe,
  depthMax = nestingDepthMax,
): Promise<Uint8Array> => (await boundExactly(state, [], breathe, depthMax)).update;

/** Of a whole state, in one piece: whoever asks loads it into Yjs next. */
export const hasTooDeep = (state: Uint8Array): boolean => {
  const index = createStructIndex();
  const types: StructRead[] = [];
  for (const struct of readStructs(state)) {
    index.add(struct);
    if (struct.isType) types.push(struct);
  }
  return types.some((type) => index.depthOf(type).around >= nestingDepthMax);
};

const boundExactly = async (
  update: Uint8Array,
  earlier: readonly Uint8Array[],
  breathe: Breathe,
  depthMax: number,
): Promise<Bounded> => {
  const index = createStructIndex();
  const former: StructRead[] = [];
  for (const one of earlier)
    for (const type of await addAll(index, one, breathe)) former.push(type);
  const arriving = await addAll(index, update, breathe);
  let depth = 0;
  const tooDeep: StructRead[] = [];
  for (const [at, type] of [...former, ...arriving].entries()) {
    if (at % pieceStructCount === 0) await breathe();
    const own = index.depthOf(type).around + 1;
    if (own <= depthMax) depth = Math.max(depth, own);
    else if (at >= former.length) tooDeep.push(type);
  }
  return { update: tooDeep.length === 0 ? update : withCollected(update, tooDeep), depth };
};

const deepest = (one: number, other: number | undefined): number | undefined =>
  other === undefined ? undefined : Math.max(one, other);

/** What in it makes types. */
const addAll = async (
  index: StructIndex,
  update: Uint8Array,
  breathe: Breathe,
): Promise<readonly StructRead[]> => {
  const types: StructRead[] = [];
  let count = 0;
  for (const struct of readStructs(update)) {
    index.add(struct);
    if (struct.isType) types.push(struct);
    count += 1;
    if (count % pieceStructCount === 0) await breathe();
  }
  return types;
};

/** Collected, of one clock. */
const collectedType = Uint8Array.of(0, 1);

const withCollected = (update: Uint8Array, types: readonly StructRead[]): Uint8Array => {
  const spared = types.reduce((sum, { start, end }) => sum + end - start, 0);
  const bytes = new Uint8Array(update.length - spared + types.length * collectedType.length);
  let [from, to] = [0, 0];
  for (const { start, end } of types) {
    bytes.set(update.subarray(from, start), to);
    to += start - from;
    bytes.set(collectedType, to);
    to += collectedType.length;
    from = end;
  }
  bytes.set(update.subarray(from), to);
  return bytes;
};

/** Of the deepest type that an edit made, just now and from that clock on; 0: it made none. */
export const depthOfEdit = (doc: Y.Doc, from: number): number => {
  const { store, clientID } = doc;
  const structs = store.clients.get(clientID) ?? [];
  let depth = 0;
  if (from >= Y.getState(store, clientID)) return depth;
  for (let at = Y.findIndexSS(structs, from); at < structs.length; at += 1) {
    const made = structs[at];
    if (made instanceof Y.Item && made.content instanceof Y.ContentType)
      depth = Math.max(depth, depthOfItem(made));
  }
  return depth;
};

const depthOfItem = (item: Y.Item): number => {
  let depth = 0;
  for (let at: Y.Item | undefined = item; at !== undefined; depth += 1) {
    const around = typeAround(at);
    at = around === undefined ? undefined : itemOf(around);
  }
  return depth;
};
