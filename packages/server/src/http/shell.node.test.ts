/** What the shell refuses before any route is reached, or in place of what a route threw. */
import { refusalBody, refusals, type RefusalName } from "@duro/protocol";
import { Type } from "typebox";
import { Check } from "typebox/value";
import { afterEach, describe, expect, test } from "vitest";
import { createTestHttp, type TestHttp } from "./testing/testHttp.ts";

const open: TestHttp[] = [];
const create: typeof createTestHttp = (changed) => {
  const created = createTestHttp(changed);
  open.push(created);
  return created;
};
afterEach(async () => {
  for (const { http } of open.splice(0)) await http.close();
});

/** Registered under a route of the protocol that takes JSON. */
const echoPath = "/v1/accounts";
const createEcho = () => {
  const app = create();
  app.http.post(echoPath, {
    schema: {
      body: Type.Object(
        { count: Type.Integer(), note: Type.Optional(Type.String({ maxLength: 5 })) },
        { additionalProperties: false },
      ),
    },
    handler: async ({ body }) => ({ body }),
  });
  return app;
};

const post = ({ http }: TestHttp, payload: string | Buffer, headers: Record<string, string> = {}) =>
  http.inject({
    method: "POST",
    url: echoPath,
    headers: { "content-type": "application/json", ...headers },
    payload,
  });

interface Answer {
  readonly statusCode: number;
  json(): unknown;
}

const seen = (answer: Answer) => ({ status: answer.statusCode, body: answer.json() });

const saying = (name: RefusalName, facts: Readonly<Record<string, string>> = {}) => ({
  status: refusals[name].httpStatus,
  body: { refusal: name, facts },
});

test("a body that fits its schema reaches the route as it was sent", async () => {
  const answer = await post(createEcho(), '{"count":7}');
  expect(answer.json()).toEqual({ body: { count: 7 } });
});

describe("[HTTP2] a field that is wrong is refused and not mended", () => {
  test.each([
    ["text for a number", '{"count":"7"}', "body/count", "type"],
    ["a number that is no number", '{"count":1e999}', "body/count", "type"],
    ["a fraction for a whole number", '{"count":1.5}', "body/count", "type"],
    ["a field too many", '{"count":7,"extra":1}', "body", "additionalProperties"],
    ["a field that is missing", "{}", "body/count", "required"],
    ["a text that is too long", '{"count":7,"note":"sixsix"}', "body/note", "maxLength"],
    ["an array for an object", "[7]", "body", "type"],
    ["ten thousand arrays in each other", `${"[".repeat(1e4)}${"]".repeat(1e4)}`, "body", "type"],
    ["broken JSON", '{"count":7', "body", "json"],
    ["JSON behind a byte order mark", '\uFEFF{"count":7}', "body", "json"],
    ["no body", "", "body", "type"],
    ["a prototype", '{"count":7,"__proto__":{"note":"x"}}', "body", "forbidden name"],
    ["a prototype in disguise", '{"count":7,"__pr\\u006fto__":1}', "body", "forbidden name"],
    ["a constructor", '{"count":7,"constructor":{"prototype":1}}', "body", "forbidden name"],
    ["a field twice", '{"count":7,"count":8}', "body", "duplicate name"],
    ["a field twice, spelled in two ways", '{"count":7,"co\\u0075nt":8}', "body", "duplicate name"],
  ])("%s", async (_, payload, path, rule) => {
    expect(seen(await post(createEcho(), payload))).toEqual(saying("InvalidField", { path, rule }));
  });

  test("bytes that are not UTF-8", async () => {
    const payload = Buffer.from('{"count":7,"note":"\xff"}', "latin1");
    const facts = { path: "body", rule: "utf-8" };
    expect(seen(await post(createEcho(), payload))).toEqual(saying("InvalidField", facts));
  });

  test("a query where the route has none", async () => {
    const { http } = create();
    const schema = { querystring: { type: "object", additionalProperties: false } };
    http.get("/plain", { schema, handler: async () => "here" });
    const answer = await http.inject("/plain?x=1");
    const facts = { path: "querystring", rule: "additionalProperties" };
    expect(seen(answer)).toEqual(saying("InvalidField", facts));
  });
});

