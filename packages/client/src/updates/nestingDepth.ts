/**
 * How deep types lie in each other. Yjs deletes and forgets them recursively: some five thousand levels
 * end in a stack overflow in the middle of a transaction, and an update of a hundred bytes can ask for it
 * once they are there. What would go too deep stays outside of the document.
 */
import * as Y from "yjs";
import { itemOf, typeAround } from "./yjsItems.ts";

/** People nest a dozen, an editor some tens. */
export const nestingDepthMax = 256;

/** Nothing that the update needs is missing. */
export const isTooDeep = (doc: Y.Doc, update: Uint8Array): boolean => {
  const structs = Y.decodeUpdate(update).structs.filter((struct) => struct instanceof Y.Item);
  if (!structs.some(({ content }) => content instanceof Y.ContentType)) return false;
  const depths = createDepths(doc, structs);
  return structs.some(
    (struct) => struct.content instanceof Y.ContentType && depths.around(struct) >= nestingDepthMax,
  );
};

interface Depths {
  /** Of the type that it lies in; a root has none above it. */
  around(item: Y.Item): number;
}

const createDepths = (doc: Y.Doc, arriving: readonly Y.Item[]): Depths => {
  const known = new Map<Y.Item, number>();
  const find = (id: Y.ID): Y.Item | undefined => {
    const item = isThere(doc, id) ? Y.getItem(doc.store, id) : arrivingAt(arriving, id.clock);
    return item instanceof Y.Item ? item : undefined;
  };
  const above = (item: Y.Item): { readonly step: number; readonly next: Y.Item | undefined } => {
    const maker = typeAround(item);
    if (maker !== undefined) return { step: 1, next: itemOf(maker) };
    if (item.parent instanceof Y.ID) return { step: 1, next: find(item.parent) };
    const beside = item.origin ?? item.rightOrigin;
    return { step: 0, next: beside === null ? undefined : find(beside) };
  };
  return {
    around: (item) => {
      // Not recursive, for the very reason that it is asked.
      const way: { readonly item: Y.Item; readonly step: number }[] = [];
      let depth = 0;
      for (let at: Y.Item | undefined = item; at !== undefined;) {
        const knownDepth = known.get(at);
        if (knownDepth !== undefined) {
          depth = knownDepth;
          break;
        }
        const { step, next } = above(at);
        way.push({ item: at, step: next === undefined ? 0 : step });
        at = next;
      }
      for (const { item: passed, step } of way.toReversed()) {
        depth += step;
        known.set(passed, depth);
      }
      return depth;
    },
  };
};

const isThere = (doc: Y.Doc, { client, clock }: Y.ID): boolean =>
  clock < Y.getState(doc.store, client);

/** They are in the order of their clocks. */
const arrivingAt = (arriving: readonly Y.Item[], clock: number): Y.Item | undefined => {
  let first = 0;
  for (let end = arriving.length; first < end;) {
    const middle = Math.floor((first + end) / 2);
    const item = arriving[middle];
    if (item === undefined || item.id.clock + item.length > clock) end = middle;
    else first = middle + 1;
  }
  return arriving[first];
};
