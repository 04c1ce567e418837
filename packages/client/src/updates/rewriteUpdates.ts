/**
 * Carries edits of this device that do not count over to a new clientID, after its chain was cut or a
 * new incarnation began. They are written anew as if somebody made them now in the document that holds
 * only what counts: each beside the nearest neighbours that are there, in the order in which the old
 * document shows them. So no concurrent edit that the old one had settled is settled anew by the new
 * clientID, and nothing refers to what does not count.
 *
 * What does not count and is not ours takes with it what we wrote inside of it. What it deleted or
 * overwrote of ours comes back, if the old document was loaded without garbage collection.
 */
import type { StateVector } from "@duro/protocol";
import * as Y from "yjs";
import { encodeAuthorUpdate } from "./authorUpdate.ts";
import { type Deletions, isDeletedBy } from "./deletions.ts";
import { countedDeletions } from "./rewriteDeletions.ts";
import { keptContents } from "./keptContents.ts";
import { createStructList, type ParentPlace, type StructList } from "./structList.ts";
import { firstItem, itemOf, newestEntry, type Type, typeAround } from "./yjsItems.ts";

export interface Rewrite {
  /** Holds everything, what does not count among it; best without garbage collection. */
  readonly doc: Y.Doc;
  /** Of a document that holds only what counts; our own clocks behind it are carried over. */
  readonly counted: StateVector;
  readonly oldClientId: number;
  readonly newClientId: number;
  /** What the edits to carry over deleted: `deletionsOf` their updates. */
  readonly deletions: Deletions;
}

/** One update of the new clientID, clocks from zero, to be split if it is long; undefined: nothing to carry over. */
export const rewriteUpdates = (rewrite: Rewrite): Uint8Array | undefined => {
  const touched = touchedTypes(rewrite);
  const structs = createStructList(rewrite.newClientId);
  const overwritten: Y.ID[] = [];
  const waiting: TypeAt[] = countedTypes(rewrite, [...touched.keys()]);
  // Those that the edits made come behind the edit that made them.
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift())
    for (const key of touched.get(at.type) ?? []) {
      const made =
        key === undefined
          ? rewriteList(rewrite, structs, at)
          : rewriteEntry(rewrite, structs, { ...at, key }, overwritten);
      waiting.push(...made);
    }
  const deletions = countedDeletions(rewrite, overwritten);
  if (structs.encoded.length === 0 && deletions.size === 0) return undefined;
  return encodeAuthorUpdate({
    clientId: rewrite.newClientId,
    from: 0,
    structCount: structs.encoded.length,
    structs: structs.encoded,
    deletions,
  });
};

/** A type, and how the new operations name it as their parent. */
interface TypeAt {
  readonly type: Type;
  readonly parent: ParentPlace;
}

/** Where our operations are that do not count: in which types, under which keys; undefined: in its list. */
type TouchedTypes = ReadonlyMap<Type, ReadonlySet<string | undefined>>;

const touchedTypes = ({ doc, counted, oldClientId }: Rewrite): TouchedTypes => {
  const from = counted.get(oldClientId) ?? 0;
  const touched = new Map<Type, Set<string | undefined>>();
  for (const struct of doc.store.clients.get(oldClientId) ?? []) {
    if (struct.id.clock + struct.length <= from || !(struct instanceof Y.Item)) continue;
    const type = typeAround(struct);
    if (type === undefined) continue;
    const keys = touched.get(type) ?? new Set();
    keys.add(struct.parentSub ?? undefined);
    touched.set(type, keys);
  }
  return touched;
};

/** Those that are there without our edits: roots, and what a counted operation made. */
const countedTypes = ({ counted }: Rewrite, types: readonly Type[]): TypeAt[] =>
  types.flatMap((type): readonly TypeAt[] => {
    const item = itemOf(type);
    if (item === undefined) return [{ type, parent: Y.findRootTypeKey(type) }];
    const isThere = item.id.clock < (counted.get(item.id.client) ?? 0);
    return isThere ? [{ type, parent: item.id }] : [];
  });

/** How many of its clocks count: the first ones. */
const countedLength = ({ counted }: Rewrite, { id, length }: Y.Item): number =>
  Math.min(length, Math.max(0, (counted.get(id.client) ?? 0) - id.clock));

/** Each run of ours stands between the two counted operations around it. */
const rewriteList = (
  rewrite: Rewrite,
  structs: StructList,
  { type, parent }: TypeAt,
): readonly TypeAt[] => {
  const made: TypeAt[] = [];
  let left: Y.ID | undefined;
  let run: Y.Item["content"][] = [];
  const addRun = (right: Y.ID | undefined): void => {
    const place = { left, right, parent, key: undefined };
    made.push(...structs.addRun(place, run));
    run = [];
  };
  for (let item = firstItem(type); item !== null; item = item.right) {
    const { client, clock } = item.id;
    const length = countedLength(rewrite, item);
    if (length > 0) {
      addRun(item.id);
      left = Y.createID(client, clock + length - 1);
    }
    if (client === rewrite.oldClientId && length < item.length)
      run.push(...keptContents(item, length, rewrite.deletions));
  }
  addRun(undefined);
  return made;
};

/** The newest value is the rightmost. */
const rewriteEntry = (
  rewrite: Rewrite,
  structs: StructList,
  { type, parent, key }: TypeAt & { readonly key: string },
  overwritten: Y.ID[],
): readonly TypeAt[] => {
  let newest: Y.Item | undefined;
  let left: Y.ID | undefined;
  let item = newestEntry(type, key);
  for (; item !== null && left === undefined; item = item.left) {
    const { client, clock } = item.id;
    const length = countedLength(rewrite, item);
    if (client === rewrite.oldClientId && length < item.length) newest ??= item;
    if (length > 0) left = Y.createID(client, clock + length - 1);
  }
  if (newest === undefined) return [];
  const kept = keptContents(newest, newest.length - 1, rewrite.deletions);
  if (kept.length > 0) return structs.addRun({ left, right: undefined, parent, key }, kept);
  // It had replaced that one before it was deleted itself, and no update says so when they were concurrent.
  if (left !== undefined && isDeletedBy(rewrite.deletions, newest.lastId)) overwritten.push(left);
  return [];
};
