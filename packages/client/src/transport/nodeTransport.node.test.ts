import { limits, socketPath, subprotocol } from "@duro/protocol";
import { createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { type ConnectProxy, startConnectProxy } from "../testing/connectProxy.ts";
import {
  type SocketServer,
  type SocketServerOptions,
  startSocketServer,
} from "../testing/socketServer.ts";
import { createTestCertificate } from "../testing/testCertificate.ts";
import {
  dialAndNote,
  transportContract,
  untilClosed,
  untilItIs,
} from "../testing/transport.contract.ts";
import { createBrowserTransport } from "./browserTransport.ts";
import { createNodeTransport } from "./nodeTransport.ts";

transportContract("nodeTransport", async () => ({
  ...(await startSocketServer()),
  transport: createNodeTransport(),
}));

transportContract("browserTransport on Node's own WebSocket", async () => ({
  ...(await startSocketServer()),
  transport: createBrowserTransport(),
}));

const started: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

const serve = async (options: SocketServerOptions = {}): Promise<SocketServer> => {
  const server = await startSocketServer(options);
  started.push(server);
  return server;
};

const proxy = async (refuseWith?: number): Promise<ConnectProxy> => {
  const running = await startConnectProxy(refuseWith);
  started.push(running);
  return running;
};

const answering =
  (status: number, body: string, headers = "") =>
  (stream: Duplex): void => {
    stream.end(
      `HTTP/1.1 ${status} No\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  };

describe("what a relay answers instead of a socket", () => {
  const refusedWith = async (refuse: (stream: Duplex) => void) => {
    const server = await serve({ refuse });
    const near = dialAndNote(createNodeTransport(), server.url);
    const closed = await untilClosed(near);
    expect(near.happened).toEqual(["closed"]);
    return { closed, server };
  };

  test("a refusal comes by its name, with its status", async () => {
    const body = JSON.stringify({ refusal: "ShuttingDown", facts: {} });
    const { closed } = await refusedWith(answering(503, body));
    expect(closed).toEqual({
      code: undefined,
      status: 503,
      refusal: "ShuttingDown",
      failure: undefined,
    });
  });

  test.each([
    ["a name of a later relay", JSON.stringify({ refusal: "TooBlue", facts: {} })],
    ["a page of what stands before it", "<h1>Bad gateway</h1>"],
    ["nothing", ""],
    ["more than a refusal has", JSON.stringify({ refusal: "Internal", more: "x".repeat(99_999) })],
  ])("of %s there is only the status", async (_, body) => {
    const { closed } = await refusedWith(answering(502, body));
    expect(closed).toMatchObject({ code: undefined, status: 502, refusal: undefined });
  });

  test("an answer that breaks off still has its status", async () => {
    const { closed } = await refusedWith((stream) => {
      stream.write("HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\n{");
      setImmediate(() => stream.destroy());
    });
    expect(closed).toMatchObject({ status: 500, refusal: undefined });
  });

  test("nobody is led elsewhere", async () => {
    const elsewhere = await serve();
    const location = `location: ${elsewhere.url}${socketPath}\r\n`;
    const { closed } = await refusedWith(answering(302, "", location));
    expect(closed).toMatchObject({ code: undefined, status: 302 });
    expect(elsewhere.asked).toHaveLength(0);
  });
});

describe("what the other side may not do", () => {
  const opened = async () => {
    const server = await serve();
    const near = dialAndNote(createNodeTransport(), server.url);
    await untilItIs(() => expect(near.happened).toEqual(["open"]));
    return { server, near };
  };

  test("a message that is longer than any frame is not taken in", async () => {
    const { server, near } = await opened();
    server.last().send(new Uint8Array(limits.frameByteLengthMax + 1));
    expect((await untilClosed(near)).failure).toBe("WS_ERR_UNSUPPORTED_MESSAGE_LENGTH");
    expect(near.messages).toEqual([]);
  });

  test("a message in countless fragments is not taken in", async () => {
    const { server, near } = await opened();
    for (let at = 0; at < 100; at++) server.last().send(Uint8Array.of(at), { fin: false });
    expect((await untilClosed(near)).failure).toBe("WS_ERR_TOO_MANY_BUFFERED_PARTS");
    expect(near.messages).toEqual([]);
  });

  test("a message in countless packets is not taken in", async () => {
    const { server, near } = await opened();
    const stream = server.asked[0]?.socket;
    // Binary and final, of 60,000 bytes.
    stream?.write(Uint8Array.of(0x82, 126, 0xea, 0x60));
    for (let sent = 0; near.closed === undefined && sent < 60_000; sent++) {
      stream?.write(Uint8Array.of(1));
      await new Promise(setImmediate);
    }
    expect((await untilClosed(near)).failure).toBe("WS_ERR_TOO_MANY_BUFFERED_PARTS");
    expect(near.messages).toEqual([]);
  });

  test("nothing is packed: our subprotocol is asked for, and no extension", async () => {
    const { server } = await opened();
    const [request] = server.asked;
    expect(request?.headers["sec-websocket-protocol"]).toBe(subprotocol);
    expect(request?.headers["sec-websocket-extensions"]).toBeUndefined();
  });

  test.each([false, "duro.99"] as const)("a relay that chooses %j is none", async (chooses) => {
    const server = await serve({ chooses });
    const near = dialAndNote(createNodeTransport(), server.url);
    expect(await untilClosed(near)).toMatchObject({ code: undefined });
    expect(near.happened).toEqual(["closed"]);
  });
});

describe("TLS", () => {
  const tls = createTestCertificate();

  test("an authority that nobody named is not trusted, and it is said why", async () => {
    const { url } = await serve({ tls });
    const near = dialAndNote(createNodeTransport(), url);
    expect(await untilClosed(near)).toMatchObject({
      code: undefined,
      failure: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
  });

  test("an authority that was named is trusted", async () => {
    const { url } = await serve({ tls });
    const transport = createNodeTransport({ certificateAuthorities: [tls.certificate] });
    const near = dialAndNote(transport, url);
    await untilItIs(() => expect(near.happened).toEqual(["open"]));
  });
});

describe("a proxy", () => {
  const tls = createTestCertificate();
  const certificateAuthorities = [tls.certificate];

  test("opens the way to a relay over https, and sees no more than its name", async () => {
    const server = await serve({ tls });
    const { url, asked } = await proxy();
    const transport = createNodeTransport({ certificateAuthorities, proxy: { url, except: "" } });
    const near = dialAndNote(transport, server.url);
    await untilItIs(() => expect(near.happened).toEqual(["open"]));
    expect(asked).toEqual([`127.0.0.1:${server.port}`]);
    near.send(Uint8Array.of(1));
    const far = await server.accepted();
    far.send(Uint8Array.of(2));
    await untilItIs(() => expect(near.messages).toEqual([Uint8Array.of(2)]));
  });

  test("is left aside for a host that is excepted, and for one over plain http", async () => {
    const { url, asked } = await proxy();
    const settings = { url, except: "127.0.0.1" };
    const transport = createNodeTransport({ certificateAuthorities, proxy: settings });
    const secure = dialAndNote(transport, (await serve({ tls })).url);
    await untilItIs(() => expect(secure.happened).toEqual(["open"]));
    const plain = dialAndNote(
      createNodeTransport({ proxy: { url, except: "" } }),
      (await serve()).url,
    );
    await untilItIs(() => expect(plain.happened).toEqual(["open"]));
    expect(asked).toEqual([]);
  });

  test("that refuses is told from a relay that does", async () => {
    const server = await serve({ tls });
    const { url } = await proxy(407);
    const transport = createNodeTransport({ certificateAuthorities, proxy: { url, except: "" } });
    const near = dialAndNote(transport, server.url);
    expect(await untilClosed(near)).toMatchObject({
      code: undefined,
      status: undefined,
      failure: "ERR_PROXY_TUNNEL",
    });
    expect(server.asked).toHaveLength(0);
  });

  test("that is no address ends the dial instead of throwing", async () => {
    const server = await serve({ tls });
    const transport = createNodeTransport({ proxy: { url: "http://", except: "" } });
    const near = dialAndNote(transport, server.url);
    expect((await untilClosed(near)).failure).toBe("ERR_PROXY_INVALID_CONFIG");
  });

  test("that never answers is left when we close", async () => {
    const silent = createServer();
    const sockets: Socket[] = [];
    silent.on("connection", (socket) => sockets.push(socket.resume()));
    await new Promise<void>((resolve) => {
      silent.listen(0, "127.0.0.1", resolve);
    });
    const address = silent.address();
    const url = typeof address === "object" ? `http://127.0.0.1:${address?.port}` : "";
    const near = dialAndNote(
      createNodeTransport({ proxy: { url, except: "" } }),
      "https://relay.test",
    );
    await untilItIs(() => expect(sockets).toHaveLength(1));
    near.close();
    expect(await untilClosed(near)).toMatchObject({ code: undefined, status: undefined });
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});
