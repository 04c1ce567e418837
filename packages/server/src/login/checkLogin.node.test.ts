/** Rows of bad logins: each is tried against a relay on which the same login, unchanged, holds. */
import { createDeviceKeys } from "@duro/crypto";
import { createRelayKeys } from "@duro/crypto/receipt";
import { DeviceScope } from "@duro/crypto/types";
import {
  addDeviceOf,
  createPerson,
  must,
  withDevice,
  withoutDevice,
  withPaper,
  withRecord,
} from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { headerToLogin, loginNonces, routes, times } from "@duro/protocol";
import { afterEach, describe, expect, test } from "vitest";
import {
  type AccountApp,
  ask,
  createAccountApp,
  host,
  loginHeader,
  register,
  startMs,
} from "../routes/testing/accountApp.ts";
import { createLoginCheck } from "./checkLogin.ts";

const deps = { randomBytes: seededRandomBytes("logins") };
const { person, device: spare } = withDevice(deps, createPerson(deps));
const { device } = person;
const stranger = createDeviceKeys(deps);
const otherRelay = createRelayKeys(deps);

const open: AccountApp[] = [];
const create = async (): Promise<AccountApp> => {
  const app = createAccountApp();
  open.push(app);
  expect((await register(app, person)).statusCode).toBe(201);
  return app;
};
afterEach(async () => {
  for (const { http } of open.splice(0)) await http.close();
});

const authFailed = '{"refusal":"AuthFailed","facts":{}}';

const account = async (app: AccountApp, header: string) => ask(app, routes.account, header);

test("a login that is signed for this relay over its nonce holds", async () => {
  const app = await create();
  const answer = await account(app, await loginHeader(app, device));
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({ user: person.state.user });
});

describe("a bad login gets the same bytes, whatever is wrong with it", () => {
  const foreignNonce = loginNonces.fromBytes(new Uint8Array(32).fill(9));

  test.each<[string, (app: AccountApp) => Promise<string>]>([
    ["none at all", async () => ""],
    ["another scheme", async (app) => (await loginHeader(app, device)).replace("Duro", "Bearer")],
    ["a part too few", async (app) => (await loginHeader(app, device)).replace(/\.[^.]*$/u, "")],
    ["a part too many", async (app) => `${await loginHeader(app, device)}.00`],
    ["an id in capitals", async (app) => (await loginHeader(app, device)).toUpperCase()],
    ["a device that is not known", async (app) => loginHeader(app, stranger)],
    ["another's signature", async (app) => loginHeader(app, stranger, { as: device.id })],
    ["one's other device's signature", async (app) => loginHeader(app, spare, { as: device.id })],
    ["a nonce of nobody's", async (app) => loginHeader(app, device, { nonce: foreignNonce })],
    ["another host", async (app) => loginHeader(app, device, { host: "evil.test" })],
    ["another port", async (app) => loginHeader(app, device, { host: `${host}:444` })],
    ["the host in capitals", async (app) => loginHeader(app, device, { host: "RELAY.test" })],
    ["no host", async (app) => loginHeader(app, device, { host: "" })],
    [
      "another relay's key",
      async (app) => loginHeader(app, device, { relayKey: otherRelay.signKey }),
    ],
  ])("%s", async (_, header) => {
    const app = await create();
    const answer = await account(app, await header(app));
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toBe(authFailed);
    expect(answer.headers["www-authenticate"]).toBe("Duro");
  });

  test("a login that was used before", async () => {
    const app = await create();
    const header = await loginHeader(app, device);
    expect((await account(app, header)).statusCode).toBe(200);
    expect((await account(app, header)).body).toBe(authFailed);
  });

  test("a login that was used before, for another route", async () => {
    const app = await create();
    const header = await loginHeader(app, device);
    await account(app, header);
    expect((await ask(app, routes.deleteAccount, header)).body).toBe(authFailed);
  });

  test("two at once with one nonce: one of them", async () => {
    const app = await create();
    const header = await loginHeader(app, device);
    const answers = await Promise.all([account(app, header), account(app, header)]);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 401]));
  });

  test("a nonce whose time is over", async () => {
    const app = await create();
    const header = await loginHeader(app, device);
    app.clock.nowMs += times.loginNonceLifetimeMs + 1;
    expect((await account(app, header)).body).toBe(authFailed);
  });

  test("a device whose time is over", async () => {
    const app = createAccountApp();
    open.push(app);
    const phone = createDeviceKeys(deps);
    const expiring = addDeviceOf(deps, person, phone, DeviceScope.Viewer, startMs + 1_000);
    expect((await register(app, withRecord(person, expiring))).statusCode).toBe(201);
    expect((await account(app, await loginHeader(app, phone))).statusCode).toBe(200);
    app.clock.nowMs += 1_000;
    expect((await account(app, await loginHeader(app, phone))).body).toBe(authFailed);
  });
});

