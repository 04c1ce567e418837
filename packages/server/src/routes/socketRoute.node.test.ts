/** Who gets a WebSocket, and what the library under it is held to: bytes that never become a frame of ours. */
import { assert } from "@duro/crypto/types";
import { limits, socketPath, subprotocol } from "@duro/protocol";
import fastify from "fastify";
import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { Connection } from "../relay/connection.ts";
import { openMemoryRelayStores } from "../testing/memoryRelayStores.ts";
import { connectClient } from "../testing/relayClient.ts";
import { startTestRelay, type TestRelay } from "../testing/testRelay.ts";
import { foundVault } from "../testing/testVault.ts";
import { socketRoute } from "./socketRoute.ts";

let relay: TestRelay | undefined;
afterEach(async () => {
  await relay?.stop();
});

const silent = { publish: () => {}, subscribe: () => {}, close: async () => {} };

const start = async (stores = openMemoryRelayStores()): Promise<TestRelay> => {
  relay = await startTestRelay({ stores, notifier: silent });
  return relay;
};

const upgrade = (url: string, headers: Readonly<Record<string, string>> = {}) => {
  const asked = request(`${url}${socketPath}`, {
    headers: {
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-version": "13",
      "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
      "sec-websocket-protocol": subprotocol,
      ...headers,
    },
  });
  asked.end();
  return asked;
};

const statusOf = async (
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> => {
  const asked = upgrade(url, headers);
  const status = await Promise.race([
    once(asked, "response").then(([answer]) => (answer as { statusCode: number }).statusCode),
    once(asked, "upgrade").then(([, socket]) => {
      (socket as Socket).destroy();
      return 101;
    }),
  ]);
  asked.destroy();
  return status;
};

describe("a socket is not for", () => {
  test.each(["https://evil.test", "null"])("a page of origin %s", async (origin) => {
    const { url } = await start();
    expect(await statusOf(url, {})).toBe(101);
    expect(await statusOf(url, { origin })).toBe(403);
  });

  test("whoever does not speak our protocol", async () => {
    const { url } = await start();
    expect(await statusOf(url, { "sec-websocket-protocol": "chat" })).toBe(426);
  });
});

/** A socket that was let in, on which anything may be written. */
const openBare = async (url: string): Promise<Socket> => {
  const [, socket] = (await once(upgrade(url), "upgrade")) as [unknown, Socket];
  socket.on("error", () => {});
  return socket;
};

/** A final binary frame, masked with zeros, that claims to be so long. */
const headOf = (byteLength: number): Buffer => {
  const head = Buffer.alloc(14);
  head[0] = 0x82;
  head[1] = 0xff;
  head.writeBigUInt64BE(BigInt(byteLength), 2);
  return head;
};

const hangUpMsMax = 2_000;

/** Whether the other side hung up in time. */
const isHungUp = async (socket: Socket): Promise<boolean> => {
  socket.resume();
  const timer = setTimeout(() => socket.destroy(new Error("still there")), hangUpMsMax);
  const isOver = await new Promise<boolean>((resolve) => {
    socket.once("end", () => resolve(true));
    socket.once("close", () => resolve(false));
  });
  clearTimeout(timer);
  socket.destroy();
  return isOver;
};

describe("the relay hangs up on", () => {
  test("a frame that is longer than any, by what its head claims", async () => {
    const { url } = await start();
    const socket = await openBare(url);
    socket.write(headOf(limits.frameByteLengthMax + 2));
    expect(await isHungUp(socket)).toBe(true);
  });

  test("a message in more pieces than a proxy makes of one", async () => {
    const { url } = await start();
    const socket = await openBare(url);
    const piece = (isFirst: boolean): Buffer =>
      Buffer.from([isFirst ? 0x02 : 0x00, 0x81, 0, 0, 0, 0, 1]);
    socket.write(Buffer.concat(Array.from({ length: 64 }, (_, at) => piece(at === 0))));
    expect(await isHungUp(socket)).toBe(true);
  });

  test("an unfinished frame of somebody who is not logged in", async () => {
    const { url } = await start();
    const socket = await openBare(url);
    socket.write(headOf(limits.frameByteLengthMax));
    socket.write(Buffer.alloc(100_000));
    expect(await isHungUp(socket)).toBe(true);
  });
});

test("the largest frame of somebody who is logged in is read, in pieces of a proxy", async () => {
  const stores = openMemoryRelayStores();
  const { url } = await start(stores);
  const { person } = await foundVault(stores, "pieces");
  const client = await connectClient(url);
  await client.login(person.device);
  const largest = Buffer.alloc(limits.frameByteLengthMax);
  const pieceCount = 8;
  const pieceByteLength = Math.ceil(largest.length / pieceCount);
  for (let at = 0; at < pieceCount; at++)
    client.socket.send(largest.subarray(at * pieceByteLength, (at + 1) * pieceByteLength), {
      binary: true,
      fin: at === pieceCount - 1,
    });
  // Read, and found to be no frame of ours.
  expect(await client.closed).toEqual({ code: 1003, reason: "UnsupportedFrame" });
  assert(client.socket.readyState === WebSocket.CLOSED, "it is over");
});

test("of one socket no more than one frame is read in a turn, however many came at once", async () => {
  const turns: number[] = [];
  let turn = 0;
  const count = (): void => {
    turn += 1;
    if (turns.length < frameCount) setImmediate(count);
  };
  const frameCount = 200;
  const connection: Connection = {
    onMessage: () => void turns.push(turn),
    onText: () => {},
    onControlFrame: () => {},
    onClosed: () => {},
    take: () => {},
    isReady: true,
  };
  const app = fastify();
  await socketRoute(app, {
    connect: () => connection,
    disconnected: () => {},
    loginCheckFor: () => () => Promise.reject(new Error("nobody logs in")),
    origins: () => new Set(),
    admit: () => () => {},
    isStopping: () => false,
  });
  const socket = await openBare(await app.listen());
  setImmediate(count);
  const frame = Buffer.from([0x82, 0x81, 0, 0, 0, 0, 1]);
  socket.write(Buffer.concat(Array.from({ length: frameCount }, () => frame)));
  await expect.poll(() => turns.length).toBe(frameCount);
  // Where in a turn it is counted up is not ours to say.
  const most = Math.max(...turns.map((one) => turns.filter((other) => other === one).length));
  expect(most).toBeLessThanOrEqual(2);
  socket.destroy();
  await app.close();
});
