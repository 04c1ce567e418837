/** The server of a durable line, in a process of its own: what is committed goes on to the others of its room. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import postgres from "postgres";
import type { WebSocket } from "ws";
import { serveJobs } from "../relay/jobs.ts";
import type { DatabasePlace } from "../relay/relayProcess.ts";
import { requireWs } from "./peerPackages.ts";

/** Nothing that was measured behind it would be true. */
const end = (cause: unknown): void => {
  console.error(cause);
  process.exit(1);
};

const start = async ({ database }: { database: DatabasePlace }): Promise<string> => {
  // One connection: what comes one after the other is committed so.
  const sql = postgres({ ...database, max: 1, idle_timeout: 0, onnotice: () => {} });
  await sql`
    create table if not exists bench_edits (
      number bigserial primary key, room text not null, body bytea not null
    )`;
  const { WebSocketServer } = requireWs();
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const rooms = new Map<string, Set<WebSocket>>();
  server.on("connection", (socket, { url: room = "" }) => {
    const sockets = rooms.get(room) ?? new Set<WebSocket>();
    rooms.set(room, sockets.add(socket));
    socket.on("close", () => sockets.delete(socket));
    const pass = async (body: Buffer): Promise<void> => {
      await sql`insert into bench_edits (room, body) values (${room}, ${body})`;
      for (const other of sockets) if (other !== socket) other.send(body);
    };
    socket.on("message", (body) => {
      if (Buffer.isBuffer(body)) pass(body).catch(end);
    });
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const jobs = { start };

export type DurableLineSide = typeof jobs;
serveJobs(jobs);
