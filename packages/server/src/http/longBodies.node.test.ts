/** Long bodies: how many are kept at once, that others are served meanwhile, and how they take turns. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { routes } from "@duro/protocol";
import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createTestHttp, type TestHttp } from "./testing/testHttp.ts";

const open: TestHttp[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const { http } of open.splice(0)) await http.close();
});

const { path } = routes.register;
const longByteLength = 900_000;

const listen = async (): Promise<TestHttp> => {
  const app = createTestHttp();
  open.push(app);
  app.http.post(path, async ({ body }) => ({ length: JSON.stringify(body).length }));
  await app.http.listen({ port: 0, host: "127.0.0.1" });
  return app;
};

const register = async ({ port }: TestHttp, body: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${port()}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });

/** A long body that is said to come. */
const begin = async ({ port }: TestHttp): Promise<void> => {
  const socket = connect({ port: port(), host: "127.0.0.1" });
  sockets.push(socket);
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: relay.test\r\ncontent-type: application/json\r\ncontent-length: ${longByteLength}\r\n\r\n`,
  );
};

const long = `"${"a".repeat(longByteLength)}"`;

test("more long bodies than the relay keeps are Overloaded, short ones are read, and room comes back", async () => {
  const app = await listen();
  for (let count = 0; count < 74; count++) await begin(app);
  await sleep(100);
  const refused = await register(app, long);
  expect([refused.status, await refused.json()]).toEqual([
    503,
    { refusal: "Overloaded", facts: {} },
  ]);
  expect((await register(app, '{"records":["AA"]}')).status).toBe(200);
  for (const socket of sockets.splice(0)) socket.destroy();
  await expect.poll(async () => (await register(app, long)).status).toBe(200);
});

test("many long bodies at once are all read in the end, and a short one does not wait for them", async () => {
  const app = await listen();
  const answered: string[] = [];
  const note = (name: string) => async (answer: Promise<Response>) => {
    answered.push(`${name} ${(await answer).status}`);
  };
  const all = Array.from({ length: 16 }, () => note("long")(register(app, long)));
  await sleep(20);
  const short = note("short")(register(app, '{"records":[]}'));
  await Promise.all([...all, short]);
  expect(answered.filter((name) => name === "long 200")).toHaveLength(16);
  expect(answered.indexOf("short 200")).toBeLessThan(16);
});

test("one that cannot be read does not hold up those behind it", async () => {
  const app = await listen();
  const broken = `"${"a".repeat(20_000)}`;
  const statuses = await Promise.all(
    [broken, long, broken, long].map(async (body) => (await register(app, body)).status),
  );
  expect(statuses).toEqual([400, 200, 400, 200]);
});
