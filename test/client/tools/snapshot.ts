/** The relay's stores as they are now, to be put back later: a database that was restored from a copy. */
import { assert } from "@duro/crypto/types";
import type { MemoryRelayData } from "../../../packages/server/src/testing/memoryRelayData.ts";

export const snapshotOf = (data: MemoryRelayData): (() => void) => {
  const maps = Object.entries(data).flatMap(([name, value]) =>
    value instanceof Map ? [[name, structuredClone(value)] as const] : [],
  );
  return () => {
    for (const [name, kept] of maps) {
      const map: unknown = Object.entries(data).find(([other]) => other === name)?.[1];
      assert(map instanceof Map, "it was there before");
      map.clear();
      for (const [key, value] of kept) map.set(key, value);
    }
  };
};
