import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

test("every name is ours, and no label can hold an id", async () => {
  const { registry } = createMetrics({ hasProcessMetrics: true });
  const labels = new Set(["over", "outcome", "name", "type", "what", "code", "route", "status"]);
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
