/** A proxy as companies have them: it opens a tunnel to where it is asked to, or refuses. */
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { assert } from "@duro/crypto/types";

export interface ConnectProxy {
  readonly url: string;
  /** Host and port of every tunnel asked for. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

/** `refuseWith`: a status instead of a tunnel. */
export const startConnectProxy = async (refuseWith?: number): Promise<ConnectProxy> => {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.writeHead(501).end());
  server.on("connection", (socket) => sockets.add(socket));
  server.on("connect", ({ url = "" }, client: Socket) => {
    asked.push(url);
    client.on("error", () => {});
    if (refuseWith !== undefined) {
      client.end(`HTTP/1.1 ${refuseWith} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const far = connect(Number(url.split(":")[1]), url.split(":")[0]);
    sockets.add(far);
    far.on("error", () => client.destroy());
    far.on("connect", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      far.pipe(client).pipe(far);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  assert(typeof address === "object" && address !== null, "it listens on a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
};
