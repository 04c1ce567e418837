import { afterAll, describe, expect, test } from "vitest";
import { createTestHttp } from "../http/testing/testHttp.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { startMetricsServer } from "../metrics/metricsServer.ts";
import { metricsPath, registerMetrics } from "./metricsRoutes.ts";

const token = "an-example-of-a-token";
const app = createTestHttp();
void app.http.register(registerMetrics, { metrics: app.metrics, token });
afterAll(() => app.http.close());

const scrape = async (authorization?: string) =>
  app.http.inject({
    url: metricsPath,
    headers: authorization === undefined ? {} : { authorization },
  });

test("whoever holds the token reads the counters", async () => {
  const answer = await scrape(`Bearer ${token}`);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers["content-type"]).toContain("text/plain");
  expect(answer.body).toContain("# TYPE duro_relay_connections gauge");
});

test.each([
  [undefined],
  [""],
  ["Bearer "],
  [`Bearer ${token}x`],
  [`Bearer ${token.slice(0, -1)}`],
  [`bearer ${token}`],
  [token],
])("to whoever sends %s there is no such route", async (authorization) => {
  const answer = await scrape(authorization);
  expect(answer.statusCode).toBe(404);
  expect(answer.json()).toEqual({ refusal: "NotFound", facts: {} });
});

test("without a token there is no such route at all", async () => {
  const { http } = createTestHttp();
  expect((await http.inject(metricsPath)).statusCode).toBe(404);
  await http.close();
});

describe("on a port of its own", () => {
  test("this machine reads the counters, and nothing else is there", async () => {
    const metrics = createMetrics({ hasProcessMetrics: false });
    metrics.receipts.inc(3);
    const server = await startMetricsServer(metrics, 0);
    const url = `http://127.0.0.1:${server.port}`;
    const text = await (await fetch(`${url}${metricsPath}`)).text();
    expect(text).toContain("duro_relay_receipts_total 3");
    expect((await fetch(`${url}/healthz`)).status).toBe(404);
    expect((await fetch(`${url}${metricsPath}`, { method: "POST" })).status).toBe(404);
    await server.close();
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  test("a port that is taken is said by the system", async () => {
    const metrics = createMetrics({ hasProcessMetrics: false });
    const server = await startMetricsServer(metrics, 0);
    await expect(startMetricsServer(metrics, server.port)).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
    await server.close();
  });
});
