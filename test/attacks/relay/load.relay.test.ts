/**
 * Clients that cost more than their share, at the real program and beside an honest one: hostile frames,
 * floods, readers that stall, sockets that come and go, and all the while some that never finish.
 */
import { encodeClientFrame, envelopesToRun, incarnations, limits } from "@duro/protocol";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createChainWriter } from "../../../packages/server/src/testing/testVault.ts";
import { endEverything } from "../../relay/tools/program.ts";
import { floods, sendFlood } from "./floods.ts";
import { frameAttacks } from "./frameAttacks.ts";
import { type Honest, percentile, startHonest } from "./honest.ts";
import { reconnect } from "./reconnects.ts";
import { beSlow } from "./slowClients.ts";
import { createFiller, stall } from "./stalledReaders.ts";
import {
  boundlessCredit,
  channelOf,
  deps,
  openTarget,
  openVaultFrame,
  type Target,
} from "./target.ts";
import { expectSilentLog, memoryDuring } from "./watch.ts";
import { Opcode, webSocketFrame } from "./webSocketFrames.ts";

let target: Target;
let honest: Honest;
let slow: ReturnType<typeof beSlow>;
beforeAll(async () => {
  target = await openTarget();
  honest = await startHonest(target.relay.url);
  slow = beSlow(target, slowPerKind);
});
afterAll(async () => {
  await honest.stop();
  await endEverything();
});

const mebibyte = 2 ** 20;
/** Generous, since others may use this machine; `npm run storm:relay` holds the relay to a quarter second. */
const gateBoundMs = 2_000;
/** Of all kinds together no more long bodies than the relay keeps: more are refused at once. */
const slowPerKind = 30;

describe("a frame that no client sends ends its connection, and no other", () => {
  test.each(frameAttacks)("$name", async (attack) => {
    const { isLoggedIn, code, refusal } = attack;
    const client = await (isLoggedIn ? target.enter() : target.dial());
    attack.send(client);
    expect((await client.ended).code).toBe(code);
    expect(client.refusals).toEqual(refusal === undefined ? [] : [refusal]);
    await client.gone;
  });
});

test("all such frames at once, four times each, cost a bounded piece of memory", async () => {
  const attacks = Array.from({ length: 4 }, () => frameAttacks).flat();
  const growth = await memoryDuring(target, async () => {
    const codes = await Promise.all(
      attacks.map(async (attack) => {
        const client = await (attack.isLoggedIn ? target.enter() : target.dial());
        attack.send(client);
        return (await client.ended).code;
      }),
    );
    expect(codes).toEqual(attacks.map(({ code }) => code));
  });
  expect(growth).toBeLessThan(160 * mebibyte);
});

describe("a flood is refused by name, and ends its connection where it does not stop", () => {
  test.each(floods)("of $name", async (flood) => {
    const client = await (flood.isLoggedIn ? target.enter() : target.dial());
    const growth = await memoryDuring(target, async () => {
      sendFlood(target, client, flood);
      expect((await client.ended).reason).toBe(flood.refusals.at(-1));
    });
    expect(client.refusals.at(-1)).toBe(flood.refusals.at(-1));
    expect(client.refusals.filter((name) => !flood.refusals.includes(name))).toEqual([]);
    expect(growth).toBeLessThan(96 * mebibyte);
  });
});

test("more puts without an answer than may be under way end the connection", async () => {
  const { attacker } = target;
  const client = await target.enter();
  client.send(boundlessCredit);
  client.send(openVaultFrame(1, attacker.vault.state.vault));
  await client.next("CatchUpDone");
  const incarnation = incarnations.fromBytes(deps.randomBytes(incarnations.byteLength));
  const writer = createChainWriter(deps, attacker, incarnation);
  const puts = Array.from({ length: limits.putsInFlightMax + 1 }, () => {
    const run = envelopesToRun(writer.take(1));
    const payload = encodeClientFrame({ type: "Put", channel: channelOf(1), run });
    return webSocketFrame({ opcode: Opcode.Binary, payload });
  });
  client.write(Buffer.concat(puts));
  expect(await client.ended).toEqual({ code: 4413, reason: "CreditExceeded" });
  expect(client.refusals).toEqual(["CreditExceeded"]);
});

test("readers that read nothing keep their buffers and nothing else, and may read on later", async () => {
  const filler = await createFiller(target.relay.url, target.attacker);
  await filler.fill(12);
  const stalledCount = 12;
  const growth = await memoryDuring(target, async () => {
    const stalled = await Promise.all(Array.from({ length: stalledCount }, () => stall(target)));
    await filler.fill(6);
    await sleep(500);
    const [reader] = stalled;
    expect(reader?.received.some(({ type }) => type === "CatchUpDone")).toBe(false);
    reader?.socket.resume();
    await reader?.next("CatchUpDone");
    for (const { socket } of stalled) socket.destroy();
  });
  // All of it for all of them would be 200 MiB.
  expect(growth).toBeLessThan(128 * mebibyte);
  await filler.close();
});

test("sockets that come and go too fast from one address are told so, and leave nothing behind", async () => {
  const { relay } = target;
  const before = (await relay.metrics()).get("connections");
  const one = target.address();
  const fromOne = await reconnect({ port: relay.port, count: 1_200, address: () => one });
  expect(fromOne["TooManyConnections"]).toBeGreaterThan(200);
  expect(fromOne["let in"]).toBeGreaterThan(599);
  expect(
    await reconnect({ port: relay.port, count: 300, address: () => target.address() }),
  ).toEqual({ "let in": 300 });
  await expect
    .poll(async () => (await relay.metrics()).get("connections"), { timeout: 5_000 })
    .toBeLessThanOrEqual((before ?? 0) + 1);
});

test("whoever does not finish is told so and cut: headers, bodies and sockets that stay half done", async () => {
  const told = Object.entries(await slow);
  expect(told.length).toBeGreaterThan(5);
  for (const [kind, words] of told) expect([kind, words]).toEqual([kind, ["408 RequestTimeout"]]);
});

test("meanwhile an honest client is served, and nothing of the attackers is in the log", async () => {
  const { appendMs, visitMs, failures } = await honest.figures();
  expect(failures).toEqual([]);
  expect(appendMs.length).toBeGreaterThan(100);
  expect(visitMs.length).toBeGreaterThan(5);
  expect(percentile(appendMs, 0.99)).toBeLessThan(gateBoundMs);
  expectSilentLog(target);
});
