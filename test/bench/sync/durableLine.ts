/**
 * The least that an edit takes where nothing is shown before it is durable: its writer waits for the disk,
 * the server for Postgres, and nothing is sealed, signed, checked or kept by who reads. Whoever comes gets
 * what comes from then on.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { applyUpdate, Doc } from "yjs";
import { newFolder } from "./duroClient.ts";
import { requireWs } from "./peerPackages.ts";
import type { Connect, SyncClient } from "./syncClient.ts";

export const prepareDurableLine =
  (url: string, seed: string): Connect =>
  async () => {
    const { WebSocket } = requireWs();
    const folder = newFolder();
    const database = new DatabaseSync(join(folder, `${randomUUID()}.sqlite`));
    database.exec("pragma journal_mode = wal; pragma synchronous = full");
    database.exec("create table edits (number integer primary key, body blob not null) strict");
    const insert = database.prepare("insert into edits (body) values (?)");
    const socket = new WebSocket(`${url}/${encodeURIComponent(seed)}`);
    await once(socket, "open");
    const doc = new Doc();
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin === socket) return;
      insert.run(update);
      socket.send(update);
    });
    socket.on("message", (data) => {
      if (Buffer.isBuffer(data)) applyUpdate(doc, data, socket);
    });
    const client: SyncClient = {
      open: async () => doc,
      settled: async () => {},
      close: async () => {
        socket.close();
        database.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
    return client;
  };
