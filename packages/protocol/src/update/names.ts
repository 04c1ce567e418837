/** Names that stand in an update: of documents' roots, of entries in a map, of attributes. */
import type { Reader } from "@duro/crypto/types";
import { dataContentByteLengthMax } from "../limits.ts";

/** Assigned to an object it does not become one of its names: it exchanges what stands behind them all. */
const prototypeName = "__proto__";

export const readName = (from: Reader): string => {
  const name = from.text(dataContentByteLengthMax);
  return name === prototypeName ? from.refuse("another name", prototypeName) : name;
};
