/** A key store in memory, for tests and the simulation. */
import { assert, err, ok, sizes } from "@duro/crypto/types";
import type { KeyStore } from "../ports/keyStore.ts";

export const createMemoryKeyStore = (): KeyStore => {
  let kept: Uint8Array | undefined;
  return {
    load: async () => ok(kept?.slice()),
    save: async (seed) => {
      assert(seed.length === sizes.keyByteLength, "a seed is 32 bytes");
      if (kept !== undefined) return err({ type: "KeyStoreTaken" });
      kept = seed.slice();
      return ok(undefined);
    },
  };
};
