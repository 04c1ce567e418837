/** What one operation carries, by the number of its kind in Yjs's V1 format. */
import type { Reader } from "@duro/crypto/types";
import { dataContentByteLengthMax } from "../limits.ts";
import { readName } from "./names.ts";
import { readValue, refuseJson } from "./value.ts";

export const StructContent = {
  Deleted: 1,
  // 2 was JSON: no Yjs of version 13 writes it
  Binary: 3,
  Text: 4,
  Embed: 5,
  Format: 6,
  Type: 7,
  Values: 8,
  // 9 is a subdocument: updates of it would go past every rule here
} as const;

const typeNumberMax = 6;
/** An element and a hook have a name; the others are a number and nothing else. */
const namedTypes: ReadonlySet<number> = new Set([3, 5]);

/** How many clocks it takes. */
export const readStructContent = (from: Reader, content: number): number => {
  switch (content) {
    case StructContent.Deleted:
      return atLeastOne(from, from.varUint());
    case StructContent.Binary:
      from.view(from.varUint(dataContentByteLengthMax));
      return 1;
    case StructContent.Text:
      return atLeastOne(from, from.text(dataContentByteLengthMax).length);
    case StructContent.Embed:
      refuseJson(from, from.text(dataContentByteLengthMax));
      return 1;
    case StructContent.Format:
      readName(from);
      refuseJson(from, from.text(dataContentByteLengthMax));
      return 1;
    case StructContent.Type:
      if (namedTypes.has(from.varUint(typeNumberMax))) readName(from);
      return 1;
    case StructContent.Values:
      return atLeastOne(from, from.list(dataContentByteLengthMax, 1, readValue).length);
    default:
      return from.refuse("a kind of content", `${content}`);
  }
};

/** A struct that takes no clock would stand in the way of the next one. */
const atLeastOne = (from: Reader, count: number): number =>
  count === 0 ? from.refuse("a length of at least 1", "0") : count;
