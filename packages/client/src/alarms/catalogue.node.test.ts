import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { catalogue } from "./catalogue.ts";

const page = readFileSync(new URL("../../../../docs/alarms.md", import.meta.url), "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| `"));
const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));

test("docs/alarms.md has a row for each alarm, with its mark and whether sealing stops, and no other", () => {
  const written = cells.map(([, code, mark, sealing]) => `${code} ${mark} ${sealing?.slice(0, 5)}`);
  const meant = Object.values(catalogue).map(
    ({ code, severity, stopsSealing }) =>
      `\`${code}\` ${severity} ${stopsSealing ? "stops" : "goes "}`,
  );
  expect(new Set(written)).toEqual(new Set(meant));
  expect(written).toHaveLength(meant.length);
});
