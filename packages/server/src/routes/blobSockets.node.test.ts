/** Uploads as they come over a socket: slow, in pieces, broken off, or never meant to end. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { BlobAction, pathOf, routes } from "@duro/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { blobSample } from "../testing/blobSamples.ts";
import { type BlobService, openBlobService } from "../testing/blobService.ts";
import { vaultOf } from "../testing/storeSamples.ts";

const vault = vaultOf(1);
const sample = blobSample(vault);
const { blob } = sample;
const bytes = Buffer.from(sample.chunks[0] ?? []);

interface Client {
  readonly socket: Socket;
  send(...pieces: readonly (string | Uint8Array)[]): Promise<void>;
  /** Status of each answer so far, once there are so many. */
  statuses(count: number): Promise<readonly number[]>;
  text(): string;
}

const openClient = async (port: number): Promise<Client> => {
  const socket = connect({ port, host: "127.0.0.1" });
  let received = "";
  socket.on("data", (data) => {
    received += data.toString("latin1");
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  const found = () =>
    Array.from(received.matchAll(/HTTP\/1\.1 (?<status>\d{3}) /gu), ({ groups }) =>
      Number(groups?.["status"]),
    );
  return {
    socket,
    send: async (...pieces) => {
      for (const piece of pieces) {
        socket.write(piece);
        // Each in a packet of its own.
        await new Promise((resolve) => {
          setTimeout(resolve, 5);
        });
      }
    },
    statuses: async (count) => {
      await expect.poll(() => found().length, { timeout: 5_000 }).toBeGreaterThanOrEqual(count);
      return found();
    },
    text: () => received,
  };
};

describe("a chunk that comes over a socket", () => {
  let service: BlobService;
  let client: Client;
  let token: string;

  beforeEach(async () => {
    service = await openBlobService();
    await service.http.listen({ host: "127.0.0.1", port: 0 });
    token = await service.authorize({ vault, action: BlobAction.Write });
    await service.announce(sample);
    client = await openClient(service.port());
  });
  afterEach(async () => {
    client.socket.destroy();
    await service.close();
  });

  const headOf = (headers: readonly string[], authorization = token): string =>
    [
      `PUT ${pathOf(routes.putChunk, { vault, blob, index: 0 })} HTTP/1.1`,
      "host: relay.test",
      `authorization: ${authorization}`,
      ...headers,
      "",
      "",
    ].join("\r\n");
  const octets = "content-type: application/octet-stream";
  const length = `content-length: ${bytes.length}`;
  const missing = () => service.stores.blobStore.missing(sample);
  const otherToken = () => service.authorize({ vault: vaultOf(2), action: BlobAction.Write });

  test("in pieces is stored when the last one is there, and not before", async () => {
    await client.send(headOf([octets, length]), bytes.subarray(0, 9), bytes.subarray(9, 300_000));
    expect(await missing()).toEqual([0, 1, 2]);
    await client.send(bytes.subarray(300_000));
    expect(await client.statuses(1)).toEqual([204]);
    expect(await missing()).toEqual([1, 2]);
  });

  test("without a length said before is stored like any other", async () => {
    await client.send(headOf([octets, "transfer-encoding: chunked"]));
    for (let at = 0; at < bytes.length; at += 200_000) {
      const piece = bytes.subarray(at, at + 200_000);
      await client.send(`${piece.length.toString(16)}\r\n`, piece, "\r\n");
    }
    await client.send("0\r\n\r\n");
    expect(await client.statuses(1)).toEqual([204]);
    expect(await missing()).toEqual([1, 2]);
  });

  test("that breaks off leaves nothing, and the next one is stored", async () => {
    await client.send(headOf([octets, length]), bytes.subarray(0, bytes.length - 1));
    client.socket.destroy();
    client = await openClient(service.port());
    expect(await missing()).toEqual([0, 1, 2]);
    await client.send(headOf([octets, length]), bytes);
    expect(await client.statuses(1)).toEqual([204]);
  });

  test("without a token is refused before its body, whose rest does no harm to the next one", async () => {
    await client.send(headOf([octets, length], await otherToken()), bytes.subarray(0, 100));
    expect(await client.statuses(1)).toEqual([401]);
    expect(client.text()).not.toMatch(/connection: close/iu);
    await client.send(bytes.subarray(100), headOf([octets, length]), bytes);
    expect(await client.statuses(2)).toEqual([401, 204]);
    expect(await missing()).toEqual([1, 2]);
  });

  test.each([
    ["longer than any chunk", "content-length: 524289"],
    ["of no length", "transfer-encoding: chunked"],
  ])("without a token and %s is not waited for", async (_, header) => {
    await client.send(headOf([octets, header], await otherToken()));
    expect(await client.statuses(1)).toEqual([401]);
    expect(client.text()).toMatch(/connection: close/iu);
    await expect.poll(() => client.socket.readyState).not.toBe("open");
  });

  test("longer than any is refused by its length alone", async () => {
    await client.send(headOf([octets, "content-length: 524289"]));
    expect(await client.statuses(1)).toEqual([413]);
    await expect.poll(() => client.socket.readyState).not.toBe("open");
    expect(await missing()).toEqual([0, 1, 2]);
  });

  test("that never ends is refused where it becomes too long", async () => {
    await client.send(headOf([octets, "transfer-encoding: chunked"]));
    await client.send("80001\r\n", bytes, "x");
    expect(await client.statuses(1)).toEqual([413]);
    await expect.poll(() => client.socket.readyState).not.toBe("open");
    expect(await missing()).toEqual([0, 1, 2]);
  });

  test.each(["content-type: text/plain", "x-type: none", "content-type: application/json"])(
    "of another type is refused before its body: %s",
    async (type) => {
      await client.send(headOf([type, length]));
      expect(await client.statuses(1)).toEqual([415]);
      expect(await missing()).toEqual([0, 1, 2]);
    },
  );
});
