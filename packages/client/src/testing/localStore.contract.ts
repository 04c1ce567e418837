import { ok } from "@duro/crypto/types";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type LocalStore, wholeTable, type Write } from "../ports/localStore.ts";

export interface StorePlace {
  open(): Promise<LocalStore>;
  /** Once every store in it is closed. */
  remove(): Promise<void>;
}

const key = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);
const put = (at: Uint8Array, ...value: readonly number[]): Write => ({
  kind: "put",
  table: "facts",
  key: at,
  value: key(...value),
});
const largestByteLength = 1_400_000;

export const localStoreContract = (
  adapter: string,
  createPlace: () => Promise<StorePlace>,
): void => {
  describe(`LocalStore contract, ${adapter}`, () => {
    let place: StorePlace;
    let store: LocalStore;
    beforeEach(async () => {
      place = await createPlace();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });

    const facts = async (range = wholeTable, countMax = 1_000) =>
      (await store.range("facts", range, countMax)).map(({ key: at, value }) => [
        [...at],
        [...value],
      ]);

    test("what was never written is not there", async () => {
      expect(await store.get("facts", key(1))).toBeUndefined();
      expect(await facts()).toEqual([]);
    });

    test("a value comes back as it was, an empty one and the largest among them", async () => {
      const largest = new Uint8Array(largestByteLength).map((_, at) => at % 251);
      await store.commit([
        put(key(1), 1, 2),
        put(key(2)),
        { kind: "put", table: "facts", key: key(3), value: largest },
      ]);
      expect(await store.get("facts", key(1))).toEqual(key(1, 2));
      expect(await store.get("facts", key(2))).toEqual(key());
      expect(await store.get("facts", key(3))).toEqual(largest);
    });

    test("what is put again is what is there, and what is deleted is gone", async () => {
      await store.commit([put(key(1), 1), put(key(2), 2)]);
      await store.commit([put(key(1), 3), { kind: "delete", table: "facts", key: key(2) }]);
      expect(await facts()).toEqual([[[1], [3]]]);
    });

    test("the writes of one commit are done in their order", async () => {
      await store.commit([
        put(key(1), 1),
        { kind: "deleteRange", table: "facts", ...wholeTable },
        put(key(1), 2),
        put(key(1), 3),
      ]);
      expect(await facts()).toEqual([[[1], [3]]]);
    });

    test("commits that nobody waited for are done in their order", async () => {
      const commits = Array.from({ length: 50 }, (_, at) => store.commit([put(key(1), at)]));
      expect(await Promise.all(commits)).toEqual(Array(50).fill(ok(undefined)));
      expect(await store.get("facts", key(1))).toEqual(key(49));
    });

    test("keys are in the order of their bytes, a prefix first", async () => {
      const keys = [
        key(0),
        key(0, 0),
        key(0, 255),
        key(1),
        key(127),
        key(128),
        key(255),
        key(255, 0),
      ];
      await store.commit(keys.toReversed().map((at) => put(at, 1)));
      expect((await facts()).map(([at]) => at)).toEqual(keys.map((at) => Array.from(at)));
    });

    test("a range begins with its first key, ends before its last, and with its count", async () => {
      await store.commit([1, 2, 3, 4].map((at) => put(key(at), at)));
      expect(await facts({ from: key(2), end: key(4) })).toEqual([
        [[2], [2]],
        [[3], [3]],
      ]);
      expect(await facts({ from: key(2), end: undefined }, 1)).toEqual([[[2], [2]]]);
      expect(await facts({ from: key(1, 0), end: key(2, 0) })).toEqual([[[2], [2]]]);
      expect(await facts({ from: key(5), end: key(9) })).toEqual([]);
    });

    test("a range is deleted as it would be read", async () => {
      await store.commit([1, 2, 3, 4, 5].map((at) => put(key(at), at)));
      await store.commit([{ kind: "deleteRange", table: "facts", from: key(2), end: key(4) }]);
      expect((await facts()).map(([at]) => at)).toEqual([[1], [4], [5]]);
      await store.commit([{ kind: "deleteRange", table: "facts", from: key(5), end: undefined }]);
      expect((await facts()).map(([at]) => at)).toEqual([[1], [4]]);
    });

    test("tables are apart from each other", async () => {
      await store.commit([
        put(key(1), 1),
        { kind: "put", table: "blobs", key: key(1), value: key(2) },
      ]);
      await store.commit([{ kind: "deleteRange", table: "facts", ...wholeTable }]);
      expect(await store.get("blobs", key(1))).toEqual(key(2));
    });

    test("nobody changes what is stored through bytes they hold", async () => {
      const mine = key(7);
      const committed = store.commit([{ kind: "put", table: "facts", key: key(1), value: mine }]);
      await committed;
      mine[0] = 8;
      const theirs = await store.get("facts", key(1));
      theirs?.fill(9);
      expect(await store.get("facts", key(1))).toEqual(key(7));
    });

    test("a view sees one moment, and what came after it only afterwards", async () => {
      await store.commit([put(key(1), 1)]);
      const begun = Promise.withResolvers<void>();
      const viewed = store.view(async (reader) => {
        const counts: number[] = [];
        for (let round = 0; round < 20; round += 1) {
          counts.push((await reader.range("facts", wholeTable, 10)).length);
          begun.resolve();
        }
        return { counts, value: await reader.get("facts", key(1)) };
      });
      await begun.promise;
      await store.commit([put(key(1), 2), put(key(2), 2)]);
      expect(await viewed).toEqual({ counts: Array(20).fill(1), value: key(1) });
      expect(await facts()).toEqual([
        [[1], [2]],
        [[2], [2]],
      ]);
    });

    test("a view that fails says so, and the store goes on", async () => {
      const failing = store.view(async () => {
        throw new RangeError("a bug");
      });
      await expect(failing).rejects.toThrow(RangeError);
      expect(await store.commit([put(key(1), 1)])).toEqual(ok(undefined));
    });

    test("what was committed is there when it is opened again", async () => {
      await store.commit([put(key(1), 1)]);
      void store.commit([put(key(2), 2)]);
      await store.close();
      store = await place.open();
      expect(await facts()).toEqual([
        [[1], [1]],
        [[2], [2]],
      ]);
    });

    test("a closed store takes nothing, and says so", async () => {
      await store.close();
      expect(await store.commit([put(key(1), 1)])).toEqual({
        ok: false,
        error: { type: "StoreClosed" },
      });
      store = await place.open();
      expect(await facts()).toEqual([]);
    });
  });
};
