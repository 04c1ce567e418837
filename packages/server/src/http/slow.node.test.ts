/** Clients that are slow, silent, endless or broken, on real sockets. */
import { setTimeout as sleep } from "node:timers/promises";
import websocket from "@fastify/websocket";
import { refusals, type RefusalName } from "@duro/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { HttpTimes } from "./httpLimits.ts";
import { createTestHttp, type RawAnswer, rawRequest, type TestHttp } from "./testing/testHttp.ts";

/** A tenth and less of the real ones. */
const shortTimes: Partial<HttpTimes> = {
  headersMs: 400,
  bodySilenceMs: 400,
  checkIntervalMs: 50,
  socketSilenceMs: 600,
};

const open: TestHttp[] = [];
afterEach(async () => {
  for (const { http } of open.splice(0)) {
    http.server.closeAllConnections();
    await http.close();
  }
});

const path = "/v1/accounts";

const listen = async (times: Partial<HttpTimes> = shortTimes): Promise<TestHttp> => {
  const app = createTestHttp({ times });
  open.push(app);
  app.http.post(path, async ({ body }) => ({ body }));
  app.http.get("/plain", async () => "here");
  await app.http.listen({ port: 0, host: "127.0.0.1" });
  return app;
};

const seen = ({ status, body, head: headers }: RawAnswer) => ({
  status,
  body,
  isJson: headers.includes("application/json"),
});

const saying = (name: RefusalName) => ({
  status: refusals[name].httpStatus,
  body: { refusal: name },
  isJson: true,
});

const head = (contentLength: number): string =>
  `POST ${path} HTTP/1.1\r\nhost: relay.test\r\ncontent-type: application/json\r\ncontent-length: ${contentLength}\r\n\r\n`;

