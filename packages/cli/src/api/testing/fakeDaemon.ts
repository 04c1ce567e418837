/**
 * Stands in for the daemon where only its door counts. In $DURO_HOME: takes the socket, writes a line to
 * `starts` each time it is started, answers `ping` and `echo`, ends at `stop`. What else it does stands
 * in the variable FAKE_DAEMON.
 */
import { appendFileSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

const home = process.env["DURO_HOME"] ?? "";
const manner = process.env["FAKE_DAEMON"] ?? "";
const socket = join(home, "run", "daemon.sock");
const starts = join(home, "starts");

appendFileSync(starts, `${process.pid} ${process.argv.slice(2).join(" ")}\n`);

/** Whoever a test left behind ends by itself. */
setTimeout(() => process.exit(), 60_000).unref();

const fail = (code: string, message: string, exit: number): void => {
  process.stdout.write(`${JSON.stringify({ error: { code, message, exit } })}\n`);
  process.exit(exit);
};

if (manner === "dies") fail("StoreBroken", "The store is damaged.", 14);
if (manner === "crashes") throw new Error("boom");
// The one before is still on its way out.
if (manner === "busyOnce" && !existsSync(join(home, "wasBusy"))) {
  writeFileSync(join(home, "wasBusy"), "");
  fail("DaemonRuns", "A daemon runs already.", 11);
}

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString()));
  request.on("end", () => {
    const version = request.headers["duro-version"];
    const answer = { name: request.url, body: JSON.parse(body) as unknown, version };
    const { pid, env } = process;
    response.end(`${JSON.stringify({ ...answer, pid, json: env["DURO_JSON"] ?? null })}\n`);
    if (request.url === "/v1/stop") server.close(() => process.exit());
  });
});
// A slow start, so that whoever starts twice is seen.
setTimeout(() => {
  rmSync(socket, { force: true });
  server.listen(socket);
}, 150);
