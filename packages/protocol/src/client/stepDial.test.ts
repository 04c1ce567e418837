import { describe, expect, test } from "vitest";
import { type ClientMove, type RefusalName, refusals } from "../refusals.ts";
import { backoffBaseMs, backoffMaxMs, connectionLastedMs, retryAfterMsMax } from "../times.ts";
import {
  challenge,
  type ClientTalk,
  newTalk,
  openedTalk,
  openVault,
  readyTalk,
  refusal,
  signed,
  vaultOf,
  welcome,
} from "../testing/clientTranscript.ts";
import { must } from "../testing/must.ts";
import type { ClientEffect } from "./clientEffect.ts";

const closed = (jitter: number, name?: RefusalName) =>
  ({ kind: "closed", why: { refusal: name }, jitter }) as const;

const lostOf = (talk: ClientTalk): Extract<ClientEffect, { kind: "lost" }> => {
  const lost = talk.effects().filter((effect) => effect.kind === "lost");
  expect(lost).toHaveLength(1);
  return must(lost[0]);
};

/** Milliseconds until the next dial. */
const waitAfter = (talk: ClientTalk): number => lostOf(talk).retryAtMs - talk.nowMs;

describe("dialling again", () => {
  test("[CLIENT7] the bound doubles from half a second to five minutes", () => {
    const talk = newTalk().takes({ kind: "start" });
    const waits: number[] = [];
    for (let round = 0; round < 14; round++) {
      talk.takes(closed(0.999_999));
      waits.push(Math.round(waitAfter(talk) / 100) * 100);
      talk.passes(backoffMaxMs);
      talk.effects();
    }
    expect(waits.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000]);
    expect(waits.slice(-2)).toEqual([backoffMaxMs, backoffMaxMs]);
  });

  test.each([0, 0.25, 0.5])(
    "[CLIENT7] the wait is anything up to the bound: %d of it",
    (jitter) => {
      const talk = newTalk().takes({ kind: "start" }, closed(jitter));
      expect(waitAfter(talk)).toBe(jitter * backoffBaseMs);
    },
  );

  const dropAfter = (talk: ClientTalk, lastedMs: number): number => {
    talk.takes({ kind: "opened" }).hears(challenge).takes(signed).hears(welcome);
    for (let leftMs = lastedMs; leftMs > 0; leftMs -= 15_000)
      talk.passes(Math.min(15_000, leftMs)).hears({ type: "Pong", count: 0 });
    talk.takes(closed(0.5));
    const waitMs = waitAfter(talk);
    talk.passes(waitMs);
    talk.effects();
    return waitMs;
  };

  test("[CLIENT7] a relay that takes a connection and drops it at once is not hammered", () => {
    const talk = newTalk().takes({ kind: "start" });
    const waits = Array.from({ length: 5 }, () => dropAfter(talk, 0));
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000]);
    expect(dropAfter(talk, connectionLastedMs - 1)).toBe(8_000);
  });

  test("[CLIENT7] after a connection that lasted the waits begin anew", () => {
    const talk = newTalk().takes({ kind: "start" });
    for (let round = 0; round < 5; round++) dropAfter(talk, 0);
    expect(dropAfter(talk, connectionLastedMs)).toBe(250);
    expect(dropAfter(talk, 0)).toBe(500);
  });

  test.each([
    ["Overloaded", 7_000, 7_250],
    ["TooManyConnections", 60_000, 60_250],
    ["Overloaded", 2 ** 40, retryAfterMsMax + 250],
  ] as const)(
    "[CLIENT8] %s with %d ms to wait is honoured, up to a bound",
    (name, asked, waited) => {
      const talk = openedTalk().hears(
        refusal({ kind: "connection" }, name, { retryAfterMs: asked }),
      );
      expect(waitAfter(talk.takes(closed(0.5)))).toBe(waited);
      talk.takes({ kind: "online", jitter: 0 });
      talk.passes(waited - 251);
      expect(talk.lines()).toEqual([]);
    },
  );

  test("[CLIENT6] back online, the client dials at once", () => {
    const talk = newTalk().takes({ kind: "start" });
    for (let round = 0; round < 10; round++) talk.takes(closed(0.9)).passes(backoffMaxMs);
    talk.effects();
    expect(waitAfter(talk.takes(closed(0.9)))).toBeGreaterThan(100_000);
    expect(talk.passes(1_000).takes({ kind: "online", jitter: 0.5 }).lines()).toEqual(["dial"]);
  });

  test("[CLIENT6] a network that comes and goes is no reason to dial more than once in a while", () => {
    const talk = newTalk().takes({ kind: "start" });
    let dials = 0;
    for (let round = 0; round < 100; round++) {
      talk.takes(closed(0.99)).takes({ kind: "online", jitter: 0 }).passes(50);
      dials += talk.lines().filter((line) => line === "dial").length;
    }
    expect(dials).toBeLessThanOrEqual(11);
    expect(dials).toBeGreaterThanOrEqual(5);
  });

  test("an end that is told twice counts once", () => {
    const talk = openedTalk().takes(closed(0.5), closed(0.9));
    expect(waitAfter(talk)).toBe(250);
  });
});

