/**
 * Who wrote a value: Yjs keeps it, and gives it to nobody. The one file that reads its structs.
 */
import type * as Y from "yjs";

export interface Writing {
  readonly clientId: number;
  /** Whether there was a value under this name before. */
  readonly isOverwrite: boolean;
}

/** Undefined where nothing stands under the name. */
export const writingOf = (map: Y.Map<unknown>, name: string): Writing | undefined => {
  // oxlint-disable-next-line no-underscore-dangle Yjs has no public way to it.
  const item = map._map.get(name);
  return item === undefined || item.deleted
    ? undefined
    : { clientId: item.id.client, isOverwrite: item.origin !== null };
};
