/**
 * The daemon's door: HTTP over a Unix socket or a named pipe that only its user may open. `POST /v1/<name>`
 * with JSON for everything that is asked, `GET /v1/changes` for what happens, as server-sent events.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { err, ok, type Result } from "@duro/crypto/types";
import { Value } from "typebox/value";
import { daemonNewer, daemonOlder, versionMismatchStatus } from "../api/versionMismatch.ts";
import { Exit } from "../exits.ts";
import { type Problem, usage } from "../problem.ts";
import { createChangeStream } from "./changeStream.ts";
import type { Daemon } from "./daemon.ts";
import { failureFacts } from "./failureFacts.ts";
import type { DaemonLog } from "./log.ts";
import type { Route } from "./routes.ts";
import { createTalks } from "./talks.ts";
import type { Change } from "./openHome.ts";

export interface ServerDeps {
  readonly socket: string;
  readonly version: string;
  readonly routes: readonly Route[];
  readonly log: DaemonLog;
  /** As it is when a question comes. */
  readonly daemon: () => Daemon;
  readonly after: (ms: number, run: () => void) => () => void;
}

export interface DaemonServer extends AsyncDisposable {
  /** To those who listen to changes. */
  changed(change: Change): void;
  /** How many questions are being answered, and how many listen. */
  readonly busyCount: number;
}

/** A skill with its files; an entry may have 480 kB. */
const bodyByteLengthMax = 16_777_216;
/** Asked by a program of any version. */
const anyVersion: ReadonlySet<string> = new Set(["ping", "stop"]);

export const listen = async (deps: ServerDeps): Promise<DaemonServer> => {
  const { routes, log } = deps;
  const routesByName = new Map<string, Route>(routes.map((route) => [route.name, route]));
  const talks = createTalks(deps.daemon);
  const changes = createChangeStream(deps.after);
  let busyCount = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = /^\/v1\/(?<name>[a-z][a-zA-Z-]*)$/u.exec(request.url ?? "")?.groups?.["name"];
    if (request.method === "GET" && name === "changes") return changes.follow(response);
    const isReply = name === "reply";
    const route = name === undefined ? undefined : routesByName.get(name);
    if (request.method !== "POST" || (route === undefined && !isReply))
      return send(response, 404, { error: noSuchRoute });
    const mismatch = name === undefined ? undefined : versionProblem(deps.version, name, request);
    if (mismatch !== undefined) return send(response, versionMismatchStatus, { error: mismatch });
    const read = await readJson(request);
    if (!read.ok) return send(response, 400, { error: read.error });
    const body = read.value;
    if (isReply) return send(response, 200, { isHeard: talks.reply(body) });
    if (route === undefined) return send(response, 404, { error: noSuchRoute });
    if (!Value.Check(route.schema, body)) {
      const [first] = Value.Errors(route.schema, body);
      return send(response, 400, { error: badBody(first?.instancePath, first?.message) });
    }
    if (route.kind === "talk") return talks.run(route, body, response);
    const answered = await route.run(deps.daemon(), body as never);
    return answered.ok
      ? send(response, 200, answered.value)
      : send(response, 400, { error: answered.error });
  };

  const server = createServer((request, response) => {
    busyCount += 1;
    response.on("close", () => {
      busyCount -= 1;
    });
    // Whoever hangs up in the middle does so.
    response.on("error", () => {});
    answer(request, response).catch((cause: unknown) => {
      log.error("a question failed", { route: request.url, ...failureFacts(cause) });
      if (response.headersSent) response.destroy();
      else send(response, 500, { error: unexpected });
    });
  });
  // An import or a pairing takes as long as it takes.
  server.requestTimeout = 0;
  await listening(server, deps.socket);

  return {
    get busyCount() {
      return busyCount;
    },
    changed: (change) => changes.changed(change),
    [Symbol.asyncDispose]: async () => {
      talks.end();
      changes.end();
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeIdleConnections();
      await closed;
    },
  };
};

const listening = (server: Server, socket: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, () => {
      server.off("error", reject);
      resolve();
    });
  });

const send = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
};

const readJson = async (request: IncomingMessage): Promise<Result<unknown, Problem>> => {
  const parts: Buffer[] = [];
  let byteLength = 0;
  for await (const part of request) {
    const bytes = part as Buffer;
    byteLength += bytes.length;
    if (byteLength > bodyByteLengthMax) return err(tooLong);
    parts.push(bytes);
  }
  try {
    return ok(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts))));
  } catch {
    return err(badBody("", "must be JSON"));
  }
};

const versionProblem = (
  version: string,
  name: string,
  { headers }: IncomingMessage,
): Problem | undefined => {
  const theirs = headers["duro-version"];
  if (typeof theirs !== "string" || theirs === version || anyVersion.has(name)) return undefined;
  return isNewer(theirs, version) ? daemonOlder(version, theirs) : daemonNewer(version, theirs);
};

const isNewer = (left: string, right: string): boolean => {
  const [a, b] = [left, right].map((text) => text.split(".").map(Number));
  for (const [at, number] of (a ?? []).entries()) {
    const other = b?.[at] ?? 0;
    if (number !== other) return number > other;
  }
  return false;
};

const noSuchRoute: Problem = {
  code: "NoSuchRoute",
  exit: Exit.VersionMismatch,
  message: "The daemon does not know what it was asked.",
  next: "duro daemon restart",
};

const tooLong = usage(
  "TooLong",
  `A question to the daemon has at most ${bodyByteLengthMax} bytes, and this one has more.`,
  "give less at once",
);

const badBody = (where: string | undefined, why: string | undefined): Problem =>
  usage(
    "BadRequest",
    `The daemon cannot use what it was asked: ${where === "" || where === undefined ? "it" : where} ${why ?? "is not as it should be"}.`,
    "duro help, which says what each command takes",
  );

const unexpected: Problem = {
  code: "Unexpected",
  exit: Exit.Unexpected,
  message: "The daemon failed at this; what it was stands in its log, without any content.",
  next: "duro doctor",
};