describe("whoever does not finish is told so and cut", () => {
  test("headers that never end", async () => {
    const { port } = await listen();
    const answer = await rawRequest(port(), (socket) =>
      socket.write("GET /plain HTTP/1.1\r\nhost: relay.test\r\nx-slow: "),
    );
    expect(seen(answer)).toMatchObject(saying("RequestTimeout"));
    expect(answer.afterMs).toBeLessThan(2_000);
  });

  test("headers that come byte by byte", async () => {
    const { port } = await listen();
    const answer = await rawRequest(port(), (socket) => {
      socket.write("GET /plain HTTP/1.1\r\nhost: relay.test\r\nx-slow: ");
      const timer = setInterval(() => socket.write("x"), 20);
      socket.once("close", () => clearInterval(timer));
      socket.once("end", () => clearInterval(timer));
    });
    expect(seen(answer)).toMatchObject(saying("RequestTimeout"));
  });

  test("a connection on which nothing is ever said", async () => {
    const { port } = await listen();
    expect(seen(await rawRequest(port(), () => {}))).toMatchObject(saying("RequestTimeout"));
  });

  test("a body that stops halfway", async () => {
    const { port, metrics } = await listen();
    const answer = await rawRequest(port(), (socket) => socket.write(`${head(100)}{"half":`));
    expect(seen(answer)).toMatchObject(saying("RequestTimeout"));
    expect(answer.afterMs).toBeLessThan(2_000);
    expect(await metrics.registry.metrics()).toContain(
      'duro_relay_refusals_total{over="http",name="RequestTimeout"} 1',
    );
  });

  test("a body that drips", async () => {
    const { port } = await listen();
    const answer = await rawRequest(port(), (socket) => {
      socket.write(head(100_000));
      const timer = setInterval(() => socket.write("x"), 20);
      socket.once("close", () => clearInterval(timer));
      socket.once("end", () => clearInterval(timer));
    });
    expect(seen(answer)).toMatchObject(saying("RequestTimeout"));
    expect(answer.afterMs).toBeLessThan(3_000);
  });

  test("a chunked body without an end", async () => {
    const { port } = await listen();
    const answer = await rawRequest(port(), (socket) =>
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: relay.test\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"a"`,
      ),
    );
    expect(seen(answer)).toMatchObject(saying("RequestTimeout"));
  });

  test("whoever does not read a long answer", async () => {
    const app = createTestHttp({ times: shortTimes });
    open.push(app);
    app.http.get("/long", async () => Buffer.alloc(64_000_000));
    await app.http.listen({ port: 0, host: "127.0.0.1" });
    const closed = Promise.withResolvers<void>();
    app.http.server.on("connection", (socket) => socket.once("close", closed.resolve));
    const reading = rawRequest(app.port(), (socket) => {
      socket.write("GET /long HTTP/1.1\r\nhost: relay.test\r\n\r\n");
      socket.pause();
      void closed.promise.then(() => socket.destroy());
    });
    await closed.promise;
    expect((await reading).afterMs).toBeLessThan(5_000);
  });
});

test("a slow line that keeps moving is let through", async () => {
  const { port } = await listen();
  const body = JSON.stringify({ text: "x".repeat(30_000) });
  const answer = await rawRequest(port(), (socket) => {
    socket.write(head(body.length).replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"));
    let sent = 0;
    // Twice the least rate, for nearly two seconds: four times as long as it may be silent.
    const timer = setInterval(() => {
      socket.write(body.slice(sent, sent + 820));
      sent += 820;
      if (sent >= body.length) clearInterval(timer);
    }, 50);
  });
  expect(answer.status).toBe(200);
  expect(answer.afterMs).toBeGreaterThan(1_500);
});

describe("what is no request of ours gets an answer all the same", () => {
  test.each([
    [
      "headers above 8 KiB",
      `GET /plain HTTP/1.1\r\nx-large: ${"x".repeat(9_000)}\r\n\r\n`,
      "HeadersTooLarge",
    ],
    [
      "a path above 8 KiB",
      `GET /${"x".repeat(9_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      "HeadersTooLarge",
    ],
    ["bytes that are no HTTP", "\u0016\u0003\u0001 hello\r\n\r\n", "InvalidField"],
    ["a method that nobody knows", "STEAL / HTTP/1.1\r\nhost: x\r\n\r\n", "InvalidField"],
    [
      "two lengths",
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
      "InvalidField",
    ],
    [
      "a length and chunks",
      `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      "InvalidField",
    ],
    [
      "an expectation that nobody has",
      `POST ${path} HTTP/1.1\r\nhost: x\r\nexpect: miracles\r\ncontent-length: 2\r\n\r\n{}`,
      "InvalidField",
    ],
  ] as const)("%s", async (_, bytes, name) => {
    const { port } = await listen();
    expect(seen(await rawRequest(port(), (socket) => socket.write(bytes)))).toMatchObject(
      saying(name),
    );
  });
});

test("a body that is refused before it is read ends the connection", async () => {
  const { port } = await listen();
  const answer = await rawRequest(port(), (socket) =>
    socket.write(head(900_000).replace("application/json", "text/plain")),
  );
  expect(seen(answer)).toMatchObject(saying("UnsupportedMediaType"));
  expect(answer.head).toContain("connection: close");
});

test("one connection carries many requests", async () => {
  const { port } = await listen();
  const answer = await rawRequest(port(), (socket) =>
    socket.write(
      "GET /plain HTTP/1.1\r\nhost: x\r\n\r\nGET /plain HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    ),
  );
  expect(answer.status).toBe(200);
  expect(answer.body).toMatch(/^hereHTTP\/1\.1 200 /u);
});

test("a WebSocket that is silent outlives every time of a request", async () => {
  const app = createTestHttp({
    times: { ...shortTimes, requestMs: 600, handlerMs: 600, keepAliveMs: 600 },
  });
  open.push(app);
  await app.http.register(websocket);
  app.http.get("/v1/socket", { websocket: true }, (socket) => {
    socket.on("message", (data) => socket.send(data));
  });
  await app.http.listen({ port: 0, host: "127.0.0.1" });
  const client = new WebSocket(`ws://127.0.0.1:${app.port()}/v1/socket`);
  await new Promise((resolve) => {
    client.once("open", resolve);
  });
  await sleep(2_000);
  const echo = new Promise((resolve) => {
    client.once("message", (data) => resolve(Buffer.isBuffer(data) && data.toString()));
  });
  client.send("still here");
  expect(await echo).toBe("still here");
  client.terminate();
});
