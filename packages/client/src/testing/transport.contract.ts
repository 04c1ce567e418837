import { bytesAreEqual } from "@duro/crypto/types";
import { limits } from "@duro/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Socket, SocketClosed, Transport } from "../ports/transport.ts";

/** The other end of a socket. */
export interface FarSocket {
  readonly received: readonly Uint8Array[];
  /** Undefined while it is open. */
  readonly closedWith: number | undefined;
  send(bytes: Uint8Array): void;
  sendText(text: string): void;
  close(code: number): void;
  /** Without a word. */
  cut(): void;
}

export interface TransportPlace {
  readonly transport: Transport;
  /** Of a relay that takes every socket. */
  readonly url: string;
  /** The other end of the socket that came last, once one has come. */
  accepted(): Promise<FarSocket>;
  stop(): Promise<void>;
}

/** What happened to a socket, in order. */
export interface Dialled extends Socket {
  readonly happened: readonly string[];
  readonly messages: readonly Uint8Array[];
  readonly closed: SocketClosed | undefined;
}

export const dialAndNote = (transport: Transport, url: string): Dialled => {
  const happened: string[] = [];
  const messages: Uint8Array[] = [];
  let closed: SocketClosed | undefined;
  const socket = transport.dial(url, {
    onOpen: () => happened.push("open"),
    onMessage: (bytes) => {
      happened.push("message");
      messages.push(bytes);
    },
    onText: () => happened.push("text"),
    onClosed: (why) => {
      happened.push("closed");
      closed = why;
    },
  });
  expect(happened, "nothing happens before the caller has the socket").toEqual([]);
  return {
    send: (bytes) => socket.send(bytes),
    close: () => socket.close(),
    get bufferedByteLength() {
      return socket.bufferedByteLength;
    },
    happened,
    messages,
    get closed() {
      return closed;
    },
  };
};

/** For a machine that is busy with other things. */
const patience = { timeout: 30_000, interval: 5 } as const;

export const untilItIs = (look: () => void): Promise<void> => vi.waitFor(look, patience);

export const untilClosed = async (dialled: Dialled): Promise<SocketClosed> => {
  await untilItIs(() => expect(dialled.closed).toBeDefined());
  const { closed } = dialled;
  if (closed === undefined) throw new Error("it was closed just now");
  return closed;
};

/** Long enough for what should not come to come. */
const quietMs = 50;
const quiet = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, quietMs);
  });

const largest = new Uint8Array(limits.frameByteLengthMax).map((_, at) => at % 251);

const areSame = (some: readonly Uint8Array[], others: readonly Uint8Array[]): boolean =>
  some.length === others.length &&
  some.every((bytes, at) => bytesAreEqual(bytes, others[at] ?? largest));

export const transportContract = (
  adapter: string,
  createPlace: () => Promise<TransportPlace>,
): void => {
  describe(`Transport contract, ${adapter}`, () => {
    let place: TransportPlace;
    beforeEach(async () => {
      place = await createPlace();
    });
    afterEach(() => place.stop());

    const open = async () => {
      const near = dialAndNote(place.transport, place.url);
      await untilItIs(() => expect(near.happened).toEqual(["open"]));
      return { near, far: await place.accepted() };
    };

    test("messages come as they were, in their order, empty and largest ones among them", async () => {
      const { near, far } = await open();
      const sent = [Uint8Array.of(1), new Uint8Array(), largest, Uint8Array.of(2, 3)];
      for (const bytes of sent) far.send(bytes);
      await untilItIs(() => expect(near.messages).toHaveLength(sent.length));
      expect(areSame(near.messages, sent)).toBe(true);
      for (const bytes of sent) near.send(bytes);
      await untilItIs(() => expect(far.received).toHaveLength(sent.length));
      expect(areSame(far.received, sent)).toBe(true);
    });

    test("what was sent is what it was then, whatever is written over it afterwards", async () => {
      const { near, far } = await open();
      const bytes = new Uint8Array(100_000).fill(7);
      near.send(bytes);
      bytes.fill(9);
      await untilItIs(() => expect(far.received).toHaveLength(1));
      expect(far.received[0]?.every((byte) => byte === 7)).toBe(true);
    });

    test("nothing is left in this machine once the other side has it", async () => {
      const { near, far } = await open();
      expect(near.bufferedByteLength).toBe(0);
      near.send(largest);
      await untilItIs(() => expect(far.received).toHaveLength(1));
      await untilItIs(() => expect(near.bufferedByteLength).toBe(0));
    });

    test("text is told from bytes", async () => {
      const { near, far } = await open();
      far.sendText("hello");
      far.send(Uint8Array.of(1));
      await untilItIs(() => expect(near.happened).toEqual(["open", "text", "message"]));
    });

    test("the relay's close comes with its code, once, and behind what it sent before", async () => {
      const { near, far } = await open();
      far.send(Uint8Array.of(1));
      far.close(4_429);
      expect(await untilClosed(near)).toMatchObject({
        code: 4_429,
        status: undefined,
        refusal: "TooManyConnections",
      });
      near.send(Uint8Array.of(2));
      near.close();
      await quiet();
      expect(near.happened).toEqual(["open", "message", "closed"]);
    });

    test("a connection that breaks is closed", async () => {
      const { near, far } = await open();
      far.cut();
      expect(await untilClosed(near)).toMatchObject({ code: 1_006, refusal: undefined });
    });

    test("after our close nothing comes but its end, and the relay hears of it", async () => {
      const { near, far } = await open();
      near.send(Uint8Array.of(1));
      near.close();
      far.send(Uint8Array.of(2));
      near.send(Uint8Array.of(3));
      await untilClosed(near);
      await untilItIs(() => expect(far.closedWith).toBe(1_000));
      expect(near.happened).toEqual(["open", "closed"]);
      expect(far.received).toEqual([Uint8Array.of(1)]);
    });

    test("before it opens nothing is sent", async () => {
      const near = dialAndNote(place.transport, place.url);
      near.send(Uint8Array.of(1));
      await untilItIs(() => expect(near.happened).toEqual(["open"]));
      near.send(Uint8Array.of(2));
      const far = await place.accepted();
      await untilItIs(() => expect(far.received).toEqual([Uint8Array.of(2)]));
    });

    test("what is closed before it opens never opens", async () => {
      const near = dialAndNote(place.transport, place.url);
      near.close();
      expect(await untilClosed(near)).toMatchObject({ code: undefined, status: undefined });
      await quiet();
      expect(near.happened).toEqual(["closed"]);
    });

    test("where nobody listens a dial ends, and never opens", async () => {
      await place.stop();
      const near = dialAndNote(place.transport, place.url);
      expect(await untilClosed(near)).toMatchObject({ code: undefined, status: undefined });
      expect(near.happened).toEqual(["closed"]);
    });

    test.each(["", "relay.test", "ftp://relay.test", "file:///etc"])(
      "what is no address of a relay is not dialled: %j",
      async (url) => {
        const near = dialAndNote(place.transport, url);
        expect(await untilClosed(near)).toMatchObject({ failure: "ERR_INVALID_URL" });
        expect(near.happened).toEqual(["closed"]);
      },
    );
  });
};
