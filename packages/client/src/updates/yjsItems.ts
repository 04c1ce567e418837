/** The operations behind a type, which Yjs keeps in fields that it does not document. */
/* oxlint-disable no-underscore-dangle -- Yjs names them so. */
import * as Y from "yjs";

/** A type of any kind. */
export type Type = Y.AbstractType<unknown>;

/** What made it; undefined for a root. */
export const itemOf = (type: Type): Y.Item | undefined => type._item ?? undefined;

/** Of its list, deleted ones among them; each knows the next one. */
export const firstItem = (type: Type): Y.Item | null => type._start;

/** The value that a key has, or had; each knows the one that it replaced. */
export const newestEntry = (type: Type, key: string): Y.Item | null => type._map.get(key) ?? null;

/** Where the operation is: undefined once its type was deleted and forgotten. */
export const typeAround = ({ parent }: Y.Item): Type | undefined =>
  parent instanceof Y.AbstractType ? parent : undefined;
