import { assert, DeviceScope } from "@duro/crypto/types";
import {
  addDeviceOf,
  createPerson,
  createVault,
  type Person,
  withDevice,
  withMember,
  withPaper,
} from "@duro/crypto/testing/people";
import { seededRandomBytes } from "@duro/crypto/testing/seededRandomBytes";
import { createDeviceKeys } from "@duro/crypto";
import { encodeRecord, type LogRecord, Role } from "@duro/crypto/verify";
import { bytesToBase64url, inviteCodes, limits, refusalBody, routes } from "@duro/protocol";
import { Check } from "typebox/value";
import { afterEach, describe, expect, test } from "vitest";
import { inviteHashOf } from "../login/inviteHash.ts";
import { storeVault } from "../testing/testVault.ts";
import { accountDeletionDelayMs } from "./accountRoutes.ts";
import {
  type AccountApp,
  ask,
  createAccountApp,
  loginHeader,
  register,
} from "./testing/accountApp.ts";

const deps = { randomBytes: seededRandomBytes("accounts") };
const person = createPerson(deps);
const friend = createPerson(deps);

const open: AccountApp[] = [];
const create: typeof createAccountApp = (options) => {
  const app = createAccountApp(options);
  open.push(app);
  return app;
};
afterEach(async () => {
  for (const { http } of open.splice(0)) await http.close();
});

const get = async (app: AccountApp, device = person.device) =>
  ask(app, routes.account, await loginHeader(app, device));
const remove = async (app: AccountApp, device = person.device) =>
  ask(app, routes.deleteAccount, await loginHeader(app, device));

const recordOf = ({ records }: Person, index: number): LogRecord => {
  const record = records[index];
  assert(record !== undefined, `a person has a record ${index}`);
  return record;
};
const textOf = (record: LogRecord): string => bytesToBase64url(encodeRecord(record));

const post = async ({ http }: AccountApp, payload: object) =>
  http.inject({ method: "POST", url: routes.register.path, payload });

