import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { err, ok } from "@duro/crypto/types";
import { systemClock } from "@duro/client";
import { Type } from "typebox";
import { describe, expect, onTestFinished, test } from "vitest";
import { Exit } from "../exits.ts";
import type { Daemon } from "./daemon.ts";
import type { Route } from "./routes.ts";
import { type DaemonServer, listen } from "./server.ts";
import { temporaryFolder } from "./testing/localHome.ts";

const daemon = {} as Daemon;
let onLeft: (said: unknown) => void = () => {};

const routes: readonly Route[] = [
  {
    kind: "call",
    name: "echo",
    schema: Type.Object({ text: Type.String({ maxLength: 10 }) }),
    run: async (_: unknown, body: unknown) => ok(body),
  },
  {
    kind: "call",
    name: "refuse",
    schema: Type.Object({}),
    run: async () => err({ code: "NotNow", exit: Exit.Busy, message: "Not now.", next: "later" }),
  },
  {
    kind: "call",
    name: "ping",
    schema: Type.Object({}),
    run: async () => ok({ version: "1.2.0" }),
  },
  {
    kind: "call",
    name: "fail",
    schema: Type.Object({}),
    run: async () => {
      throw new TypeError("the secret is hunter2");
    },
  },
  {
    kind: "talk",
    name: "guess",
    schema: Type.Object({}),
    run: async (_: unknown, __: unknown, line: { ask: (said: unknown) => Promise<unknown> }) => {
      const first = await line.ask({ try: 1 });
      if (first === undefined) onLeft("left alone");
      return ok({ heard: [first, await line.ask({ try: 2 })] });
    },
  },
] as unknown as readonly Route[];

interface Open {
  readonly socket: string;
  readonly server: DaemonServer;
  readonly logged: readonly string[];
}

const open = async (): Promise<Open> => {
  const socket = join(await temporaryFolder(), "daemon.sock");
  const logged: string[] = [];
  const tell = (event: string, facts?: object): void =>
    void logged.push(`${event} ${JSON.stringify(facts)}`);
  const server = await listen({
    socket,
    version: "1.2.0",
    routes,
    log: { info: tell, warn: tell, error: tell },
    daemon: () => daemon,
    after: (ms, run) => systemClock.after(ms, run),
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { socket, server, logged };
};

interface Asked {
  readonly status: number | undefined;
  readonly body: string;
}

const ask = (
  socket: string,
  path: string,
  body: string,
  { headers = {}, onData = () => {} }: { headers?: object; onData?: (text: string) => void } = {},
): Promise<Asked> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath: socket, path, method: "POST", headers: { ...headers } },
      (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => {
          text += chunk.toString();
          onData(chunk.toString());
        });
        answer.on("end", () => resolve({ status: answer.statusCode, body: text }));
        answer.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });

const errorIn = ({ body }: Asked): unknown => (JSON.parse(body) as { error: unknown }).error;

describe("a question", () => {
  test("is answered with what its route gives, and nothing around it", async () => {
    const { socket } = await open();
    const answer = await ask(socket, "/v1/echo", '{"text":"hello"}');
    expect(answer).toEqual({ status: 200, body: '{"text":"hello"}\n' });
  });

  test.each([
    ["that is no JSON", "{", "must be JSON"],
    ["that is not UTF-8", Buffer.from([0x22, 0xff, 0x22]).toString("latin1"), "must be"],
    ["of another shape", '{"text":1}', "/text"],
    ["longer than its schema allows", '{"text":"hello hello"}', "/text"],
  ])("%s gets a sentence", async (_, body, said) => {
    const { socket } = await open();
    const answer = await ask(socket, "/v1/echo", body);
    expect(answer.status).toBe(400);
    expect(errorIn(answer)).toMatchObject({ code: "BadRequest", exit: Exit.Usage });
    expect(answer.body).toContain(said);
  });

  test("that is refused carries its problem", async () => {
    const { socket } = await open();
    expect(errorIn(await ask(socket, "/v1/refuse", "{}"))).toEqual({
      code: "NotNow",
      exit: Exit.Busy,
      message: "Not now.",
      next: "later",
    });
  });

  test("that fails says so, and the log has where and no word of what", async () => {
    const { socket, logged } = await open();
    const answer = await ask(socket, "/v1/fail", "{}");
    expect(errorIn(answer)).toMatchObject({ code: "Unexpected", exit: Exit.Unexpected });
    expect(logged.join()).toContain("TypeError");
    expect(logged.join() + answer.body).not.toContain("hunter2");
  });

  test.each(["/", "/v1/", "/v1/nothing", "/v1/../echo", "/v2/echo"])(
    "at %s has no route",
    async (path) => {
      const { socket } = await open();
      expect(errorIn(await ask(socket, path, "{}"))).toMatchObject({ code: "NoSuchRoute" });
    },
  );

  test("without an end is given up when it is too long", async () => {
    const { socket } = await open();
    const line = connect(socket);
    line.on("error", () => {});
    line.write("POST /v1/echo HTTP/1.1\r\nhost: a\r\ncontent-length: 999999999\r\n\r\n");
    const heard = once(line, "data");
    const part = Buffer.alloc(1_048_576, " ");
    for (let sent = 0; sent < 20; sent += 1) line.write(part);
    expect(String(await heard)).toContain("TooLong");
    line.destroy();
  });
});

