import { describe, expect, test } from "vitest";
import { gatherByteLengthMax, putsInFlightMax } from "../limits.ts";
import { chainOf } from "../testing/relayTranscript.ts";
import {
  caughtUp,
  challenge,
  type ClientTalk,
  heads,
  liveTalk,
  openVault,
  put,
  readyTalk,
  receipt,
  runOf,
  signed,
  vaultOf,
  welcome,
} from "../testing/clientTranscript.ts";
import { gatherMs } from "../times.ts";
import type { ClientInput } from "./clientInput.ts";
import { isVaultIdle } from "./stepGather.ts";

const chain = chainOf(4);
const vault = vaultOf(1);
const dirty = (byteLength = 10, byte = 1): ClientInput => ({
  kind: "dirty",
  vault: vaultOf(byte),
  byteLength,
});

const sealCount = (talk: ClientTalk): number =>
  talk.effects().filter(({ kind }) => kind === "seal").length;

/** A put is out, and the seal before it is answered. */
const busyTalk = (): ClientTalk => {
  const talk = liveTalk().takes(dirty(), put(1, runOf(chain, 1)));
  expect(sealCount(talk)).toBe(1);
  return talk;
};

test("a vault is idle where what is edited would be sealed at once, and at no other time", () => {
  const idle = (talk: ClientTalk): boolean => isVaultIdle(talk.state, vault);
  expect(idle(readyTalk().takes(openVault(1)).hears(heads(1)))).toBe(false);
  expect(idle(liveTalk())).toBe(true);
  expect(idle(liveTalk().takes(dirty()))).toBe(false);
  expect(idle(busyTalk())).toBe(false);
  expect(idle(busyTalk().takes(dirty()))).toBe(false);
  const settled = busyTalk()
    .takes({ kind: "sealed", vault, remainingByteLength: 0 })
    .hears(receipt(1, runOf(chain, 1)));
  expect(idle(settled)).toBe(true);
  expect(idle(settled.takes({ kind: "stop" }))).toBe(false);
});

describe("an edit", () => {
  test("[CLIENT17] is sealed at once where nothing of its vault is under way", () => {
    expect(liveTalk().takes(dirty()).lines()).toEqual(["seal vault=010101010"]);
  });

  test("[CLIENT17] is not sealed before its vault has caught up on this connection", () => {
    const talk = readyTalk().takes(openVault(1), dirty()).hears(heads(1)).passes(10_000);
    expect(sealCount(talk)).toBe(0);
    expect(sealCount(talk.hears(caughtUp(1)))).toBe(1);
  });

  test("[CLIENT17] waits for the receipt of the one before, with others, and goes with it", () => {
    const talk = busyTalk().takes(dirty(), dirty(), dirty());
    expect(sealCount(talk)).toBe(0);
    expect(sealCount(talk.hears(receipt(1, runOf(chain, 1))))).toBe(1);
  });

  test("[CLIENT17] waits no longer than 64 KiB or two seconds of them", () => {
    expect(sealCount(busyTalk().takes(dirty(gatherByteLengthMax - 1)))).toBe(0);
    expect(sealCount(busyTalk().takes(dirty(gatherByteLengthMax - 1), dirty(1)))).toBe(1);
    const talk = busyTalk()
      .takes(dirty())
      .passes(gatherMs - 1)
      .takes(dirty());
    expect(sealCount(talk)).toBe(0);
    expect(sealCount(talk.passes(1))).toBe(1);
  });

  test("[CLIENT17] is sealed with those that came while the engine was sealing, once", () => {
    const talk = liveTalk().takes(dirty(), dirty(), dirty(gatherByteLengthMax)).passes(15_000);
    expect(sealCount(talk)).toBe(1);
    expect(sealCount(talk.takes({ kind: "nothingToSeal", vault }))).toBe(1);
  });

  test("[CLIENT17] of a vault that is quiet does not wait for a busy one", () => {
    const talk = busyTalk().takes(openVault(2)).hears(heads(2)).hears(caughtUp(2));
    expect(sealCount(talk.takes(dirty(10, 2)))).toBe(1);
  });

  test("[FLOW5] is not sealed where a window of puts is under way", () => {
    const talk = liveTalk();
    const runs = Array.from({ length: putsInFlightMax }, (_, at) => runOf(chain, at + 1));
    talk.takes(...runs.map((run) => put(1, run)), dirty(gatherByteLengthMax)).passes(9_000);
    expect(sealCount(talk)).toBe(0);
    expect(sealCount(talk.hears(receipt(1, runOf(chain, 1))))).toBe(1);
  });

  test("of one vault gets its turn where more vaults are busy than may put", () => {
    const talk = readyTalk();
    for (let byte = 1; byte <= 12; byte++)
      talk.takes(openVault(byte)).hears(heads(byte)).hears(caughtUp(byte));
    const sealed = new Set<string>();
    const seqs = new Map<string, number>();
    for (let byte = 1; byte <= 12; byte++) talk.takes(dirty(10, byte));
    for (let round = 0; round < 30; round++) {
      for (const effect of talk.effects())
        if (effect.kind === "seal") {
          sealed.add(effect.vault);
          const seq = (seqs.get(effect.vault) ?? 0) + 1;
          seqs.set(effect.vault, seq);
          const run = runOf(chainOf(Number.parseInt(effect.vault.slice(0, 2), 16)), seq);
          talk.takes({ kind: "dirty", vault: effect.vault, byteLength: 10 });
          talk.takes({ kind: "put", vault: effect.vault, run });
        }
      const [first] = talk.ready.sentPuts;
      if (first !== undefined) talk.hears(receipt(first.channel, first.run));
    }
    expect(sealed.size).toBe(12);
  });
});

