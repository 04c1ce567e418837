import { err, ok } from "@duro/crypto/types";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KeyStore } from "../ports/keyStore.ts";

export interface KeyStorePlace {
  /** Another look at the same place. */
  open(): KeyStore;
  remove(): Promise<void>;
}

const seedOf = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const taken = err({ type: "KeyStoreTaken" });

export const keyStoreContract = (
  adapter: string,
  createPlace: () => Promise<KeyStorePlace>,
): void => {
  describe(`KeyStore contract, ${adapter}`, () => {
    let place: KeyStorePlace;
    beforeEach(async () => {
      place = await createPlace();
    });
    afterEach(() => place.remove());

    test("there is no seed until one was saved", async () => {
      expect(await place.open().load()).toEqual(ok(undefined));
    });

    test("a seed comes back as it was, also to whoever looks anew", async () => {
      const store = place.open();
      expect(await store.save(seedOf(7))).toEqual(ok(undefined));
      expect(await store.load()).toEqual(ok(seedOf(7)));
      expect(await place.open().load()).toEqual(ok(seedOf(7)));
    });

    test("a seed is never written over, not even by itself", async () => {
      await place.open().save(seedOf(7));
      expect(await place.open().save(seedOf(8))).toEqual(taken);
      expect(await place.open().save(seedOf(7))).toEqual(taken);
      expect(await place.open().load()).toEqual(ok(seedOf(7)));
    });

    test("of many that save at once one wins, and its seed is there", async () => {
      const seeds = Array.from({ length: 8 }, (_, at) => seedOf(at + 1));
      const saved = await Promise.all(seeds.map((seed) => place.open().save(seed)));
      const winners = seeds.filter((_, at) => saved[at]?.ok);
      expect(winners).toHaveLength(1);
      expect(saved.filter((result) => !result.ok)).toEqual(Array(7).fill(taken));
      expect(await place.open().load()).toEqual(ok(winners[0]));
    });

    test("who wipes what it saved or loaded wipes its own copy", async () => {
      const seed = seedOf(7);
      await place.open().save(seed);
      seed.fill(0);
      const loaded = await place.open().load();
      if (loaded.ok) loaded.value?.fill(0);
      expect(await place.open().load()).toEqual(ok(seedOf(7)));
    });

    test("what is no seed is not saved", async () => {
      await expect(place.open().save(new Uint8Array(31))).rejects.toThrow("a seed is 32 bytes");
      expect(await place.open().load()).toEqual(ok(undefined));
    });
  });
};
