import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { err, ok } from "../result.ts";
import { exchange } from "./exchange.ts";
import { whileItLives } from "./whileItLives.ts";

let folder: string;
let server: Server;
let pingCount: number;
let answersPings: boolean;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "duro-lives-"));
  pingCount = 0;
  answersPings = true;
  server = createServer((request, response) => {
    request.resume();
    if (request.url !== "/v1/ping") {
      // An answer that takes a while.
      setTimeout(() => response.end("{}\n"), 500);
      return;
    }
    pingCount += 1;
    if (answersPings) response.end("{}\n");
  });
  await new Promise<void>((resolve) => {
    server.listen(join(folder, "sock"), resolve);
  });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (pingMsMax: number) => {
  const request = { socket: join(folder, "sock"), name: "import", body: {}, version: "1.0.0" };
  return whileItLives(exchange(request), request, { quietMs: 30, pingMsMax });
};

test("a daemon that answers pings has all the time it needs", async () => {
  const answer = await ask(20_000);
  expect(answer).toMatchObject(ok({ status: 200 }));
  expect(pingCount).toBeGreaterThan(0);
});

test("one that hangs is waited for no longer than a ping may take", async () => {
  answersPings = false;
  expect(await ask(100)).toEqual(err({ type: "NoAnswer" }));
});

test("nobody asks any more once the answer is here", async () => {
  await ask(20_000);
  const countThen = pingCount;
  await new Promise((resolve) => {
    setTimeout(resolve, 150);
  });
  // One may have been on its way; with nobody to stop them there were five by now.
  expect(pingCount).toBeLessThanOrEqual(countThen + 1);
});