describe("registering", () => {
  test("an identity by its genesis opens an account, and its devices may log in", async () => {
    const app = create();
    const { person: equipped, device: spare } = withDevice(deps, person);
    const answer = await register(app, equipped);
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ user: person.state.user });
    expect(Check(routes.register.response[201], answer.json())).toBe(true);
    for (const device of [person.device, spare])
      expect((await get(app, device)).statusCode).toBe(200);
  });

  test("the same identity again is AccountExists", async () => {
    const app = create();
    await register(app, person);
    const answer = await register(app, person);
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toEqual({ refusal: "AccountExists", facts: {} });
  });

  test("the longest first records fit", async () => {
    const app = create();
    let grown = person;
    while (grown.records.length < limits.registrationRecordCountMax)
      grown = withDevice(deps, grown).person;
    expect((await register(app, grown)).statusCode).toBe(201);
    const answer = await register(create(), withDevice(deps, grown).person);
    expect(answer.json()).toEqual({
      refusal: "InvalidField",
      facts: { path: "body/records", rule: "maxItems" },
    });
  });

  const { person: added } = withDevice(deps, person);
  const genesis = textOf(recordOf(person, 0));
  const second = textOf(recordOf(added, 1));
  const foreign = createDeviceKeys(deps);
  const unsigned = addDeviceOf(deps, person, foreign, DeviceScope.Full);
  const halfSigned = textOf({ ...unsigned, signatures: unsigned.signatures.slice(0, 1) });
  const flipped = (text: string): string => {
    const bytes = Buffer.from(text, "base64url");
    const at = bytes.length - 1;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes.toString("base64url");
  };

  test.each([
    ["a signature with a flipped bit", [flipped(genesis)], { rule: /^signature$/u, index: "0" }],
    ["bytes that are no record", ["AQEA"], { rule: /^form$/u, index: "0" }],
    ["no genesis first", [second], { rule: /^ID1 /u, index: "0" }],
    ["a second genesis", [genesis, genesis], { rule: /./u, index: "1" }],
    ["another's record", [genesis, textOf(recordOf(friend, 0))], { rule: /./u, index: "1" }],
    [
      "a record left out",
      [genesis, textOf(recordOf(withDevice(deps, added).person, 2))],
      { rule: /^it follows the record before$/u, index: "1" },
    ],
    ["a device that did not sign", [genesis, halfSigned], { rule: /^ID/u, index: "1" }],
  ])("%s is refused, with the rule and the place", async (_, records, facts) => {
    const app = create();
    const answer = await post(app, { records });
    expect(answer.statusCode).toBe(422);
    const body = answer.json<{ refusal: string; facts: Record<string, string> }>();
    expect(body.refusal).toBe("LogRecordInvalid");
    expect(body.facts["index"]).toBe(facts.index);
    expect(body.facts["rule"]).toMatch(facts.rule);
    expect(Check(refusalBody, body)).toBe(true);
    expect(app.stores.data.accounts.size).toBe(0);
  });

  test.each([
    ["a padded spelling", [`${genesis}=`], "pattern"],
    ["a second spelling of the last sign", ["AAB"], "base64url"],
    ["no text", [7], "type"],
    ["nothing", [], "minItems"],
    ["too much in one", ["A".repeat(90_000)], "maxLength"],
  ])("%s is refused as a field", async (_, records, rule) => {
    const answer = await post(create(), { records });
    expect(answer.json()).toMatchObject({ refusal: "InvalidField", facts: { rule } });
  });

  test("a newer version of a record asks for an update", async () => {
    const bytes = encodeRecord(recordOf(person, 0));
    bytes[0] = 2;
    const answer = await post(create(), { records: [bytesToBase64url(bytes)] });
    expect(answer.json()).toEqual({
      refusal: "LogRecordUnknown",
      facts: { index: "0", version: "2" },
    });
  });

  test("more devices than the relay allows are refused", async () => {
    const app = create({ deps: { deviceCountMax: 1 } });
    const answer = await register(app, added);
    expect(answer.statusCode).toBe(507);
    expect(answer.json()).toEqual({
      refusal: "QuotaExceeded",
      facts: { what: "devices", limit: "1" },
    });
  });
});

describe("who may register", () => {
  const code = inviteCodes.fromBytes(new Uint8Array(16).fill(5));
  const invited = async (app: AccountApp) =>
    app.stores.accountStore.createInvite({
      codeHash: inviteHashOf(code),
      createdAtMs: app.clock.nowMs,
      expiresAtMs: app.clock.nowMs + 1_000,
    });

  test("the first user needs no invite, the second does", async () => {
    const app = create({ deps: { registration: "invite" } });
    expect((await register(app, person)).statusCode).toBe(201);
    const answer = await register(app, friend);
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toEqual({ refusal: "InviteInvalid", facts: {} });
  });

  test("an invite lets one user in", async () => {
    const app = create({ deps: { registration: "invite" } });
    await register(app, person);
    await invited(app);
    expect((await register(app, friend, code)).statusCode).toBe(201);
    expect((await register(app, createPerson(deps), code)).json()).toMatchObject({
      refusal: "InviteInvalid",
    });
  });

  test("an invite that is over lets nobody in", async () => {
    const app = create({ deps: { registration: "invite" } });
    await register(app, person);
    await invited(app);
    app.clock.nowMs += 1_000;
    expect((await register(app, friend, code)).json()).toMatchObject({ refusal: "InviteInvalid" });
  });

  test("a closed relay takes its first user and no other, invited or not", async () => {
    const app = create({ deps: { registration: "closed" } });
    expect((await register(app, person)).statusCode).toBe(201);
    await invited(app);
    expect((await register(app, friend, code)).json()).toEqual({
      refusal: "RegistrationClosed",
      facts: {},
    });
  });
});

