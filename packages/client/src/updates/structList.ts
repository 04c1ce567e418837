/** The new operations as they come about: contiguous clocks of one clientID, from zero. */
import * as Y from "yjs";
import type { Type } from "./yjsItems.ts";

/** A root's name, or the operation that made the type. */
export type ParentPlace = string | Y.ID;

interface StructPlace {
  readonly left: Y.ID | undefined;
  readonly right: Y.ID | undefined;
  readonly parent: ParentPlace;
  readonly key: string | undefined;
}

interface MadeType {
  readonly type: Type;
  readonly parent: Y.ID;
}

type Content = Y.Item["content"];

export interface StructList {
  readonly encoded: readonly Uint8Array[];
  /** One beside the other from that place on; says which of them are types. */
  addRun(place: StructPlace, contents: readonly Content[]): readonly MadeType[];
}

export const createStructList = (clientId: number): StructList => {
  const encoded: Uint8Array[] = [];
  let clock = 0;
  const add = (place: StructPlace, content: Content): Y.ID => {
    const id = Y.createID(clientId, clock);
    encoded.push(encodeItem(place, content));
    clock += content.getLength();
    return id;
  };
  return {
    encoded,
    addRun: (place, contents) => {
      const made: MadeType[] = [];
      let { left } = place;
      for (const content of joinContents(contents)) {
        const id = add({ ...place, left }, content);
        left = Y.createID(clientId, clock - 1);
        if (content instanceof Y.ContentType) made.push({ type: content.type, parent: id });
      }
      return made;
    },
  };
};

/** Text beside text is one text, so what was typed in a hundred edits is one operation. */
const joinContents = (contents: readonly Content[]): readonly Content[] => {
  const joined: Content[] = [];
  for (const content of contents) {
    // Nobody would take an update with it.
    if (content instanceof Y.ContentDoc) continue;
    const last = joined.at(-1);
    if (last instanceof Y.ContentString && content instanceof Y.ContentString)
      last.mergeWith(content);
    else if (last instanceof Y.ContentAny && content instanceof Y.ContentAny)
      last.mergeWith(content);
    else joined.push(isJoined(content) ? content.copy() : content);
  }
  return joined;
};

const isJoined = (content: Content): boolean =>
  content instanceof Y.ContentString || content instanceof Y.ContentAny;

const keyBit = 0x20;
const rightBit = 0x40;
const leftBit = 0x80;

const encodeItem = ({ left, right, parent, key }: StructPlace, content: Content): Uint8Array => {
  const to = new Y.UpdateEncoderV1();
  to.writeInfo(
    content.getRef() |
      (left === undefined ? 0 : leftBit) |
      (right === undefined ? 0 : rightBit) |
      (key === undefined ? 0 : keyBit),
  );
  if (left !== undefined) to.writeLeftID(left);
  if (right !== undefined) to.writeRightID(right);
  // Whoever has a neighbour has its parent and its key.
  if (left === undefined && right === undefined) {
    writeParent(to, parent);
    if (key !== undefined) to.writeString(key);
  }
  content.write(to, 0);
  return to.toUint8Array();
};

const writeParent = (to: Y.UpdateEncoderV1, parent: ParentPlace): void => {
  const isRoot = typeof parent === "string";
  to.writeParentInfo(isRoot);
  if (isRoot) to.writeString(parent);
  else to.writeLeftID(parent);
};
