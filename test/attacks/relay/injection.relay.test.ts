/** Text that means something to SQL, HTTP, JSON or JavaScript, in every place where a client may put text. */
import { createPerson } from "@duro/crypto/testing/people";
import { assert } from "@duro/crypto/types";
import { encodeRecord } from "@duro/crypto/verify";
import { bytesToBase64url, routes, socketPath } from "@duro/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RawAnswer } from "../../../packages/server/src/http/testing/testHttp.ts";
import { endEverything } from "../../relay/tools/program.ts";
import { ask, refusalIn, type RequestParts } from "./rawHttp.ts";
import { deps, loginFrame, mark, openTarget, type Target } from "./target.ts";
import { expectSilentLog } from "./watch.ts";

let target: Target;
/** Everything that any table holds, counted. */
let rowsBefore: string;
beforeAll(async () => {
  target = await openTarget();
  rowsBefore = await rows();
});
afterAll(endEverything);

const rows = async (): Promise<string> => {
  const sql = target.relay.connectDatabase();
  const tables = await sql<{ readonly name: string }[]>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' order by table_name`;
  const counted = await Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await sql`select count(*)::int as count from ${sql(name)}`;
      return `${name} ${row?.["count"]}`;
    }),
  );
  await sql.end();
  expect(counted.length).toBeGreaterThan(8);
  return counted.join();
};

const send = (parts: Omit<RequestParts, "address">): Promise<RawAnswer> =>
  ask(target.relay.port, { ...parts, address: target.address() });

/** Answered by name: no 500, and nothing of what was sent comes back. */
const refusedAs = async (parts: Omit<RequestParts, "address">): Promise<string> => {
  const answer = await send(parts);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(`${answer.head}${JSON.stringify(answer.body)}`).not.toContain(mark);
  return `${refusalIn(answer)}`;
};

const texts: readonly (readonly [string, string])[] = [
  ["a second statement", `'; drop table users; --${mark}`],
  ["a condition that holds", `' or '1'='1' --${mark}`],
  ["a quote behind a backslash", `\\'; select pg_sleep(9); --${mark}`],
  ["a parameter and a program", `$1::text; copy (select '${mark}') to program 'true'`],
  ["a zero", `${mark}\u0000`],
  ["a look-up", `\${jndi:ldap://${mark}.example}`],
  ["a path upwards", `../../../${mark}`],
  ["a format", `%s%n%x${mark}`],
  ["a long word", `${"a".repeat(1_500)}${mark}`],
];

const json = ["Content-Type: application/json"];
const register = (body: string | Uint8Array) => ({
  method: "POST",
  path: routes.register.path,
  headers: json,
  body,
});

describe("text in a place of its own", () => {
  const vault = "ab".repeat(16);
  const blob = "cd".repeat(32);
  test.each(texts)("%s is refused in a path, a query and an index", async (_, text) => {
    const encoded = encodeURIComponent(text);
    const names = new Set(["InvalidField", "NotFound", "TokenInvalid"]);
    for (const path of [
      `/${encoded}`,
      `/v1/vaults/${encoded}/blobs/${blob}`,
      `/v1/vaults/${vault}/blobs/${encoded}`,
      `/v1/vaults/${vault}/blobs/${blob}/chunks/${encoded}`,
      `${routes.about.path}?${encoded}=1`,
      `${routes.account.path}?authorization=${encoded}`,
    ])
      expect(names).toContain(await refusedAs({ path }));
  });

  test.each(texts.filter(([, text]) => !text.includes("\u0000")))(
    "%s is refused in a header",
    async (_, text) => {
      for (const line of [`Duro ${text}`, `Bearer ${text}`, text, `Duro ${text}.${text}.1.`])
        expect(
          await refusedAs({ path: routes.account.path, headers: [`Authorization: ${line}`] }),
        ).toBe("AuthFailed");
      expect(
        await refusedAs({
          path: `/v1/vaults/${vault}/blobs/${blob}`,
          headers: [`Authorization: Bearer ${text}`],
        }),
      ).toBe("TokenInvalid");
      expect(
        await refusedAs({
          ...register("{}"),
          headers: [`Content-Type: application/json; charset=${text}`],
        }),
      ).toBe("UnsupportedMediaType");
    },
  );

  test.each(texts)("%s is refused in JSON", async (_, text) => {
    for (const body of [
      { records: [text] },
      { records: ["AA"], invite: text },
      { [text]: 1 },
      text,
    ])
      expect(["InvalidField", "LogRecordInvalid"]).toContain(
        await refusedAs(register(JSON.stringify(body))),
      );
  });

  test.each(texts.filter(([, text]) => text.length < 33))(
    "%s as the name of a program is taken, and shown nowhere",
    async (_, text) => {
      const client = await target.dial();
      const host = `127.0.0.1:${target.relay.port}`;
      const login = await loginFrame(client, target.attacker.person.device, host);
      client.send({ ...login, clientVersion: text });
      await client.next("Welcome");
      client.socket.destroy();
      expect(await target.relay.metricsText()).not.toContain(mark);
    },
  );
});

