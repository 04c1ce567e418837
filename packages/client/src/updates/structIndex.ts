/** Many structs of many authors, by their clocks: what is in what, and how deep. */
import type { ID } from "yjs";
import type { StructRead } from "./readStructs.ts";

interface Depth {
  /** How many types there are around it. */
  readonly around: number;
  /** False: some of them are not here, and not counted. */
  readonly isWhole: boolean;
}

export interface StructIndex {
  /** Of one author in the order of their clocks; what is there already is passed over. */
  add(struct: StructRead): void;
  depthOf(struct: StructRead): Depth;
}

/** One author's, side by side: there may be two million of them. */
interface Structs {
  readonly clocks: number[];
  readonly isType: boolean[];
  readonly besides: (ID | undefined)[];
  readonly insides: (ID | undefined)[];
  readonly depths: (Depth | undefined)[];
  end: number;
}

interface At {
  readonly structs: Structs;
  readonly place: number;
}

export const createStructIndex = (): StructIndex => {
  const structsByClient = new Map<number, Structs>();

  const find = ({ client, clock }: ID): At | undefined => {
    const structs = structsByClient.get(client);
    if (structs === undefined) return undefined;
    const place = countUpTo(structs.clocks, clock) - 1;
    return place < 0 ? undefined : { structs, place };
  };

  const inOrTop = (inside: ID | undefined): Step => {
    if (inside === undefined) return { depth: top };
    const at = find(inside);
    if (at === undefined) return { depth: outside };
    // Yjs collects at once what is in a value, or in what was collected.
    return at.structs.isType[at.place] === true ? { at, levels: 1 } : { depth: top };
  };
  const step = ({ structs, place }: At): Step => {
    const known = structs.depths[place];
    if (known !== undefined) return { depth: known };
    const beside = structs.besides[place];
    if (beside === undefined) return inOrTop(structs.insides[place]);
    const at = find(beside);
    return at === undefined ? { depth: outside } : { at, levels: 0 };
  };

  return {
    add: ({ clientId, clock, length, isType, beside, inside }) => {
      const structs = structsByClient.get(clientId) ?? emptyStructs();
      structsByClient.set(clientId, structs);
      // What came before stands, as in a document.
      if (clock + length <= structs.end) return;
      structs.clocks.push(Math.max(clock, structs.end));
      structs.isType.push(isType);
      structs.besides.push(beside);
      structs.insides.push(inside);
      structs.end = clock + length;
    },
    depthOf: ({ clientId, clock }) => {
      // Not recursive, for the very reason that it is asked.
      const way: { readonly at: At; readonly levels: number }[] = [];
      let depth = outside;
      for (let at = find({ client: clientId, clock }); at !== undefined;) {
        const next = step(at);
        if (next.at === undefined) {
          way.push({ at, levels: 0 });
          ({ depth } = next);
          break;
        }
        way.push({ at, levels: next.levels });
        ({ at } = next);
      }
      for (const { at, levels } of way.toReversed()) {
        if (levels > 0) depth = { around: depth.around + levels, isWhole: depth.isWhole };
        at.structs.depths[at.place] = depth;
      }
      return depth;
    },
  };
};

/** To the next one that says it, or what it is. */
type Step =
  { readonly at: At; readonly levels: number } | { readonly at?: undefined; readonly depth: Depth };

const top: Depth = { around: 0, isWhole: true };
const outside: Depth = { around: 0, isWhole: false };

const emptyStructs = (): Structs => ({
  clocks: [],
  isType: [],
  besides: [],
  insides: [],
  depths: [],
  end: 0,
});

/** How many are no higher; they rise. */
const countUpTo = (clocks: readonly number[], clock: number): number => {
  let first = 0;
  for (let end = clocks.length; first < end;) {
    const middle = Math.floor((first + end) / 2);
    if ((clocks[middle] ?? Infinity) <= clock) first = middle + 1;
    else end = middle;
  }
  return first;
};
