/** Somebody who reaches for what is not theirs: logins, origins, vaults, logs and chains of others. */
import { createDeviceKeys, signLogin } from "@duro/crypto";
import { addDeviceOf } from "@duro/crypto/testing/people";
import { resigned } from "@duro/crypto/testing/records";
import { addingOf } from "@duro/crypto/testing/team";
import { DeviceScope, hexToBytes, LogKind, asSignPublicKey, assert } from "@duro/crypto/types";
import { encodeRecord, type LogRecord, Role } from "@duro/crypto/verify";
import {
  BlobAction,
  type ClientFrame,
  envelopesToRun,
  type HttpChallenge,
  loginNonces,
  loginToHeader,
  routes,
  socketPath,
  subprotocol,
} from "@duro/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectClient } from "../../../packages/server/src/testing/relayClient.ts";
import { nextRequest } from "../../../packages/server/src/testing/registerPerson.ts";
import { createChainWriter } from "../../../packages/server/src/testing/testVault.ts";
import { endEverything } from "../../relay/tools/program.ts";
import { openRaw, type RawClient } from "./rawClient.ts";
import { ask, refusalIn } from "./rawHttp.ts";
import {
  boundlessCredit,
  channelOf,
  deps,
  loginFrame,
  openTarget,
  openVaultFrame,
  type Target,
} from "./target.ts";
import { expectSilentLog } from "./watch.ts";

let target: Target;
let hostName: string;
beforeAll(async () => {
  target = await openTarget();
  hostName = `127.0.0.1:${target.relay.port}`;
  // What the victim has, for the attacker to want.
  const { person, vault } = target.victim;
  const client = await connectClient(target.relay.url);
  await client.login(person.device);
  await client.open(1, vault.state.vault);
  client.put(1, envelopesToRun(createChainWriter(deps, target.victim).take(3)));
  await client.next("Receipt");
  await client.close();
});
afterAll(endEverything);

/** The one refusal of a connection that it ended. */
const endOf = async (client: RawClient): Promise<string> => {
  const { code, reason } = await client.ended;
  expect(client.refusals.at(-1)).toBe(reason);
  return `${code} ${reason}`;
};

const refusalOf = async (client: RawClient, frame: ClientFrame): Promise<string | undefined> => {
  const countBefore = client.refusals.length;
  client.send(frame);
  await client.next("Refusal");
  expect(client.refusals).toHaveLength(countBefore + 1);
  return client.refusals.at(-1);
};

describe("a login over the socket", () => {
  test("that was made for another connection is AuthFailed", async () => {
    const { person } = target.victim;
    const first = await target.dial();
    const login = await loginFrame(first, person.device, hostName);
    const second = await target.dial();
    await second.next("Challenge");
    second.send(login);
    expect(await endOf(second)).toBe("4401 AuthFailed");
    first.send(login);
    await first.next("Welcome");
    first.send(login);
    expect(await endOf(first)).toBe("4400 ProtocolOrder");
  });

  test("that was signed for another host is AuthFailed, also where that host is dialled", async () => {
    const headers = ["Host: other.example"];
    for (const options of [{}, { headers }]) {
      const client = await target.dial(options);
      client.send(await loginFrame(client, target.attacker.person.device, "other.example"));
      expect(await endOf(client)).toBe("4401 AuthFailed");
    }
  });

  test("of another device, and of one that nobody knows, are refused with the same bytes", async () => {
    const stranger = createDeviceKeys(deps);
    const told: unknown[] = [];
    for (const claimed of [target.victim.person.device.id, stranger.id]) {
      const client = await target.dial();
      const login = await loginFrame(client, { ...stranger, id: claimed }, hostName);
      client.send(login);
      expect(await endOf(client)).toBe("4401 AuthFailed");
      told.push(client.received.find(({ type }) => type === "Refusal"));
    }
    expect(told[0]).toEqual(told[1]);
  });
});

const challengeOf = async (): Promise<HttpChallenge> => {
  const { port } = target.relay;
  const { method, path } = routes.challenge;
  const answer = await ask(port, { method, path, address: target.address() });
  return answer.body as HttpChallenge;
};

const authorizationFor = async (relayHost: string): Promise<string> => {
  const { device } = target.attacker.person;
  const { nonce: text, relayKey: hex } = await challengeOf();
  const nonce = loginNonces.parse(text);
  const relayKey = hexToBytes(hex);
  assert(nonce.ok && relayKey !== undefined, "a challenge holds a nonce and a key");
  const nowMs = Date.now();
  const signature = signLogin(device.signSecret, {
    relayHost,
    relayKey: asSignPublicKey(relayKey),
    relayNonce: loginNonces.toBytes(nonce.value),
    device: device.id,
    nowMs,
  });
  return `Authorization: ${loginToHeader({ device: device.id, nonce: nonce.value, nowMs, signature })}`;
};

const account = (...headers: readonly string[]) =>
  ask(target.relay.port, { path: routes.account.path, address: target.address(), headers });

describe("a login over HTTP", () => {
  test("is good once", async () => {
    const authorization = await authorizationFor(hostName);
    expect((await account(authorization)).status).toBe(200);
    const again = await account(authorization);
    expect([again.status, refusalIn(again)]).toEqual([401, "AuthFailed"]);
  });

  test("for another host is AuthFailed, whatever host the request names", async () => {
    for (const headers of [[], ["Host: other.example"], ["X-Forwarded-Host: other.example"]]) {
      const answer = await account(await authorizationFor("other.example"), ...headers);
      expect([answer.status, refusalIn(answer)]).toEqual([401, "AuthFailed"]);
    }
  });
});

