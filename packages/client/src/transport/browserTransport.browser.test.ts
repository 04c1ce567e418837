import { limits, subprotocol } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { dialAndNote, untilClosed } from "../testing/transport.contract.ts";
import { createBrowserTransport } from "./browserTransport.ts";

/** The platform's own class, but for the network: nothing serves sockets to a page under test. */
class FakeSocket extends EventTarget {
  static newest: FakeSocket | undefined;
  static readonly OPEN = 1;
  readonly OPEN = 1;
  readyState = 0;
  binaryType = "blob";
  bufferedAmount = 0;
  readonly sent: unknown[] = [];
  readonly closes: unknown[] = [];
  readonly url: string;
  readonly protocol: string;

  constructor(url: string, protocol: string) {
    super();
    this.url = url;
    this.protocol = protocol;
    FakeSocket.newest = this;
  }

  send(bytes: unknown): void {
    this.sent.push(bytes);
  }

  close(code: number): void {
    this.closes.push(code);
    this.readyState = 2;
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  receive(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  end(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code }));
  }
}

const dialled = (url = "https://relay.test/anything") => {
  const platformSocket = FakeSocket as unknown as typeof WebSocket;
  const near = dialAndNote(createBrowserTransport(platformSocket), url);
  const far = FakeSocket.newest;
  if (far === undefined) throw new Error("the platform was asked for a socket");
  return { near, far };
};

describe("sockets of a browser", () => {
  test("the socket of the relay is asked for, with our subprotocol, and bytes as they are", () => {
    const { far } = dialled();
    expect([far.url, far.protocol, far.binaryType]).toEqual([
      "wss://relay.test/v1/socket",
      subprotocol,
      "arraybuffer",
    ]);
  });

  test("bytes come in, text is told from them, and the end comes with its code", () => {
    const { near, far } = dialled();
    far.open();
    far.receive(Uint8Array.of(1, 2).buffer);
    far.receive("hello");
    far.end(4_429);
    expect(near.happened).toEqual(["open", "message", "text", "closed"]);
    expect(near.messages).toEqual([Uint8Array.of(1, 2)]);
    expect(near.closed?.code).toBe(4_429);
  });

  test("what ends before it opened has no code", () => {
    const { near, far } = dialled();
    far.end(1_006);
    expect(near.happened).toEqual(["closed"]);
    expect(near.closed?.code).toBeUndefined();
  });

  test("bytes go out only while it is open", () => {
    const { near, far } = dialled();
    near.send(Uint8Array.of(1));
    far.open();
    near.send(Uint8Array.of(2));
    near.close();
    near.send(Uint8Array.of(3));
    expect(far.sent).toEqual([Uint8Array.of(2)]);
    expect(far.closes).toEqual([1_000]);
  });

  test("a message longer than any frame ends it, and is not handed on", () => {
    const { near, far } = dialled();
    far.open();
    far.receive(new ArrayBuffer(limits.frameByteLengthMax));
    far.receive(new ArrayBuffer(limits.frameByteLengthMax + 1));
    far.receive(Uint8Array.of(1).buffer);
    expect(near.happened).toEqual(["open", "message"]);
    expect(far.closes).toHaveLength(1);
  });

  test("after our close nothing comes but its end", () => {
    const { near, far } = dialled();
    near.close();
    far.open();
    far.receive(Uint8Array.of(1).buffer);
    far.end(1_006);
    expect(near.happened).toEqual(["closed"]);
  });

  test("what the platform refuses to dial is an end and no exception", async () => {
    const refusing = function refuse(): never {
      throw new DOMException("not from here", "SecurityError");
    };
    const transport = createBrowserTransport(refusing as unknown as typeof WebSocket);
    const closed = await untilClosed(dialAndNote(transport, "http://relay.test"));
    expect(closed).toMatchObject({ code: undefined, failure: "SecurityError" });
  });
});

describe("the platform's own sockets", () => {
  test("where nobody listens a dial ends, and never opens", async () => {
    const near = dialAndNote(createBrowserTransport(), "http://127.0.0.1:9");
    expect(await untilClosed(near)).toMatchObject({ code: undefined });
    expect(near.happened).toEqual(["closed"]);
  });

  test("what is closed before it opens never opens", async () => {
    const near = dialAndNote(createBrowserTransport(), location.origin);
    near.close();
    expect(await untilClosed(near)).toMatchObject({ code: undefined });
    expect(near.happened).toEqual(["closed"]);
  });
});
