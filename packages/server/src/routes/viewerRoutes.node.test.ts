import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestHttp, rawRequest } from "../http/testing/testHttp.ts";
import { registerNoViewer, registerViewer } from "./viewerRoutes.ts";

const parent = mkdtempSync(join(tmpdir(), "duro-viewer-"));
const folder = join(parent, "viewer");
const app = createTestHttp();

beforeAll(async () => {
  mkdirSync(join(folder, "assets"), { recursive: true });
  mkdirSync(join(folder, ".git"));
  const files = {
    "index.html": "<!doctype html>",
    "assets/app-3f9a0c12.js": "hashed",
    "assets/plain.js": "plain",
    ".env": "CANARY",
    ".git/config": "CANARY",
    "../secret.txt": "CANARY",
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  symlinkSync(join(parent, "secret.txt"), join(parent, "link.txt"));
  await app.http.register(registerViewer, { folder, hosts: app.names.hosts });
  app.http.get("/v1/plain", async () => ({ here: true }));
  await app.http.listen({ port: 0, host: "127.0.0.1" });
});
afterAll(async () => {
  await app.http.close();
  rmSync(parent, { recursive: true });
});

test("the page is there, with all that a browser must keep it from doing", async () => {
  const answer = await app.http.inject("/");
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toBe("<!doctype html>");
  expect(answer.headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
  });
  const policy = answer.headers["content-security-policy"];
  for (const part of [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "connect-src 'self' wss://relay.test ws://relay.test",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ])
    expect(policy).toContain(part);
  expect(policy).not.toContain("unsafe-inline");
  expect(policy).not.toContain("view.test");
});

test("answers of the API keep the policy of answers", async () => {
  const { headers } = await app.http.inject("/v1/plain");
  expect(headers["content-security-policy"]).toBe("default-src 'none';frame-ancestors 'none'");
});

test("files named by their content are kept, others asked for again", async () => {
  const hashed = await app.http.inject("/assets/app-3f9a0c12.js");
  expect(hashed.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  const plain = await app.http.inject("/assets/plain.js");
  expect(plain.headers["cache-control"]).toBe("no-cache");
});

describe("what is not a file of the viewer is NotFound", () => {
  test.each([
    ["/assets"],
    ["/assets/"],
    ["/nothing.js"],
    ["/.env"],
    ["/.git/config"],
    ["/%2egit/config"],
    ["/../secret.txt"],
    ["/..%2fsecret.txt"],
    ["/%2e%2e/secret.txt"],
    ["/assets/..%2f..%2fsecret.txt"],
    ["/assets/%2e%2e/%2e%2e/secret.txt"],
    ["/assets\\..\\..\\secret.txt"],
    ["//secret.txt"],
    ["/assets/plain.js%00.html"],
  ])("%s", async (path) => {
    const answer = await rawRequest(app.port(), (socket) =>
      socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`),
    );
    expect([400, 404]).toContain(answer.status);
    expect(JSON.stringify(answer.body)).toMatch(/NotFound|InvalidField/u);
    expect(JSON.stringify(answer)).not.toContain("CANARY");
  });
});

test("without a viewer the root says what this is, and nothing about it", async () => {
  const { http } = createTestHttp();
  await http.register(registerNoViewer);
  const answer = await http.inject("/");
  expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
  expect(answer.body).toContain("This is a Duro relay");
  expect(answer.body).not.toMatch(/\d/u);
  await http.close();
});
