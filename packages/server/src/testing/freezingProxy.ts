/** Stands before a Postgres and, told so, lets nothing through without closing anything. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { assert } from "@duro/crypto/types";

export interface FreezingProxy {
  /** The same database, through here. */
  readonly url: string;
  /** Connections that are there; later ones are served. */
  freeze(): void;
  close(): Promise<void>;
}

/** On a port that is free, if none is given. */
export const openFreezingProxy = async (
  databaseUrl: string,
  listenOn = 0,
): Promise<FreezingProxy> => {
  const target = new URL(databaseUrl);
  const port = target.port || "5432";
  const folder = target.searchParams.get("host");
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((client) => {
    const postgres =
      folder === null
        ? connect(Number(port), target.hostname)
        : connect(`${folder}/.s.PGSQL.${port}`);
    const pair = [client, postgres] as const;
    pairs.add(pair);
    for (const socket of pair) socket.on("error", () => {});
    client.pipe(postgres);
    postgres.pipe(client);
  });
  server.listen(listenOn, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert(typeof address === "object" && address !== null, "it listens on a port");
  const url = new URL(databaseUrl);
  url.searchParams.delete("host");
  url.hostname = "127.0.0.1";
  url.port = `${address.port}`;
  return {
    url: url.href,
    freeze: () => {
      for (const [client, postgres] of pairs) {
        client.unpipe(postgres);
        postgres.unpipe(client);
      }
    },
    close: async () => {
      for (const sockets of pairs) for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
};
