/** A server on loopback that answers as the contract of Http says. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { assert } from "@duro/crypto/types";
import { type HttpPlace, httpPaths } from "./http.contract.ts";
import type { TestCertificate } from "./testCertificate.ts";

export type HttpServer = Pick<HttpPlace, "url" | "asked" | "stop">;

const stuckByteLength = 100;

const answers: Readonly<
  Record<string, (request: IncomingMessage, response: ServerResponse) => void>
> = {
  [httpPaths.echo]: (request, response) => {
    const { "x-word": word = "" } = request.headers;
    response.writeHead(200, { "x-method": request.method, "x-word": word });
    request.pipe(response);
  },
  [httpPaths.refuse]: (_, response) => response.writeHead(503).end("not now"),
  [httpPaths.redirect]: (_, response) => {
    response.writeHead(302, { location: httpPaths.echo }).end();
  },
  [httpPaths.silent]: () => {},
  [httpPaths.stuck]: (_, response) => {
    response.writeHead(200, { "content-length": stuckByteLength }).write("some");
  },
  [httpPaths.cut]: (request, response) => {
    response.writeHead(200, { "content-length": stuckByteLength }).write("some", () => {
      request.socket.destroy();
    });
  },
};

export const startHttpServer = async (tls?: TestCertificate): Promise<HttpServer> => {
  const asked: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { url = "" } = request;
    asked.push(url);
    answers[url]?.(request, response);
  };
  const server =
    tls === undefined
      ? createServer(answer)
      : createSecureServer({ cert: tls.certificate, key: tls.key }, answer);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  assert(typeof address === "object" && address !== null, "it listens on a port");
  return {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${address.port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
