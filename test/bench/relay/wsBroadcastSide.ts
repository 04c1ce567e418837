/** The peer of fan-out: a bare `ws` server that sends every message on to everybody else. */
import { once } from "node:events";
import { WebSocket, WebSocketServer } from "ws";
import { serveJobs } from "./jobs.ts";

const listen = async (): Promise<string> => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  server.on("connection", (socket) => {
    socket.on("message", (message) => {
      for (const client of server.clients)
        if (client !== socket && client.readyState === WebSocket.OPEN) client.send(message);
    });
  });
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? `http://127.0.0.1:${address.port}` : "";
};

const jobs = { listen };

export type WsBroadcastSide = typeof jobs;
serveJobs(jobs);