describe("the client's next move", () => {
  const ends = (Object.keys(refusals) as RefusalName[]).filter(
    (name) => refusals[name].closeCode !== undefined,
  );
  const tries: Readonly<Record<ClientMove, boolean>> = {
    retryLater: true,
    fetchAndRetry: true,
    reauthenticate: true,
    pauseAndTell: false,
    askForUpdate: false,
    stopAndTell: false,
    fixAndReport: false,
    giveUp: false,
  };

  test.each(ends)("[CLIENT8] after %s it is the one of the catalogue", (name) => {
    const isTried = tries[refusals[name].clientMust];
    for (const talk of [
      readyTalk()
        .hears(refusal({ kind: "connection" }, name))
        .takes(closed(0.5)),
      readyTalk().takes(closed(0.5, name)),
    ]) {
      const kinds = new Set(talk.effects().map(({ kind }) => kind));
      expect(kinds.has("lost")).toBe(isTried);
      expect(kinds.has("stopped")).toBe(!isTried);
      talk.passes(60_000);
      expect(talk.lines().includes("dial")).toBe(isTried);
    }
  });

  test("[CLIENT8] a refusal that is not known here may pass", () => {
    const unknown = {
      type: "Refusal",
      subject: { kind: "connection" },
      number: 9_999,
      facts: [],
    } as const;
    expect(waitAfter(readyTalk().hears(unknown).takes(closed(0.5)))).toBe(250);
  });

  test("[CLIENT8] a login that failed is tried once more, with a fresh challenge", () => {
    const talk = newTalk().takes({ kind: "start" });
    for (let round = 0; round < 2; round++)
      talk
        .takes({ kind: "opened" })
        .hears(challenge)
        .takes(signed)
        .hears(refusal({ kind: "connection" }, "AuthFailed"))
        .takes(closed(0.5))
        .passes(1_000);
    const kinds = talk.effects().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "signLogin")).toHaveLength(2);
    expect(kinds.filter((kind) => kind === "lost")).toHaveLength(1);
    expect(kinds.at(-1)).not.toBe("dial");
    expect(kinds.filter((kind) => kind === "stopped")).toHaveLength(1);
  });

  test("what is stopped is started again by a person", () => {
    const talk = readyTalk().takes(closed(0.5, "DeviceRemoved"));
    talk.effects();
    expect(talk.takes({ kind: "start" }).lines()).toEqual(["dial"]);
  });
});

describe("a person's wish", () => {
  test("to pause says Bye, and nothing is dialled", () => {
    const talk = readyTalk().takes({ kind: "stop" }, closed(0.5));
    expect(talk.lines()).toEqual(["send Bye", "hangUp", 'stopped {"kind":"paused"}']);
    expect(talk.passes(backoffMaxMs).takes({ kind: "online", jitter: 0 }).lines()).toEqual([]);
    expect(talk.takes({ kind: "start" }).lines()).toEqual(["dial"]);
  });

  test("to pause while it waits to dial takes the timer back", () => {
    const talk = newTalk().takes({ kind: "start" }, closed(0.5));
    talk.effects();
    expect(talk.takes({ kind: "stop" }).effects()).toEqual([
      { kind: "stopped", why: { kind: "paused" } },
      { kind: "wakeAt", atMs: undefined },
    ]);
  });

  test("to go on, before the socket is gone, is not forgotten", () => {
    const talk = readyTalk().takes({ kind: "stop" }, { kind: "start" }, closed(0.5));
    expect(talk.lines()).toEqual([
      "send Bye",
      "hangUp",
      'lost retryAtMs=0 {"kind":"paused"}',
      "dial",
    ]);
  });

  test("said twice is one", () => {
    const talk = newTalk().takes({ kind: "start" }, { kind: "start" }, { kind: "stop" });
    expect(talk.takes({ kind: "stop" }, closed(0)).takes({ kind: "stop" }).lines()).toEqual([
      "dial",
      "hangUp",
      'stopped {"kind":"paused"}',
    ]);
  });
});

describe("the end of a connection", () => {
  test("[CLIENT9] answers every question, and forgets what was open", () => {
    const talk = readyTalk().takes(
      openVault(1),
      { kind: "appendRecord", request: 41, record: Uint8Array.of(1) },
      { kind: "openMailbox", request: 42 },
    );
    talk.effects();
    expect(talk.takes(closed(0.5)).lines()).toEqual([
      "requestLost request=41",
      "requestLost request=42",
      'lost retryAtMs=250 {"kind":"closed"}',
    ]);
    expect(talk.takes(openVault(1)).lines()).toEqual([]);
    const late = { kind: "wantBlobToken", request: 43, vault: vaultOf(1), action: 1 } as const;
    expect(talk.takes({ ...late, blob: undefined }).lines()).toEqual(["requestLost request=43"]);
  });

  test("[CLIENT9] leaves numbers and credit of the next one untouched", () => {
    const talk = readyTalk(10).takes(openVault(1), openVault(2));
    talk.takes(closed(0.5)).passes(1_000).takes({ kind: "opened" });
    talk.hears(challenge).takes(signed).hears(welcome);
    talk.effects();
    expect(talk.takes(openVault(2)).lines()).toEqual(["send OpenVault channel=1 vault=020202020"]);
    expect(talk.ready.sendCreditByteLength).toBeGreaterThan(1_000_000);
  });
});
