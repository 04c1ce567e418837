/** Stands between a machine and the relay and keeps every byte that passes, either way. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";

export interface RecordingProxy {
  readonly url: string;
  recorded(): Buffer;
  close(): void;
}

export const startRecordingProxy = async (target: string): Promise<RecordingProxy> => {
  const { hostname, port } = new URL(target);
  const chunks: Buffer[] = [];
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        to.write(chunk);
      });
      from.on("end", () => to.end());
      from.on("error", () => to.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${ownPort}`,
    recorded: () => Buffer.concat(chunks),
    close: () => void server.close(),
  };
};