describe("a body of another type than its route takes is not read", () => {
  test.each([
    ["text/plain"],
    ["application/json;charset=utf-8"],
    ["application/json\t"],
    ["application/json\t;x"],
    ["Application/JSON"],
    ["application/json, text/plain"],
    ["application/jsonp"],
    ["application/octet-stream"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=x"],
  ])("%j", async (contentType) => {
    const answer = await post(createEcho(), '{"count":7}', { "content-type": contentType });
    expect(seen(answer)).toEqual(saying("UnsupportedMediaType", { expected: "application/json" }));
  });

  test("a route without a body takes none", async () => {
    const { http } = create();
    http.get("/plain", async () => "here");
    const answer = await http.inject({
      method: "GET",
      url: "/plain",
      headers: { "content-type": "application/json" },
      payload: "{}",
    });
    expect(seen(answer)).toEqual(saying("UnsupportedMediaType"));
  });
});

test("a body above its limit is FrameTooLarge", async () => {
  const { http } = create();
  http.post(echoPath, { bodyLimit: 10, handler: async () => "here" });
  const answer = await http.inject({
    method: "POST",
    url: echoPath,
    headers: { "content-type": "application/json" },
    payload: "12345678901",
  });
  expect(seen(answer)).toEqual(saying("FrameTooLarge"));
});

describe("what does not exist is NotFound, whatever is sent along", () => {
  test.each([
    ["an unknown path", "GET", "/v1/nothing", ""],
    ["an unknown method of a known path", "PUT", echoPath, ""],
    ["a method that no route has", "TRACE", "/", ""],
    ["an id that is longer than any", "GET", `/things/${"a".repeat(65)}`, ""],
    ["a body of an unknown type", "POST", "/v1/nothing", "x"],
  ] as const)("%s", async (_, method, url, payload) => {
    const app = createEcho();
    app.http.get("/things/:id", async () => "here");
    expect(seen(await app.http.inject({ method, url, payload }))).toEqual(saying("NotFound"));
  });
});

test("a path that cannot be decoded is refused", async () => {
  const answer = await create().http.inject("/%zz");
  expect(seen(answer)).toEqual(saying("InvalidField", { path: "url", rule: "encoding" }));
});

describe("what a route throws says nothing of what happened", () => {
  const secret = "CANARY-7f3a";
  const databaseError = (code: string): Error =>
    Object.assign(new Error(`duplicate key (${secret})`), { name: "PostgresError", code });

  test.each([
    ["a bug", new TypeError(secret), "Internal"],
    ["something that is no error", secret, "Internal"],
    ["a statement that fails", databaseError("23505"), "Internal"],
    ["a database that stops", databaseError("57P01"), "NotReady"],
    [
      "a database that is gone",
      Object.assign(new Error(secret), { code: "ECONNREFUSED" }),
      "NotReady",
    ],
    [
      "an error that says it is not found",
      Object.assign(new Error(secret), { statusCode: 404 }),
      "NotFound",
    ],
  ] as const)("%s", async (_, thrown, name) => {
    const app = create();
    app.http.get("/things/:id", async () => {
      throw thrown;
    });
    const answer = await app.http.inject(`/things/${secret}`);
    expect(seen(answer)).toEqual(saying(name));
    expect(`${answer.body}${app.logged.join("")}`).not.toContain(secret);
  });

  test("every refusal is one that clients can read", async () => {
    const answer = await create().http.inject("/nothing");
    expect(Check(refusalBody, answer.json())).toBe(true);
  });

  test("but the log says what kind it was, and where", async () => {
    const app = create();
    app.http.get("/things/:id", async () => {
      throw databaseError("23505");
    });
    await app.http.inject("/things/1");
    const line = app.logged.find((each) => each.includes("a request failed")) ?? "{}";
    expect(JSON.parse(line)).toMatchObject({
      level: "error",
      route: "/things/:id",
      error: "PostgresError",
      code: "23505",
      at: expect.stringMatching(/^shell\.node\.test\.ts:\d+$/u),
    });
    const text = await app.metrics.registry.metrics();
    expect(text).toContain('duro_relay_database_errors_total{code="23505"} 1');
  });
});

test("a handler that never answers is Overloaded", async () => {
  const { http } = create({ times: { handlerMs: 50 } });
  http.get("/stuck", async () => new Promise(() => {}));
  expect(seen(await http.inject("/stuck"))).toEqual(saying("Overloaded"));
});

test("a relay that was asked to stop takes no further request", async () => {
  const { http } = create({ isStopping: () => true });
  http.get("/plain", async () => "here");
  expect(seen(await http.inject("/plain"))).toEqual(saying("ShuttingDown"));
});

test("answers carry the headers that keep a browser from making anything of them", async () => {
  const { http } = create({ isHttps: true });
  http.get("/plain", async () => ({ here: true }));
  for (const url of ["/plain", "/nothing"]) {
    const { headers } = await http.inject(url);
    expect(headers).toMatchObject({
      "content-security-policy": "default-src 'none';frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
      "cross-origin-resource-policy": "same-origin",
      "strict-transport-security": "max-age=31536000",
      "cache-control": "no-store",
    });
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("server");
  }
});

test("plain http is not told to become https", async () => {
  const { headers } = await create().http.inject("/nothing");
  expect(headers).not.toHaveProperty("strict-transport-security");
});

describe("the relay's own log", () => {
  const logOf = async (logsAddresses: boolean): Promise<string> => {
    const app = create({ logsAddresses });
    app.http.get("/things/:id", async () => "here");
    await app.http.inject({
      url: "/things/0123456789abcdef?",
      headers: { authorization: "Bearer TOKEN-CANARY", cookie: "COOKIE-CANARY" },
      remoteAddress: "203.0.113.9",
    });
    return app.logged.join("");
  };

  test("names the route's pattern, and no id, header or address", async () => {
    const logged = await logOf(false);
    expect(logged).toContain('"route":"GET /things/:id"');
    for (const canary of ["0123456789abcdef", "CANARY", "203.0.113.9"])
      expect(logged).not.toContain(canary);
  });

  test("names addresses where the operator asked for them", async () => {
    expect(await logOf(true)).toContain("203.0.113.9");
  });
});

test("requests are counted by the pattern of their route, and unknown ones together", async () => {
  const app = create();
  app.http.get("/things/:id", async () => "here");
  for (const url of ["/things/1", "/things/2", "/a", "/b"]) await app.http.inject(url);
  const text = await app.metrics.registry.metrics();
  expect(text).toContain('duro_relay_http_requests_total{route="GET /things/:id",status="200"} 2');
  expect(text).toContain('duro_relay_http_requests_total{route="none",status="404"} 2');
  expect(text).toContain('duro_relay_refusals_total{over="http",name="NotFound"} 2');
});
