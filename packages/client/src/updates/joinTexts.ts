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
  const decoded = Y.decodeUpdate(update);
  const joined = joinedOf([decoded]);
  return joined === undefined || joined.length === decoded.structs.length
    ? update
    : encodeJoined(joined, [decoded]);
};

/** One author's updates in the order in which they were made; undefined: they are something else. */
export const joinEdits = (updates: readonly Uint8Array[]): Uint8Array | undefined => {
  const decoded = updates.map((update) => Y.decodeUpdate(update));
  const joined = joinedOf(decoded);
  return joined === undefined ? undefined : encodeJoined(joined, decoded);
};

type Joined = readonly [Struct, ...Struct[]];

const joinedOf = (decoded: readonly DecodedUpdate[]): Joined | undefined => {
  const structs = decoded.flatMap((update) => update.structs);
  const [first, ...rest] = isOneAfterTheOther(structs) ? joinRuns(structs) : [];
  return first === undefined ? undefined : [first, ...rest];
};

const encodeJoined = (structs: Joined, decoded: readonly DecodedUpdate[]): Uint8Array => {
  const { client, clock } = structs[0].id;
  return encodeAuthorUpdate({
    clientId: client,
    from: clock,
    structCount: structs.length,
    structs: [encodeStructs(structs)],
    deletions: deletionsIn(decoded),
  });
};

const isOneAfterTheOther = (structs: readonly Struct[]): boolean => {
  let before: Struct | undefined;
  for (const struct of structs) {
    if (struct instanceof Y.Skip) return false;
    const { client, clock } = struct.id;
    if (before !== undefined && client !== before.id.client) return false;
    if (before !== undefined && clock !== before.id.clock + before.length) return false;
    before = struct;
  }
  return true;
};

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
