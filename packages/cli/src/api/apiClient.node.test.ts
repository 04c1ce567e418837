import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSocketServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Problem } from "../problem.ts";
import { err, ok, type Result } from "../result.ts";
import { createApi, type DaemonStarter } from "./apiClient.ts";

/** Routes of these tests only. */
interface TestApi {
  call(name: string, body: object): Promise<Result<unknown, Problem>>;
  talk(
    name: string,
    body: object,
    hear: (line: unknown) => Promise<unknown>,
  ): Promise<Result<unknown, Problem>>;
}

type Handle = (request: IncomingMessage, response: ServerResponse, body: unknown) => unknown;

let folder: string;
let socket: string;
let stops: (() => void)[];
let unsafe: Problem | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "duro-api-"));
  socket = join(folder, "sock");
  stops = [];
  unsafe = undefined;
});

afterEach(() => {
  for (const stop of stops) stop();
  rmSync(folder, { recursive: true, force: true });
});

const serve = async (handle: Handle): Promise<Server> => {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => handle(request, response, JSON.parse(body)));
  });
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
};

/** Bytes as they are, to whoever connects. */
const serveBytes = async (say: (connection: Socket) => void): Promise<void> => {
  const server = createSocketServer((connection) => {
    connection.on("error", () => {});
    connection.once("data", () => say(connection));
    stops.push(() => connection.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  stops.push(() => server.close());
};

const apiWith = (starter?: DaemonStarter): TestApi => {
  const start = starter && (() => Promise.resolve(starter));
  return createApi({ socket, version: "1.2.3", starter: start, socketProblem: () => unsafe });
};

const problemOf = (answer: Result<unknown, Problem>) =>
  answer.ok ? "no problem" : { code: answer.error.code, exit: answer.error.exit };

const head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\nconnection: close\r\n\r\n";

test("nothing is said at a socket that others may have made", async () => {
  let askedCount = 0;
  await serve((_request, response) => {
    askedCount += 1;
    response.end("{}\n");
  });
  unsafe = { code: "SocketFolderUnsafe", exit: 6, message: "others could stand in", next: "look" };
  expect(await apiWith().call("remember", { text: "private" })).toEqual(err(unsafe));
  expect(await apiWith().talk("init", {}, () => Promise.resolve(undefined))).toEqual(err(unsafe));
  expect(askedCount).toBe(0);
});

test("a call brings its name, its body and this version, and gives back the answer", async () => {
  await serve(({ method, url, headers }, response, body) => {
    const version = headers["duro-version"];
    const { connection } = headers;
    response.end(`${JSON.stringify({ method, url, version, connection, body })}\n`);
  });
  const body = { text: "grüße\n" };
  const answer = await apiWith().call("remember", body);
  expect(answer).toEqual(
    ok({ method: "POST", url: "/v1/remember", version: "1.2.3", connection: "close", body }),
  );
});

test("an answer that comes byte by byte is whole", async () => {
  await serve((_request, response) => {
    const bytes = Buffer.from('{"text":"日本"}\n');
    let at = 0;
    const timer = setInterval(() => {
      if (at < bytes.length) response.write(bytes.subarray(at, (at += 1)));
      else {
        clearInterval(timer);
        response.end();
      }
    }, 1);
  });
  expect(await apiWith().call("show", {})).toEqual(ok({ text: "日本" }));
});

test("a problem of the daemon arrives with its code, its words and its exit", async () => {
  const error = { code: "NoSuchEntry", message: "There is none.", next: "duro list", exit: 2 };
  await serve((_request, response) =>
    response.writeHead(400).end(`${JSON.stringify({ error })}\n`),
  );
  expect(await apiWith().call("show", {})).toEqual(err(error));
});

test("an exit that does not exist, and that of success, become unexpected", async () => {
  for (const exit of [0, 99, "2", undefined]) {
    const server = await serve((_request, response) =>
      response.end(`${JSON.stringify({ error: { code: "X", message: "m", exit } })}\n`),
    );
    expect(problemOf(await apiWith().call("show", {}))).toEqual({ code: "X", exit: 1 });
    await new Promise((resolve) => {
      server.close(resolve);
    });
  }
});

describe("a daemon that cannot be asked ends the command with 6", () => {
  test("nobody listens, and this command starts none", async () => {
    expect(problemOf(await apiWith().call("stop", {}))).toEqual({
      code: "DaemonNotRunning",
      exit: 6,
    });
  });

  test("it dies before it answers", async () => {
    await serveBytes((connection) => connection.destroy());
    expect(problemOf(await apiWith().call("show", {}))).toEqual({ code: "DaemonGone", exit: 6 });
  });

  test("it dies in the middle of an answer", async () => {
    for (const part of ["HTTP/1.1 20", head, `${head}{"id":`, `${head}{"id":1}`]) {
      await serveBytes((connection) => connection.write(part, () => connection.destroy()));
      expect(problemOf(await apiWith().call("show", {}))).toEqual({ code: "DaemonGone", exit: 6 });
      for (const stop of stops.splice(0)) stop();
    }
  });

  test("something else listens there", async () => {
    await serveBytes((connection) => connection.end("220 mail.example ESMTP\r\n"));
    expect(await apiWith().call("show", {})).toMatchObject({ ok: false, error: { exit: 6 } });
    for (const stop of stops.splice(0)) stop();
    await serveBytes((connection) => connection.write("220 mail.example ESMTP\r\n\r\n"));
    const answer = await apiWith().call("show", {});
    expect(problemOf(answer)).toEqual({ code: "AnswerStrange", exit: 6 });
  });

  test("the answer is no JSON, or no object", async () => {
    for (const text of ["<html>\n", "[]\n", "null\n", "\n"]) {
      const server = await serve((_request, response) => response.end(text));
      expect(problemOf(await apiWith().call("show", {}))).toEqual({
        code: "AnswerStrange",
        exit: 6,
      });
      await new Promise((resolve) => {
        server.close(resolve);
      });
    }
  });

  test("the answer has no end", async () => {
    const chunk = Buffer.alloc(8_388_608, " ");
    await serve((_request, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write(chunk, more);
      };
      more();
    });
    expect(problemOf(await apiWith().call("show", {}))).toEqual({ code: "AnswerTooLong", exit: 6 });
  });
});

test("where nobody listens, a daemon is started and asked once", async () => {
  let startCount = 0;
  const starter: DaemonStarter = {
    start: async () => {
      startCount += 1;
      await serve((_request, response) => response.end('{"id":"a"}\n'));
      return ok(undefined);
    },
    stop: () => Promise.resolve(ok(undefined)),
  };
  expect(await apiWith(starter).call("remember", {})).toEqual(ok({ id: "a" }));
  expect(startCount).toBe(1);
});

describe("a daemon of another version", () => {
  const refuse =
    (code: string): Handle =>
    (_request, response) =>
      response
        .writeHead(426)
        .end(`${JSON.stringify({ error: { code, message: "m", next: "n", exit: 13 } })}\n`);

  const counting = (start: () => Promise<void>) => {
    const counts = { start: 0, stop: 0 };
    const starter: DaemonStarter = {
      start: async () => {
        counts.start += 1;
        await start();
        return ok(undefined);
      },
      stop: async () => {
        counts.stop += 1;
        for (const stop of stops.splice(0)) stop();
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
        return ok(undefined);
      },
    };
    return { counts, starter };
  };

  test("that is older is replaced, and the question asked again", async () => {
    await serve(refuse("DaemonOlder"));
    const { counts, starter } = counting(async () => {
      await serve((_request, response) => response.end('{"id":"a"}\n'));
    });
    expect(await apiWith(starter).call("remember", {})).toEqual(ok({ id: "a" }));
    expect(counts).toEqual({ start: 1, stop: 1 });
  });

  test("that comes back older is left alone after one attempt", async () => {
    await serve(refuse("DaemonOlder"));
    const { counts, starter } = counting(async () => {
      await serve(refuse("DaemonOlder"));
    });
    const api = apiWith(starter);
    expect(problemOf(await api.call("remember", {}))).toEqual({ code: "DaemonOlder", exit: 13 });
    expect(problemOf(await api.call("remember", {}))).toEqual({ code: "DaemonOlder", exit: 13 });
    expect(counts).toEqual({ start: 1, stop: 1 });
  });

  test("that is newer ends the command with 13 and is not touched", async () => {
    await serve(refuse("DaemonNewer"));
    const { counts, starter } = counting(() => Promise.resolve());
    const answer = await apiWith(starter).talk("join", {}, () => Promise.resolve(undefined));
    expect(problemOf(answer)).toEqual({ code: "DaemonNewer", exit: 13 });
    expect(counts).toEqual({ start: 0, stop: 0 });
  });
});

describe("a talk", () => {
  test("is heard line by line, in order, and replies go to where they were asked for", async () => {
    const transcript: unknown[] = [];
    let end: ((reply: unknown) => void) | undefined;
    await serve((request, response, body) => {
      if (request.url === "/v1/reply") {
        transcript.push(body);
        response.end("{}");
        end?.((body as { reply: unknown }).reply);
        return;
      }
      end = (reply) => response.end(`${JSON.stringify({ answer: { device: reply } })}\n`);
      response.write('{"talk":"t1"}\n{"line":{"code":"7-a"}}\n{"ask":1,"li');
      setTimeout(() => response.write('ne":{"card":"日本"}}\n'), 20);
    });
    const answer = await apiWith().talk("approve", { code: "x" }, async (line) => {
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      transcript.push(line);
      return "card" in (line as object) ? "123456" : undefined;
    });
    expect(answer).toEqual(ok({ device: "123456" }));
    expect(transcript).toEqual([
      { code: "7-a" },
      { card: "日本" },
      { talk: "t1", ask: 1, reply: "123456" },
    ]);
  });

  test("gives its answer only after every line was heard", async () => {
    const lines = Array.from({ length: 50 }, (_, n) => `${JSON.stringify({ line: { n } })}\n`);
    await serveBytes((connection) =>
      connection.end(`${head}{"talk":"t"}\n${lines.join("")}{"answer":{}}\n`),
    );
    const heard: unknown[] = [];
    await apiWith().talk("sync", {}, async (line) => {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      heard.push((line as { n: number }).n);
      return undefined;
    });
    expect(heard).toEqual(lines.map((_, n) => n));
  });

  test("that ends with an error while somebody still thinks does not wait for them", async () => {
    await serveBytes((connection) => {
      connection.write(`${head}{"talk":"t"}\n{"ask":1,"line":{}}\n`);
      setTimeout(
        () => connection.end('{"error":{"code":"CodeExpired","message":"m","exit":7}}\n'),
        20,
      );
    });
    const answer = await apiWith().talk("approve", {}, () => new Promise(() => {}));
    expect(problemOf(answer)).toEqual({ code: "CodeExpired", exit: 7 });
  });

  test("whose question nobody answers is hung up on", async () => {
    let isGone = false;
    await serveBytes((connection) => {
      connection.on("close", () => (isGone = true));
      connection.write(`${head}{"talk":"t"}\n{"ask":1,"line":{}}\n`);
    });
    const answer = await apiWith().talk("approve", {}, () => Promise.resolve(undefined));
    expect(problemOf(answer)).toEqual({ code: "NotAnswered", exit: 2 });
    await expect.poll(() => isGone).toBe(true);
  });

  test("that breaks off has not been answered", async () => {
    for (const end of ["", '{"line":{}}\n', '{"answer":{"id":1}}']) {
      await serveBytes((connection) => connection.end(`${head}{"talk":"t"}\n${end}`));
      const answer = await apiWith().talk("sync", {}, () => Promise.resolve(undefined));
      expect(problemOf(answer)).toEqual({ code: "DaemonGone", exit: 6 });
      for (const stop of stops.splice(0)) stop();
    }
  });

  test("with a line that is no JSON is no talk of ours", async () => {
    await serveBytes((connection) => connection.write(`${head}hello\n`));
    const answer = await apiWith().talk("sync", {}, () => Promise.resolve(undefined));
    expect(problemOf(answer)).toEqual({ code: "AnswerStrange", exit: 6 });
  });

  test("fails with the fault of whoever hears it", async () => {
    await serveBytes((connection) => connection.write(`${head}{"talk":"t"}\n{"line":{}}\n`));
    const answer = apiWith().talk("sync", {}, () => Promise.reject(new Error("a bug")));
    await expect(answer).rejects.toThrow("a bug");
  });
});