describe("a header", () => {
  test("that breaks its line is no line of an answer", async () => {
    for (const path of [
      `/%0d%0aSet-Cookie:%20${mark}=1`,
      `/v1/vaults/x%0d%0ax-${mark}:%201/blobs/y`,
      `${socketPath}?a=%0d%0ax-${mark}:%201`,
    ]) {
      const answer = await send({ path });
      expect(answer.head.toLowerCase()).not.toContain(mark);
    }
  });

  test.each([
    ["two lengths", ["Content-Length: 2", "Content-Length: 7"]],
    ["a length and chunks", ["Content-Length: 2", "Transfer-Encoding: chunked"]],
    ["a line that goes on", ["X-A: 1\r\n b: 2"]],
    ["a name with a space", ["X A: 1"]],
    ["a bare line feed", ["X-A: 1\nX-B: 2"]],
    ["a zero", ["X-A: \u0000"]],
  ])("%s is refused, so that no proxy reads it otherwise", async (_, headers) => {
    const answer = await send({
      method: "POST",
      path: routes.register.path,
      headers: [...json, ...headers],
    });
    expect([400, 401, 411, 413, 415]).toContain(answer.status);
  });

  test("more than the relay reads is HeadersTooLarge", async () => {
    const headers = [`X-A: ${"a".repeat(10_000)}`];
    expect(await refusedAs({ path: "/healthz", headers })).toBe("HeadersTooLarge");
  });

  test.each(["x-http-method-override: DELETE", "x-original-url: /v1/account", "x-rewrite-url: /"])(
    "%s changes nothing",
    async (line) => {
      const answer = await send({ path: "/healthz", headers: [line] });
      expect([answer.status, answer.body]).toEqual([200, { state: "ok" }]);
    },
  );
});

describe("JSON", () => {
  const [genesis] = createPerson(deps).records;
  assert(genesis !== undefined, "a person has a genesis");
  const record = bytesToBase64url(encodeRecord(genesis));
  const bodies: readonly (readonly [string, string | Uint8Array])[] = [
    ["__proto__", `{"records":["${record}"],"__proto__":{"isAdmin":true}}`],
    ["__proto__ spelled otherwise", `{"records":["${record}"],"\\u005f_proto__":{}}`],
    ["constructor", `{"records":["${record}"],"constructor":{"prototype":{}}}`],
    ["a name twice", `{"records":["${record}"],"records":["AA"]}`],
    ["a name twice, spelled otherwise", `{"records":["${record}"],"record\\u0073":["AA"]}`],
    ["an unknown name", `{"records":["${record}"],"role":"owner"}`],
    ["a text for a list", `{"records":"${record}"}`],
    ["an object for a list", `{"records":{"0":"${record}","length":1}}`],
    ["a number for a text", `{"records":[1]}`],
    ["true for a text", `{"records":[true]}`],
    ["nothing for a list", `{"records":null}`],
    ["a list for an invite", `{"records":["${record}"],"invite":["${"0".repeat(32)}"]}`],
    ["a list of a list", `{"records":[["${record}"]]}`],
    ["an empty list", `{"records":[]}`],
    ["a list at the top", `["${record}"]`],
    ["nothing at the top", "null"],
    ["a comment", `{"records":["${record}"]/**/}`],
    ["text behind it", `{"records":["${record}"]}{}`],
    ["a mark of byte order", `\ufeff{"records":["${record}"]}`],
    ["bytes that are no UTF-8", Buffer.from(`{"records":["${record}\xff"]}`, "latin1")],
    ["nesting without end", `{"records":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
  ];
  test.each(bodies)("with %s is InvalidField", async (_, body) => {
    expect(await refusedAs(register(body))).toBe("InvalidField");
  });

  test("longer than any is FrameTooLarge, and of another type UnsupportedMediaType", async () => {
    expect(await refusedAs(register(`"${"a".repeat(1_000_000)}"`))).toBe("FrameTooLarge");
    for (const type of ["text/plain", "application/json; charset=utf-8", "application/xml"])
      expect(await refusedAs({ ...register("{}"), headers: [`Content-Type: ${type}`] })).toBe(
        "UnsupportedMediaType",
      );
  });
});

test("no table changed, nothing failed, and nothing of it is in the log or the metrics", async () => {
  expect(await rows()).toBe(rowsBefore);
  expect(await target.relay.metricsText()).not.toContain(mark);
  expectSilentLog(target);
});
