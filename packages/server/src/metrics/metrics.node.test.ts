import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { countTidying } from "./countTidying.ts";
import { createMetrics } from "./metrics.ts";

test("every name is ours, and no label can hold an id", async () => {
  const { registry } = createMetrics({ hasProcessMetrics: true });
  const labels = new Set([
    "over",
    "outcome",
    "name",
    "type",
    "what",
    "code",
    "route",
    "status",
    "where",
    "trouble",
  ]);
  for (const { name } of await registry.getMetricsAsJSON()) {
    expect(name).toMatch(/^duro_relay_[a-z0-9_]+$/u);
    const metric = registry.getSingleMetric(name) as { readonly labelNames?: readonly string[] };
    if (/^duro_relay_(process|nodejs)_/u.test(name)) continue;
    for (const label of metric.labelNames ?? []) expect(labels).toContain(label);
  }
});

test("the event loop's delay is among them", async () => {
  const { registry } = createMetrics({ hasProcessMetrics: true });
  expect(await registry.metrics()).toContain("duro_relay_nodejs_eventloop_lag_p99_seconds");
});

test("two in one process count for themselves", async () => {
  const first = createMetrics({ hasProcessMetrics: false });
  const second = createMetrics({ hasProcessMetrics: false });
  first.puts.inc(5);
  expect(await first.registry.metrics()).toContain("duro_relay_puts_total 5");
  expect(await second.registry.metrics()).toContain("duro_relay_puts_total 0");
});

const program = globSync("**/*.ts", {
  cwd: join(import.meta.dirname, ".."),
  exclude: ["**/*.test.ts", "**/testing/**", "metrics/metrics.ts"],
})
  .map((path) => readFileSync(join(import.meta.dirname, "..", path), "utf8"))
  .join("\n");

/** One that always says 0 tells an operator that all is well. */
test.each(
  Object.keys(createMetrics({ hasProcessMetrics: false })).filter((key) => key !== "registry"),
)("the program counts %s somewhere", (key) => {
  expect(program).toMatch(new RegExp(`\\b${key}\\.(inc|set|observe)\\(`, "u"));
});

test("a round of tidying is counted", async () => {
  const metrics = createMetrics({ hasProcessMetrics: false });
  countTidying(metrics, {
    trashedCount: 3,
    restoredCount: 2,
    removedCount: 5,
    removedByteLength: 500,
    vaultCount: 1,
    removedBlobCount: 7,
    removedBlobByteLength: 700,
    removedMailboxCount: 11,
    removedAccountCount: 1,
    failureCount: 0,
    isWhole: true,
  });
  const text = await metrics.registry.metrics();
  for (const line of [
    "duro_relay_trashed_total 3",
    "duro_relay_restored_total 2",
    'duro_relay_pruned_total{what="body"} 5',
    'duro_relay_pruned_total{what="blob"} 7',
    'duro_relay_pruned_total{what="account"} 1',
  ])
    expect(text).toContain(line);
});
