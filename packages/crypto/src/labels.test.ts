import { describe, expect, test } from "vitest";
import { labels } from "./labels.ts";

const all = Object.values(labels);

test("no two purposes share a label", () => {
  expect(new Set(all).size).toBe(all.length);
});

describe.each(all)("the label %s", (label) => {
  test("is ASCII, names the version, and fits the byte that holds its length", () => {
    expect(label).toMatch(/^duro\/1\/[a-z0-9/-]+$/u);
    expect(new TextEncoder().encode(label).length).toBeLessThanOrEqual(255);
  });
});
