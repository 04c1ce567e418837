import { expect, test } from "vitest";
import { inPages, type PageAsk } from "./inPages.ts";

const all = Array.from({ length: 1_000 }, (_, index) => index);

const read = async ({ after, before, countMax }: PageAsk<number>) =>
  all.filter((key) => key > (after ?? -1) && key <= (before ?? all.length)).slice(0, countMax);

const collect = async (keys: AsyncIterable<number>): Promise<readonly number[]> => {
  const collected: number[] = [];
  for await (const key of keys) collected.push(key);
  return collected;
};

test("every key comes once, from wherever it begins", async () => {
  expect(await collect(inPages(undefined, read))).toEqual(all);
  for (const start of [0, 255, 256, 511, 700, 999, 5_000]) {
    const keys = await collect(inPages(start, read));
    expect(keys.toSorted((a, b) => a - b)).toEqual(all);
    expect(keys[0]).toBe(start < 999 ? start + 1 : 0);
  }
});

test("nothing comes of nothing", async () => {
  expect(await collect(inPages<number>(7, async () => []))).toEqual([]);
});
