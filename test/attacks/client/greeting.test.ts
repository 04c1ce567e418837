/** A23, A25, A49: who is at the other end, and in which words it speaks. */
import { createRelayKeys } from "@duro/crypto/receipt";
import { createDeviceKeys } from "@duro/crypto";
import { EnvelopeKind, relayGenerations } from "@duro/crypto/types";
import { isLoginBy } from "@duro/crypto/verify";
import { type Challenge, envelopesToRun, loginNonces } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { answerChallenge } from "../../../packages/client/src/engine/login.ts";
import { createManualClock } from "../../../packages/client/src/testing/manualClock.ts";
import {
  createMemoryDisk,
  openMemoryLocalStore,
} from "../../../packages/client/src/testing/memoryLocalStore.ts";
import { openRelayWatch } from "../../../packages/client/src/watch/relayWatch.ts";
import { createAuthor } from "./tools/author.ts";
import { openOwnStations } from "./tools/rooms.ts";
import { item } from "./tools/runs.ts";
import { deps } from "./tools/station.ts";

const url = "https://relay.example:8443/";
const keys = createRelayKeys(deps);

const challengeOf = (relayKey = keys.signKey): Challenge => ({
  type: "Challenge",
  nonce: loginNonces.fromBytes(deps.randomBytes(loginNonces.byteLength)),
  relayKey,
  generation: relayGenerations.fromBytes(new Uint8Array(32).fill(1)),
  nowMs: 0,
  versionMin: 1,
  versionMax: 1,
});

const openDevice = async (disk = createMemoryDisk()) => {
  const store = openMemoryLocalStore(disk);
  const clock = createManualClock();
  const nothing = (): void => {};
  const relay = await openRelayWatch({ store, clock, onAlarms: nothing, onFailure: nothing });
  const device = createDeviceKeys(deps);
  const answer = (challenge: Challenge) =>
    answerChallenge({ relay, device, nowMs: clock.nowMs() }, url, challenge);
  return { relay, device, answer, disk };
};

describe("A25 a login", () => {
  test("is signed for the host that was dialled and the key and nonce that were shown, and no other", async () => {
    const { device, answer } = await openDevice();
    const challenge = challengeOf();
    const answered = await answer(challenge);
    if (answered?.kind !== "loginSigned") throw new Error("it logs in at the first contact");
    const claim = {
      relayHost: "relay.example:8443",
      relayKey: challenge.relayKey,
      relayNonce: loginNonces.toBytes(challenge.nonce),
      device: device.id,
      nowMs: answered.nowMs,
    };
    const other = challengeOf(createRelayKeys(deps).signKey);
    const isGood = (changed: Partial<typeof claim>): boolean =>
      isLoginBy(device.signKey, { ...claim, ...changed }, answered.signature);
    expect(isGood({})).toBe(true);
    expect(isGood({ relayHost: "other.example" })).toBe(false);
    expect(isGood({ relayKey: other.relayKey })).toBe(false);
    expect(isGood({ relayNonce: loginNonces.toBytes(other.nonce) })).toBe(false);
  });

  test("is not signed for a relay whose key is another than at the first contact, also after a restart", async () => {
    const { answer, disk } = await openDevice();
    expect((await answer(challengeOf()))?.kind).toBe("loginSigned");
    const again = await openDevice(disk);
    const other = challengeOf(createRelayKeys(deps).signKey);
    expect(await again.answer(other)).toEqual({ kind: "relayRefused" });
    expect([...again.relay.book.byKey.values()].map(({ alarm }) => alarm.type)).toEqual([
      "RelayKeyChanged",
    ]);
    expect((await again.answer(challengeOf()))?.kind).toBe("loginSigned");
  });
});

describe("A23 another version", () => {
  test("of a body is kept and waits, its chain with it, and is not read as ours", async () => {
    const { room, open } = await openOwnStations(2);
    const author = createAuthor(room, room.person.state.user, item(room.devices, 0));
    author.open();
    author.type("ours ");
    author.raw(EnvelopeKind.Data, { clear: new Uint8Array(), plaintext: Uint8Array.of(2, 1, 1) });
    author.type("behind it");
    const reader = await open(1);
    await reader.hear(envelopesToRun(author.written));
    expect(await reader.text()).toBe("ours ");
    expect([...reader.core.memory.holds.values()].map(({ why }) => why)).toEqual([
      "a newer version",
    ]);
    expect(reader.core.memory.chains.get(author.chain)).toMatchObject({ counted: 2, voidAt: 0 });
    reader.core.watch.tick();
    expect(reader.alarms).toEqual(["UpdateNeeded"]);
  });
});