describe("a question of another version", () => {
  test.each([
    ["1.3.0", "DaemonOlder"],
    ["1.10.0", "DaemonOlder"],
    ["1.1.9", "DaemonNewer"],
  ])("%s is answered %s", async (version, code) => {
    const { socket } = await open();
    const headers = { "duro-version": version };
    const answer = await ask(socket, "/v1/echo", '{"text":"a"}', { headers });
    expect(answer.status).toBe(426);
    expect(errorIn(answer)).toMatchObject({ code, exit: Exit.VersionMismatch });
  });

  test("may ask whether the daemon lives", async () => {
    const { socket } = await open();
    const headers = { "duro-version": "9.0.0" };
    expect((await ask(socket, "/v1/ping", "{}", { headers })).status).toBe(200);
  });
});

describe("a talk", () => {
  const talkTo = async (socket: string, replies: readonly string[]): Promise<string> => {
    const waiting = [...replies];
    let talk = "";
    const { body } = await ask(socket, "/v1/guess", "{}", {
      onData: (text) => {
        for (const line of text.trim().split("\n")) {
          const said = JSON.parse(line) as { talk?: string; ask?: number };
          talk = said.talk ?? talk;
          const reply = said.ask === undefined ? undefined : waiting.shift();
          if (reply !== undefined)
            void ask(socket, "/v1/reply", JSON.stringify({ talk, ask: said.ask, reply }));
        }
      },
    });
    return body.trim().split("\n").at(-1) ?? "";
  };

  test("goes on with what is said to it", async () => {
    const { socket } = await open();
    expect(await talkTo(socket, ["7", "8"])).toBe('{"answer":{"heard":["7","8"]}}');
  });

  test("hears nothing that is said to another one", async () => {
    const { socket } = await open();
    const reply = JSON.stringify({ talk: "somebody else's", ask: 1, reply: "7" });
    expect((await ask(socket, "/v1/reply", reply)).body).toContain('"isHeard":false');
  });

  test("ends when whoever asked is gone", async () => {
    const { socket } = await open();
    const outgoing = request({ socketPath: socket, path: "/v1/guess", method: "POST" });
    outgoing.on("error", () => {});
    outgoing.on("response", (answer) => {
      answer.on("error", () => {});
      answer.once("data", () => outgoing.destroy());
    });
    const left = new Promise((resolve) => {
      onLeft = resolve;
    });
    outgoing.end("{}");
    await expect(left).resolves.toBe("left alone");
  });
});

test("whoever follows the changes is told of them, gathered", async () => {
  const { socket, server } = await open();
  const heard = new Promise<string>((resolve) => {
    request({ socketPath: socket, path: "/v1/changes" }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes("status")) resolve(text);
      });
    }).end();
  });
  await expect.poll(() => server.busyCount).toBe(1);
  server.changed({ ids: ["f_1"] });
  server.changed({ ids: ["f_2"] });
  server.changed("status");
  expect(await heard).toContain('event: entries\ndata: {"ids":["f_1","f_2"]}\n\nevent: status');
});