describe("a page of another origin", () => {
  const origins = ["https://other.example", "null", "http://127.0.0.1.other.example", "file://"];
  test.each(origins)("%s opens no socket and changes nothing", async (origin) => {
    const { port } = target.relay;
    const headers = [`Origin: ${origin}`];
    const upgrade = await ask(port, {
      path: socketPath,
      address: target.address(),
      headers: [
        ...headers,
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        `Sec-WebSocket-Protocol: ${subprotocol}`,
      ],
    });
    expect([upgrade.status, refusalIn(upgrade)]).toEqual([403, "OriginRefused"]);
    const { method, path } = routes.challenge;
    const change = await ask(port, { method, path, address: target.address(), headers });
    expect([change.status, refusalIn(change)]).toEqual([403, "OriginRefused"]);
    expect(change.head).not.toMatch(/access-control-allow-origin/iu);
  });

  test("our own is let in", async () => {
    const { port, url } = target.relay;
    const client = await openRaw(port, { headers: [`Origin: ${url}`] });
    expect((await client.next("Challenge")).type).toBe("Challenge");
    client.socket.destroy();
  });
});

describe("a vault of others", () => {
  test("is as unknown as one that is not there, and nothing of it comes", async () => {
    const { victim } = target;
    const client = await target.enter();
    client.send(boundlessCredit);
    const { vault } = victim.vault.state;
    const missing = `${vault.slice(0, -2)}${vault.endsWith("00") ? "01" : "00"}` as typeof vault;
    for (const [at, wanted] of [vault, missing].entries())
      expect(await refusalOf(client, openVaultFrame(at + 1, wanted))).toBe("VaultUnknown");
    const run = envelopesToRun(createChainWriter(deps, victim).take(1));
    const channel = channelOf(1);
    const frames: readonly ClientFrame[] = [
      { type: "Put", channel, run },
      { type: "BodyWant", channel, chain: run.chain, seqs: [1] },
      {
        type: "BlobTokenWant",
        request: nextRequest(),
        channel,
        action: BlobAction.Read,
        blob: undefined,
      },
      {
        type: "LogWant",
        request: nextRequest(),
        name: { kind: LogKind.Vault, log: vault },
        fromIndex: 0,
      },
    ];
    for (const frame of frames) expect(await refusalOf(client, frame)).toBe("VaultUnknown");
    client.send({ type: "Presence", channel, sealed: new Uint8Array(300) });
    client.send({ type: "Ping", count: 1 });
    await client.next("Pong");
    expect(new Set(client.received.map(({ type }) => type))).toEqual(
      new Set(["Challenge", "Welcome", "Refusal", "Pong"]),
    );
  });

  test("takes no chain of its member's out of the attacker's own vault", async () => {
    const { attacker, victim } = target;
    const client = await target.enter();
    client.send(openVaultFrame(1, attacker.vault.state.vault));
    await client.next("VaultHeads");
    const chainOfVictim = createChainWriter(deps, { person: victim.person, vault: attacker.vault });
    const put = (run: ReturnType<typeof envelopesToRun>): ClientFrame => ({
      type: "Put",
      channel: channelOf(1),
      run,
    });
    expect(await refusalOf(client, put(envelopesToRun(chainOfVictim.take(1))))).toBe("RoleForbids");
    // Sealed for another vault: the signature says so.
    const run = envelopesToRun(createChainWriter(deps, victim).take(1));
    expect(await refusalOf(client, put(run))).toBe("EnvelopeInvalid");
    const own = createChainWriter(deps, attacker).next();
    const signature = own.signature.map((byte) => byte ^ 1) as typeof own.signature;
    expect(await refusalOf(client, put(envelopesToRun([{ ...own, signature }])))).toBe(
      "EnvelopeInvalid",
    );
  });
});

describe("a log", () => {
  const appending = (record: LogRecord): ClientFrame => ({
    type: "AppendRecord",
    request: nextRequest(),
    record: encodeRecord(record),
  });

  test("of somebody else takes no record, though they signed it", async () => {
    const { victim } = target;
    const client = await target.enter();
    const device = createDeviceKeys(deps);
    const record = addDeviceOf(deps, victim.person, device, DeviceScope.Full);
    expect(await refusalOf(client, appending(record))).toBe("NotFound");
    const adding = addingOf(
      { deps, vault: victim.vault },
      victim.person,
      target.attacker.person,
      Role.Owner,
    );
    expect(await refusalOf(client, appending(adding))).toBe("VaultUnknown");
  });

  test("of the attacker's own takes none with a forged author, signature or place", async () => {
    const { attacker, victim } = target;
    const client = await target.enter();
    const record = addDeviceOf(deps, attacker.person, createDeviceKeys(deps), DeviceScope.Full);
    const [first] = record.signatures;
    assert(first !== undefined, "a record is signed");
    const forged = { ...first, signature: first.signature.map((byte) => byte ^ 1) as never };
    const signatures = [forged, ...record.signatures.slice(1)];
    expect(await refusalOf(client, appending({ ...record, signatures }))).toBe("LogRecordInvalid");
    const { device } = attacker.person;
    const ahead = resigned(record, [device], { header: { index: record.index + 5 } });
    expect(await refusalOf(client, appending(ahead))).toBe("LogHeadStale");
    const author = { user: attacker.person.state.user, device: victim.person.device.id };
    const asVictim = resigned(record, [{ ...device, id: author.device }], { header: { author } });
    expect(await refusalOf(client, appending(asVictim))).toBe("LogRecordInvalid");
    client.send(appending(record));
    await client.next("RecordAppended");
  });
});

test("nothing of the attackers is in the log, and the victim's data is as it was", async () => {
  const sql = target.relay.connectDatabase();
  const [row] = await sql`select count(*)::int as count from envelope_heads`;
  expect(row?.["count"]).toBe(3);
  await sql.end();
  expectSilentLog(target);
});