test("a bad login uses no nonce up", async () => {
  const app = await create();
  const good = await loginHeader(app, device);
  const [, nonce = ""] = good.split(".");
  const same = { nonce: must(loginNonces.parse(nonce)) };
  await account(app, await loginHeader(app, stranger, same));
  await account(app, await loginHeader(app, stranger, { ...same, as: device.id }));
  expect(app.stores.data.usedNonces.size).toBe(0);
  expect((await account(app, good)).statusCode).toBe(200);
});

test("a removed device is told so, and only when it proves that it is that device", async () => {
  const app = createAccountApp();
  open.push(app);
  expect((await register(app, withoutDevice(deps, person, spare))).statusCode).toBe(201);
  const proved = await account(app, await loginHeader(app, spare));
  expect(proved.statusCode).toBe(403);
  expect(proved.json()).toEqual({ refusal: "DeviceRemoved", facts: {} });
  const guessed = await account(app, await loginHeader(app, stranger, { as: spare.id }));
  expect(guessed.body).toBe(authFailed);
});

test.each(["Relay.Test", "evil.test", "127.0.0.1:8787"])(
  "the Host header %s decides nothing",
  async (dialled) => {
    const app = await create();
    const authorization = await loginHeader(app, device);
    const headers = { authorization, host: dialled };
    const answer = await app.http.inject({ method: "GET", url: routes.account.path, headers });
    expect(answer.statusCode).toBe(200);
  },
);

test.each(["host", "x-forwarded-host"])(
  "a login that was signed for another relay is no better for a %s header of that name",
  async (header) => {
    const app = await create();
    const authorization = await loginHeader(app, device, { host: "evil.test" });
    const headers = { host, authorization, [header]: "evil.test" };
    const answer = await app.http.inject({ method: "GET", url: routes.account.path, headers });
    expect(answer.body).toBe(authFailed);
  },
);

test("the words of paper log in as any device", async () => {
  const app = createAccountApp();
  open.push(app);
  const { person: withWords, paper } = withPaper(deps, person);
  await register(app, withWords);
  expect((await account(app, await loginHeader(app, paper))).statusCode).toBe(200);
});

test("an unknown device costs as much work as a bad signature", async () => {
  const app = await create();
  // So many names that checking signatures is all that takes time.
  const allowed = Array.from({ length: 64 }, (_, number) => `relay${number}.test`);
  const check = createLoginCheck(
    { ...app.stores, relayKey: app.keys.signKey, nowMs: () => startMs },
    { allowed, dialled: undefined },
  );
  const fastestMs = async (header: string): Promise<number> => {
    const proof = headerToLogin(header);
    if (proof === undefined) throw new Error("a header that can be read");
    const found: number[] = [];
    for (let round = 0; round < 12; round++) {
      const startedAt = performance.now();
      expect((await check(proof)).ok).toBe(false);
      found.push(performance.now() - startedAt);
    }
    return Math.min(...found);
  };
  const unknown = await fastestMs(await loginHeader(app, stranger));
  const badSignature = await fastestMs(await loginHeader(app, stranger, { as: device.id }));
  // Where the unknown one is answered at once, this is above a hundred.
  expect(badSignature / unknown).toBeLessThan(3);
  expect(unknown / badSignature).toBeLessThan(3);
});