describe("an engine", () => {
  test("[CLIENT18] that has nothing to seal is not asked again", () => {
    const talk = liveTalk().takes(dirty(), { kind: "nothingToSeal", vault });
    expect(sealCount(talk.passes(15_000))).toBe(1);
    expect(sealCount(talk.takes(dirty()))).toBe(1);
  });

  test("[CLIENT18] that cannot seal now is asked again when it says so", () => {
    const talk = liveTalk().takes(dirty(), dirty(), { kind: "sealLater", vault });
    expect(sealCount(talk.passes(15_000))).toBe(1);
    expect(sealCount(talk.takes(dirty()))).toBe(1);
  });

  test("[CLIENT18] that sealed a part is asked for the rest behind the receipt", () => {
    const rest = { kind: "sealed", vault, remainingByteLength: 500 } as const;
    const talk = liveTalk().takes(dirty(), put(1, runOf(chain, 1)), rest);
    expect(sealCount(talk)).toBe(1);
    talk.hears(receipt(1, runOf(chain, 1))).passes(gatherMs);
    expect(sealCount(talk)).toBe(1);
  });

  test("[CLIENT18] that sealed nothing of what it has is asked again after a while, not at once", () => {
    const rest = { kind: "sealed", vault, remainingByteLength: 500 } as const;
    const talk = liveTalk().takes(dirty(), rest);
    expect(sealCount(talk)).toBe(1);
    expect(sealCount(talk.passes(gatherMs - 1))).toBe(0);
    expect(sealCount(talk.passes(1))).toBe(1);
  });

  test("[CLIENT18] that was sealing when the connection ended is asked on the next one", () => {
    const talk = liveTalk().takes(dirty(), { kind: "closed", why: {}, jitter: 0.5 });
    expect(sealCount(talk)).toBe(1);
    talk.passes(1_000).takes({ kind: "opened" }).hears(challenge).takes(signed).hears(welcome);
    talk.takes(openVault(1)).hears(heads(1));
    expect(sealCount(talk)).toBe(0);
    expect(sealCount(talk.hears(caughtUp(1)))).toBe(1);
  });

  test("is asked for edits that it made while nobody was connected", () => {
    const talk = readyTalk().takes({ kind: "closed", why: {}, jitter: 0.5 }, dirty());
    talk.passes(1_000).takes({ kind: "opened" }).hears(challenge).takes(signed).hears(welcome);
    talk.takes(openVault(1)).hears(heads(1)).hears(caughtUp(1));
    expect(sealCount(talk)).toBe(1);
  });

  test("is not asked for a vault that it closed", () => {
    const talk = busyTalk().takes(dirty(), { kind: "closeVault", vault });
    talk.takes(openVault(1)).hears(heads(2)).hears(caughtUp(2)).passes(10_000);
    expect(sealCount(talk)).toBe(0);
  });
});
