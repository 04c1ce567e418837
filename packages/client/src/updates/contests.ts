/**
 * How many comparisons an update can ask of Yjs at the most, from the places that it names. `integrate`
 * walks from an operation's left neighbour over all that were put behind that same neighbour, or behind one
 * of those. Behind what the update itself brings nobody else can have put anything. Without a neighbour it
 * walks the list, or what a key was before; distinct lists and keys share nothing, so that one operation in
 * each of them walks over everything once at the most.
 */
import * as Y from "yjs";

export interface Contests {
  readonly pairCount: number;
  /** Operations elsewhere that are cut in two, beside those that are counted as pairs. */
  readonly splitCount: number;
}

/** The operations that are new: of that author, from that clock on. */
export interface OwnRange {
  readonly clientId: number;
  readonly from: number;
}

/** Each new operation cuts at most two others in two. */
const piecesPerStruct = 3;
/** Within one update; what lies deeper is not looked at here. */
const nestingMax = 32;

/** Undefined: that cannot be said. Nothing that it needs is missing. */
export const contests = (
  update: Uint8Array,
  own: OwnRange,
  presentCount: number,
): Contests | undefined => {
  const { structs } = Y.decodeUpdate(update);
  const places = createPlaces(own);
  for (const struct of structs)
    if (struct instanceof Y.Item && !places.add(struct)) return undefined;
  const ownCount = piecesPerStruct * structs.length;
  const allCount = presentCount + ownCount;
  const { sameCount, openCount, insideCount, splitCount } = places;
  return {
    pairCount: structs.length + (sameCount + openCount) * allCount + insideCount * ownCount,
    splitCount,
  };
};

interface Places {
  /** Of operations without a neighbour, the most in one list or under one key. */
  readonly sameCount: number;
  /** Those whose walk may be over anything, and types of others that hear of a change, and all above them. */
  readonly openCount: number;
  /** Those behind something that the update brings, which others of it may be as well. */
  readonly insideCount: number;
  readonly splitCount: number;
  /** False: it lies too deep, or where nothing can be. */
  add(item: Y.Item): boolean;
}

const createPlaces = (own: OwnRange): Places => {
  const countByPlace = new Map<string, number>();
  const typesElsewhere = new Set<string>();
  /** In what of the update itself each operation lies, how deep: in the order of their clocks. */
  const depths: { readonly item: Y.Item; readonly depth: number }[] = [];
  let [sameCount, walkCount, insideCount, splitCount] = [0, 0, 0, 0];

  const isOwn = ({ client, clock }: Y.ID): boolean => client === own.clientId && clock >= own.from;

  const depthAt = (
    clock: number,
  ): { readonly item: Y.Item; readonly depth: number } | undefined => {
    let [first, end] = [0, depths.length];
    while (first < end) {
      const middle = Math.floor((first + end) / 2);
      if ((depths[middle]?.item.id.clock ?? 0) <= clock) first = middle + 1;
      else end = middle;
    }
    return depths[first - 1];
  };

  /** How deep it lies; undefined: not in anything. */
  const addToPlace = ({ parent, parentSub }: Y.Item): number | undefined => {
    const isMadeHere = parent instanceof Y.ID && isOwn(parent);
    if (parent instanceof Y.ID && !isMadeHere)
      typesElsewhere.add(`${parent.client} ${parent.clock}`);
    const place = JSON.stringify([parent, parentSub]);
    const count = (countByPlace.get(place) ?? 0) + 1;
    countByPlace.set(place, count);
    sameCount = Math.max(sameCount, count);
    if (!isMadeHere) return 0;
    const around = depthAt(parent.clock);
    return around?.item.content instanceof Y.ContentType ? around.depth + 1 : undefined;
  };

  const addBeside = ({ id, origin, rightOrigin }: Y.Item): number => {
    const before = depths.at(-1)?.item.rightOrigin;
    if (rightOrigin !== null && !isOwn(rightOrigin) && !isSame(rightOrigin, before))
      splitCount += 1;
    if (origin === null || !isOwn(origin)) walkCount += 1;
    // Behind the one just before it there is nothing yet.
    else if (origin.clock !== id.clock - 1) insideCount += 1;
    const beside = origin ?? rightOrigin;
    return beside !== null && isOwn(beside) ? (depthAt(beside.clock)?.depth ?? 0) : 0;
  };

  return {
    get sameCount() {
      return sameCount;
    },
    get openCount() {
      return walkCount + typesElsewhere.size;
    },
    get insideCount() {
      return insideCount;
    },
    get splitCount() {
      return splitCount;
    },
    add: (item) => {
      const hasNeighbour = item.origin !== null || item.rightOrigin !== null;
      const depth = hasNeighbour ? addBeside(item) : addToPlace(item);
      if (depth === undefined || depth > nestingMax) return false;
      depths.push({ item, depth });
      return true;
    },
  };
};

const isSame = (one: Y.ID, other: Y.ID | null | undefined): boolean =>
  other !== null && other !== undefined && Y.compareIDs(one, other);