describe("an account", () => {
  test("is shown as its route promises", async () => {
    const app = create({ deps: { quotaByteLength: 1_000 } });
    await register(app, person);
    const vault = createVault(deps, person);
    await storeVault(app.stores, vault, person);
    const answer = await get(app);
    expect(Check(routes.account.response[200], answer.json())).toBe(true);
    expect(answer.json()).toEqual({
      user: person.state.user,
      usedByteLength: 0,
      quotaByteLength: 1_000,
      isReadOnly: false,
      vaults: [{ vault: vault.state.vault, usedByteLength: 0 }],
    });
  });

  test("without a quota has the largest number as one", async () => {
    const app = create();
    await register(app, person);
    const answer = await get(app);
    expect(answer.json()).toMatchObject({ quotaByteLength: Number.MAX_SAFE_INTEGER });
    expect(Check(routes.account.response[200], answer.json())).toBe(true);
  });

  test("that is full is read-only; a quota of its own comes before the relay's", async () => {
    const app = create({ deps: { quotaByteLength: 1_000 } });
    await register(app, person);
    await app.stores.accountStore.setQuota(person.state.user, 0);
    expect((await get(app)).json()).toMatchObject({ quotaByteLength: 0, isReadOnly: true });
  });

  test("logins are counted by what came of them, and not by whom", async () => {
    const app = create();
    await register(app, person);
    await get(app);
    await get(app, friend.device);
    const text = await app.metrics.registry.metrics();
    expect(text).toContain('duro_relay_logins_total{over="http",outcome="ok"} 1');
    expect(text).toContain('duro_relay_logins_total{over="http",outcome="AuthFailed"} 1');
    expect(text).not.toContain(person.device.id);
  });
});

describe("deleting an account", () => {
  test("says by when it is gone, and says the same again later", async () => {
    const app = create();
    await register(app, person);
    const goneByMs = app.clock.nowMs + accountDeletionDelayMs;
    const first = await remove(app);
    expect(first.statusCode).toBe(202);
    expect(first.json()).toEqual({ goneByMs });
    expect(Check(routes.deleteAccount.response[202], first.json())).toBe(true);
    app.clock.nowMs += 3_600_000;
    expect((await remove(app)).json()).toEqual({ goneByMs });
    const { accountStore } = app.stores;
    expect(await accountStore.deletionsDue(goneByMs - 1)).toEqual([]);
    expect(await accountStore.deletionsDue(goneByMs)).toEqual([person.state.user]);
  });

  test("is not taken back by logging in", async () => {
    const app = create();
    await register(app, person);
    await remove(app);
    expect((await get(app)).statusCode).toBe(200);
    const usage = await app.stores.accountStore.usage(person.state.user);
    expect(usage?.deleteAfterMs).toBe(app.clock.nowMs + accountDeletionDelayMs);
  });

  test.each(["viewer", "paper"] as const)("is not for a %s device", async (scope) => {
    const app = create();
    const equipped =
      scope === "viewer"
        ? withDevice(deps, person, DeviceScope.Viewer)
        : (({ person: owner, paper }) => ({ person: owner, device: paper }))(
            withPaper(deps, person),
          );
    await register(app, equipped.person);
    const answer = await remove(app, equipped.device);
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toEqual({
      refusal: "RoleForbids",
      facts: { why: "not a full device" },
    });
    const usage = await app.stores.accountStore.usage(person.state.user);
    expect(usage?.deleteAfterMs).toBeUndefined();
  });

  test("waits until others have an owner", async () => {
    const app = create();
    await register(app, person);
    await register(app, friend);
    const founded = createVault(deps, person);
    const shared = withMember(deps, founded, person, friend, Role.Writer);
    await storeVault(app.stores, shared, person);
    expect((await remove(app)).json()).toEqual({
      refusal: "RoleForbids",
      facts: { why: "others would lose their last owner", vaults: "1" },
    });
    expect((await remove(app, friend.device)).statusCode).toBe(202);
  });
});

test("nothing secret stands in a URL: a login in the query is none", async () => {
  const app = create();
  await register(app, person);
  const header = await loginHeader(app, person.device);
  const answer = await app.http.inject(`${routes.account.path}?authorization=${header}`);
  expect(answer.statusCode).toBe(400);
});
