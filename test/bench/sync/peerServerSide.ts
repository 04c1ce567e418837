/** A peer's server, in a process of its own. It keeps every document in memory, as plaintext. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { serveJobs } from "../relay/jobs.ts";
import { importHocuspocusServer, requireWs, requireYWebsocketServer } from "./peerPackages.ts";

const startYWebsocket = async (): Promise<string> => {
  const { WebSocketServer } = requireWs();
  const { setupWSConnection } = requireYWebsocketServer();
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  sockets.on("connection", (socket, request) => setupWSConnection(socket, request));
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return `ws://127.0.0.1:${(http.address() as AddressInfo).port}`;
};

const startHocuspocus = async (): Promise<string> => {
  const { Server } = await importHocuspocusServer();
  const server = new Server({ quiet: true, port: 0 });
  await server.listen();
  return `ws://127.0.0.1:${server.address.port}`;
};

/** What a first collection finalizes, the next one frees. */
const collectionCount = 3;

const jobs = {
  start: ({ peer }: { peer: "y-websocket" | "hocuspocus" }): Promise<string> =>
    peer === "y-websocket" ? startYWebsocket() : startHocuspocus(),
  memory: (): { readonly rss: number; readonly heap: number; readonly external: number } => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (let count = 0; count < collectionCount; count++) collect();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heap: heapUsed, external };
  },
};

export type PeerServerSide = typeof jobs;
serveJobs(jobs);
