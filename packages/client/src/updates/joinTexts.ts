/**
 * What somebody typed one character after the other becomes one operation, as Yjs itself keeps it in the
 * document: a tenth of the bytes. Only text: of other values the bytes do not say whether they are in a
 * list or follow one another under one key.
 */
import * as Y from "yjs";
import { encodeAuthorUpdate } from "./authorUpdate.ts";
import { encodeStruct, type Struct } from "./cutStruct.ts";
import { deletionsOf } from "./deletions.ts";

/** Leaves as it is what is not one author's contiguous update. */
export const joinTexts = (update: Uint8Array): Uint8Array => {
  const { structs } = Y.decodeUpdate(update);
  const [first] = structs;
  if (first === undefined || !isOneAuthors(structs, first.id.client)) return update;
  const joined = joinRuns(structs);
  if (joined.length === structs.length) return update;
  return encodeAuthorUpdate({
    clientId: first.id.client,
    from: first.id.clock,
    structs: joined.map(encodeStruct),
    deletions: deletionsOf([update]),
  });
};

const isOneAuthors = (structs: readonly Struct[], clientId: number): boolean =>
  structs.every((struct) => struct.id.client === clientId && !(struct instanceof Y.Skip));

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
