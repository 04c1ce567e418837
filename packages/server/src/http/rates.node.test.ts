import { deviceIds, routes } from "@duro/protocol";
import { afterEach, expect, test } from "vitest";
import { answerRefused } from "./answerRefused.ts";
import { createTestHttp, type TestHttp } from "./testing/testHttp.ts";

const open: TestHttp[] = [];
afterEach(async () => {
  for (const { http } of open.splice(0)) await http.close();
});

const device = (byte: number) => deviceIds.fromBytes(new Uint8Array(16).fill(byte));

const create = (trustedProxies: readonly string[] = []): TestHttp => {
  const app = createTestHttp({
    trustedProxies,
    rates: { open: 3, challenge: 2, register: 1, login: 2, token: 5, device: 2, export: 1 },
  });
  open.push(app);
  app.http.get("/open", async () => "here");
  app.http.post(routes.challenge.path, async () => "here");
  app.http.get("/device/:byte", async (request, reply) => {
    const { byte } = request.params as { readonly byte: string };
    const limited = await app.http.rates.checkDevice(request, device(Number(byte)), "device");
    return limited === undefined ? "here" : answerRefused(request, reply, limited);
  });
  return app;
};

const ask = (
  { http }: TestHttp,
  url: string,
  remoteAddress: string,
  headers: Record<string, string> = {},
  method: "GET" | "POST" = "GET",
) => http.inject({ method, url, remoteAddress, headers });

const statuses = async (count: number, once: () => Promise<{ readonly statusCode: number }>) => {
  const found: number[] = [];
  for (let at = 0; at < count; at++) found.push((await once()).statusCode);
  return found;
};

test("whoever asks too often is told for how long to wait", async () => {
  const app = create();
  await statuses(3, () => ask(app, "/open", "203.0.113.1"));
  const answer = await ask(app, "/open", "203.0.113.1");
  expect(answer.statusCode).toBe(429);
  const body = answer.json<{ refusal: string; facts: { retryAfterMs: string } }>();
  expect(body.refusal).toBe("RateLimited");
  const retryAfterMs = Number(body.facts.retryAfterMs);
  expect(retryAfterMs).toBeGreaterThan(50_000);
  expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  expect(answer.headers["retry-after"]).toBe(`${Math.ceil(retryAfterMs / 1_000)}`);
});

test("one address does not use up what another has", async () => {
  const app = create();
  await statuses(4, () => ask(app, "/open", "203.0.113.1"));
  expect((await ask(app, "/open", "203.0.113.2")).statusCode).toBe(200);
});

test("what does not exist is counted, too", async () => {
  const app = create();
  expect(await statuses(4, () => ask(app, "/nothing", "203.0.113.1"))).toEqual([
    404, 404, 404, 429,
  ]);
});

test("each kind of route is counted by itself", async () => {
  const app = create();
  const challenge = () => ask(app, routes.challenge.path, "203.0.113.1", {}, "POST");
  expect(await statuses(3, challenge)).toEqual([200, 200, 429]);
  expect((await ask(app, "/open", "203.0.113.1")).statusCode).toBe(200);
});

test("a network of IPv6 is one address", async () => {
  const app = create();
  const once = [1, 2, 3, 4].values();
  expect(
    await statuses(4, () => ask(app, "/open", `2001:db8:1:2::${once.next().value ?? 0}`)),
  ).toEqual([200, 200, 200, 429]);
  expect((await ask(app, "/open", "2001:db8:1:3::1")).statusCode).toBe(200);
});

test("this machine may ask ten times as often", async () => {
  const app = create();
  const found = await statuses(31, () => ask(app, "/open", "127.0.0.1"));
  expect(found.slice(0, 30)).not.toContain(429);
  expect(found[30]).toBe(429);
});

test("nobody talks themselves into another address", async () => {
  const app = create();
  const once = [1, 2, 3, 4].values();
  const found = await statuses(4, () =>
    ask(app, "/open", "203.0.113.1", { "x-forwarded-for": `198.51.100.${once.next().value ?? 0}` }),
  );
  expect(found).toEqual([200, 200, 200, 429]);
});

test("a proxy that the operator named says the client's address", async () => {
  const app = create(["203.0.113.1"]);
  const by = (client: string) => ask(app, "/open", "203.0.113.1", { "x-forwarded-for": client });
  expect(await statuses(4, () => by("198.51.100.1"))).toEqual([200, 200, 200, 429]);
  expect((await by("198.51.100.2")).statusCode).toBe(200);
  // What stands left of the client's own was made up by the client.
  expect((await by("198.51.100.9, 198.51.100.1")).statusCode).toBe(429);
});

test("a device is counted wherever it comes from", async () => {
  const app = create();
  const once = [1, 2, 3].values();
  const found = await statuses(3, () =>
    ask(app, "/device/7", `203.0.113.${once.next().value ?? 0}`),
  );
  expect(found).toEqual([200, 200, 429]);
  expect((await ask(app, "/device/8", "203.0.113.9")).statusCode).toBe(200);
});
