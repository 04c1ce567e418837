import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { labels } from "../packages/crypto/src/labels.ts";
import { ClientTag, refusals, RelayTag } from "../packages/protocol/src/index.ts";
import { createMetrics } from "../packages/server/src/metrics/metrics.ts";
import { flagsByCommand } from "../packages/server/src/program/flags.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const crypto = read("docs/crypto.md");
const protocol = read("docs/protocol.md");
const operating = read("docs/operating.md");
const metrics = await createMetrics({ hasProcessMetrics: true }).registry.getMetricsAsJSON();

describe("the documents keep up with the code", () => {
  test.each(Object.values(labels))("label %s stands in crypto.md", (label) => {
    expect(crypto).toMatch(new RegExp(`${label}[^\\w/-]`, "u"));
  });

  const rules = [...read("packages/crypto/src/logs/violation.ts").matchAll(/"((?:ID|VL)\d+) /gu)];
  test.each(rules.map(([, rule]) => rule))("rule %s stands in protocol.md", (rule) => {
    expect(protocol).toContain(`**${rule}**`);
  });

  test.each(Object.entries({ ...refusals }))(
    "refusal %s stands in protocol.md",
    (name, { number }) => {
      expect(protocol).toMatch(new RegExp(`\\b${number} ${name}\\b`, "u"));
    },
  );

  test.each([...Object.entries(ClientTag), ...Object.entries(RelayTag)])(
    "frame %s stands in protocol.md with tag %i",
    (name, tag) => {
      expect(protocol).toMatch(new RegExp(`\\| ${tag} +\\| ${name} +\\|`, "u"));
    },
  );

  test.each(metrics.map(({ name }) => name))("metric %s stands in operating.md", (name) => {
    expect(operating).toContain(`\`${name}\``);
  });

  test("operating.md names no metric that is not counted", () => {
    const names = new Set(metrics.map(({ name }) => name));
    const named = operating.match(/(?<=`)duro_relay_[a-z0-9_]+(?=`)/gu) ?? [];
    expect(named.filter((name) => !names.has(name))).toEqual([]);
  });

  const settings = flagsByCommand.serve.filter((name) => name !== "help" && name !== "version");
  test.each(settings)("flag --%s stands in operating.md", (name) => {
    expect(operating).toContain(`\`--${name}\``);
  });

  const tests = globSync("{packages,test}/**/*.test.ts", {
    cwd: root,
    exclude: ["**/node_modules/**"],
  });
  const titles = tests.map(read).join("\n");
  const cited = new Set(titles.match(/(?<=\[)[A-Z]{2,6}\d+(?=\])/gu));
  test("every rule that a test cites stands in a page of docs/", () => {
    const rulebook = globSync("docs/*.md", { cwd: root }).map(read).join("\n");
    expect(cited.size).toBeGreaterThan(50);
    expect([...cited].filter((rule) => !rulebook.includes(`**${rule}**`)).toSorted()).toEqual([]);
  });

  const pages = globSync("{*.md,docs/**/*.md,packages/*/*.md,test/**/*.md}", {
    cwd: root,
    exclude: ["**/node_modules/**"],
  });
  test.each(pages)("the links of %s lead somewhere", (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/gu)].map(
      ([, to]) => to ?? "",
    );
    const missing = targets.filter((to) => {
      const path = join(dirname(page), to);
      return globSync(path, { cwd: root }).length === 0;
    });
    expect(missing).toEqual([]);
  });
});
