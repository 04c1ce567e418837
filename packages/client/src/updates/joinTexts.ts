/**
 * What somebody typed one character after the other becomes one operation, as Yjs itself keeps it in the
 * document: a tenth of the bytes. Only text: of other values the bytes do not say whether they are in a
 * list or follow one another under one key.
 */
import * as Y from "yjs";
import { encodeAuthorUpdate } from "./authorUpdate.ts";
import { encodeStructs, type Struct } from "./cutStruct.ts";
import { type DecodedUpdate, deletionsIn } from "./deletions.ts";

/** Leaves as it is what is not one author's contiguous update. */
export const joinTexts = (update: Uint8Array): Uint8Array => {
  const row = inARow([update]);
  const joined = joinRuns(row?.structs ?? []);
  return row === undefined || joined.length === row.structs.length
    ? update
    : encodeRow({ ...row, structs: joined });
};

/** One author's updates in the order in which they were made; undefined: they are something else. */
export const joinEdits = (updates: readonly Uint8Array[]): Uint8Array | undefined => {
  const row = inARow(updates);
  return row && encodeRow({ ...row, structs: joinRuns(row.structs) });
};

/** Structs of one author, each directly behind the one before, and what else the updates say. */
interface Row {
  readonly first: Y.ID;
  readonly structs: readonly Struct[];
  readonly decoded: readonly DecodedUpdate[];
}

/** Undefined as soon as one does not follow: the rest need not be read. */
const inARow = (updates: readonly Uint8Array[]): Row | undefined => {
  const decoded: DecodedUpdate[] = [];
  const structs: Struct[] = [];
  for (const update of updates) {
    const read = Y.decodeUpdate(update);
    for (const struct of read.structs) {
      if (!isBehind(structs.at(-1), struct)) return undefined;
      structs.push(struct);
    }
    decoded.push(read);
  }
  const [first] = structs;
  return first && { first: first.id, structs, decoded };
};

const isBehind = (before: Struct | undefined, struct: Struct): boolean => {
  if (struct instanceof Y.Skip) return false;
  const { client, clock } = struct.id;
  return (
    before === undefined ||
    (client === before.id.client && clock === before.id.clock + before.length)
  );
};

const encodeRow = ({ first, structs, decoded }: Row): Uint8Array =>
  encodeAuthorUpdate({
    clientId: first.client,
    from: first.clock,
    structCount: structs.length,
    structs: [encodeStructs(structs)],
    deletions: deletionsIn(decoded),
  });

const joinRuns = (structs: readonly Struct[]): readonly Struct[] => {
  const joined: Struct[] = [];
  for (let at = 0; at < structs.length;) {
    let end = at + 1;
    while (isContinued(structs[end - 1], structs[end])) end += 1;
    joined.push(...joinRun(structs.slice(at, end)));
    at = end;
  }
  return joined;
};

/** Directly behind it, and with nothing between them that was to be on its right. */
const isContinued = (left: Struct | undefined, right: Struct | undefined): boolean =>
  left instanceof Y.Item &&
  right instanceof Y.Item &&
  left.content instanceof Y.ContentString &&
  right.content instanceof Y.ContentString &&
  Y.compareIDs(right.origin, left.lastId) &&
  Y.compareIDs(right.rightOrigin, left.rightOrigin);

const joinRun = (run: readonly Struct[]): readonly Struct[] => {
  const [first] = run;
  if (!(first instanceof Y.Item) || run.length === 1) return run;
  const text = run.map((item) => (item instanceof Y.Item ? textOf(item) : "")).join("");
  const { id, origin, rightOrigin, parent, parentSub } = first;
  const content = new Y.ContentString(text);
  return [new Y.Item(id, null, origin, null, rightOrigin, parent, parentSub, content)];
};

const textOf = ({ content }: Y.Item): string =>
  content instanceof Y.ContentString ? content.str : "";
