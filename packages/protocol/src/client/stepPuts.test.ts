import { describe, expect, test } from "vitest";
import { chainOf } from "../testing/relayTranscript.ts";
import {
  caughtUp,
  type ClientTalk,
  heads,
  liveTalk,
  ofChannel,
  ofRun,
  openVault,
  put,
  readyTalk,
  receipt,
  refusal,
  runOf,
  vaultOf,
} from "../testing/clientTranscript.ts";
import { must } from "../testing/must.ts";
import type { Run } from "../wire/run.ts";

const chain = chainOf(4);
const runs = [1, 2, 3, 4].map((seq) => runOf(chain, seq));
const at = (seq: number): Run => must(runs[seq - 1]);

/** First seqs of the puts that went out. */
const sentSeqs = (talk: ClientTalk): readonly number[] =>
  talk
    .effects()
    .flatMap((effect) =>
      effect.kind === "send" && effect.frame.type === "Put" ? [effect.frame.run.firstSeq] : [],
    );

describe("a put", () => {
  test("goes out in its order, and each is answered by its receipt", () => {
    const talk = liveTalk().takes(...runs.map((run) => put(1, run)));
    expect(sentSeqs(talk)).toEqual([1, 2, 3, 4]);
    for (const run of runs) talk.hears(receipt(1, run));
    expect(talk.ready.sentPuts).toEqual([]);
  });

  test("[CLIENT15] is answered by a receipt that speaks of several", () => {
    const talk = liveTalk().takes(...runs.map((run) => put(1, run)));
    talk.hears(receipt(1, at(1), 3));
    expect(talk.ready.sentPuts.map(({ run }) => run.firstSeq)).toEqual([4]);
    talk.hears(receipt(1, at(4)));
    expect(talk.ready.sentPuts).toEqual([]);
  });

  test("[CLIENT15] is answered by several that speak of its parts", () => {
    const run = runOf(chain, 1, [0, 0, 0]);
    const talk = liveTalk()
      .takes(put(1, run))
      .hears(receipt(1, run, 2));
    expect(talk.ready.sentPuts).toHaveLength(1);
    talk.hears(receipt(1, { ...run, firstSeq: 3 }, 1));
    expect(talk.ready.sentPuts).toEqual([]);
  });

  test("[CLIENT16] is refused also by a refusal that names a later envelope of it", () => {
    const run = runOf(chain, 1, [0, 0, 0]);
    const talk = liveTalk().takes(put(1, run), put(1, at(4)));
    talk.hears(refusal(ofChannel(1), "LogHeadUnknown", { ...ofRun(run), seq: 3 }));
    expect(talk.ready.sentPuts.map(({ run: { firstSeq } }) => firstSeq)).toEqual([4]);
    talk.hears(refusal(ofChannel(1), "ChainGap", { ...ofRun(at(4)), have: 0 }));
    expect(talk.ready.sentPuts).toEqual([]);
    expect(sentSeqs(talk)).toEqual([1, 4]);
  });

  test("[CLIENT4] is not answered by a receipt that reaches beyond what was put", () => {
    const talk = liveTalk().takes(put(1, at(1)));
    talk.effects();
    expect(talk.hears(receipt(1, at(1), 2)).lines()[0]).toMatch(/^relayMisbehaved/u);
  });

  test("[CLIENT4] is not answered by a receipt of another chain, or that leaves its beginning out", () => {
    for (const run of [runOf(chainOf(5), 1), runOf(chain, 2)]) {
      const talk = liveTalk().takes(put(1, runOf(chain, 1, [0, 0])));
      talk.effects();
      expect(talk.hears(receipt(1, run, 1)).lines()[0]).toMatch(/^relayMisbehaved/u);
    }
  });

  test("[RELAY7] waits for the heads of its vault, and holds up no other", () => {
    const talk = liveTalk().takes(openVault(2), put(2, runOf(chainOf(6), 1)), put(1, at(1)));
    expect(sentSeqs(talk)).toEqual([1]);
    expect(talk.ready.putQueue.size).toBe(1);
    expect(sentSeqs(talk.hears(heads(2)))).toEqual([1]);
    expect(talk.ready.putQueue.size).toBe(0);
  });

  test("that is put twice goes out once", () => {
    const talk = liveTalk().takes(put(1, at(1)), put(1, at(1)));
    expect(sentSeqs(talk)).toEqual([1]);
  });

  test("that fits no frame is a bug of the engine, found where it is put", () => {
    const talk = liveTalk();
    expect(() => talk.takes(put(1, runOf(chain, 1, [700_000, 800_000])))).toThrow(/fit a frame/u);
    expect(sentSeqs(talk.takes(put(1, runOf(chain, 1, [700_000, 600_000]))))).toEqual([1]);
  });

  test("of a vault that is not open goes nowhere", () => {
    expect(
      readyTalk()
        .takes(put(1, at(1)))
        .lines(),
    ).toEqual([]);
  });

  test("of one vault does not wait for all of another's", () => {
    const talk = liveTalk().takes(openVault(2)).hears(heads(2)).hears(caughtUp(2));
    for (let seq = 1; seq <= 20; seq++) talk.takes(put(1, runOf(chain, seq)));
    talk.takes(put(2, runOf(chainOf(6), 1)), put(2, runOf(chainOf(6), 2)));
    talk.hears(receipt(1, at(1), 4));
    const vaults = talk.ready.sentPuts.map(({ vault }) => vault);
    expect(vaults.filter((vault) => vault === vaultOf(2)).length).toBeGreaterThan(0);
  });
});

describe("a put that is refused", () => {
  const sent = (): ClientTalk => {
    const talk = liveTalk().takes(put(1, at(1)), put(1, at(2)), put(1, at(3)));
    talk.effects();
    return talk;
  };

  test("[CLIENT16] as too fast goes out again after the wait, in order", () => {
    const talk = sent();
    for (const run of [at(1), at(2), at(3)])
      talk.hears(refusal(ofChannel(1), "RateLimited", { ...ofRun(run), retryAfterMs: 400 }));
    expect(talk.passes(399).lines()).toEqual([]);
    expect(sentSeqs(talk.passes(1))).toEqual([1, 2, 3]);
  });

  test("[CLIENT16] as too fast goes out again before what has not gone out at all", () => {
    const many = Array.from({ length: 10 }, (_, place) => runOf(chain, place + 1));
    const talk = liveTalk().takes(...many.map((run) => put(1, run)));
    talk.effects();
    for (const run of many.slice(0, 8))
      talk.hears(refusal(ofChannel(1), "RateLimited", { ...ofRun(run), retryAfterMs: 400 }));
    expect(sentSeqs(talk.passes(400))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("[CLIENT16] for the gap that another's refusal has left goes out again behind it", () => {
    const talk = sent();
    talk.hears(refusal(ofChannel(1), "RateLimited", { ...ofRun(at(1)), retryAfterMs: 400 }));
    talk.hears(refusal(ofChannel(1), "ChainGap", { ...ofRun(at(2)), expected: 1 }));
    talk.hears(refusal(ofChannel(1), "ChainGap", { ...ofRun(at(3)), expected: 1 }));
    expect(talk.lines()).toEqual([]);
    expect(sentSeqs(talk.passes(400))).toEqual([1, 2, 3]);
  });

  test("[CLIENT16] for that gap goes out again, also where the first is under way by then", () => {
    const talk = sent();
    talk.hears(refusal(ofChannel(1), "RateLimited", { ...ofRun(at(1)), retryAfterMs: 400 }));
    expect(sentSeqs(talk.passes(400))).toEqual([1]);
    talk.hears(refusal(ofChannel(1), "ChainGap", { ...ofRun(at(2)), expected: 1 }));
    talk.hears(refusal(ofChannel(1), "ChainGap", { ...ofRun(at(3)), expected: 1 }));
    expect(talk.lines()).toEqual(["send Put channel=1", "send Put channel=1"]);
    expect(talk.ready.sentPuts.map(({ run }) => run.firstSeq)).toEqual([1, 2, 3]);
  });

  test.each([
    "ChainGap",
    "ChainCut",
    "LogHeadUnknown",
    "ChainForked",
    "QuotaExceeded",
    "RoleForbids",
  ] as const)("[CLIENT16] as %s is the engine's matter, with what stands behind it", (name) => {
    const talk = liveTalk(100).takes(put(1, at(1)), put(1, at(2)), put(1, runOf(chainOf(5), 1)));
    talk.effects();
    talk.hears(refusal(ofChannel(1), name, ofRun(at(1))));
    expect(talk.lines()).toEqual([`putRefused vault=010101010 chain=040404040 seq=1 ${name}`]);
    talk.hears({ type: "Credit", byteLength: 100_000 });
    const chains = talk.ready.sentPuts.map(({ run }) => run.chain);
    expect(chains).not.toContain(chain);
    expect(chains).toContain(chainOf(5));
  });

  test("[CLIENT16] as too fast goes out again on the channel that its vault has by then", () => {
    const talk = liveTalk().takes(put(1, at(1)), { kind: "closeVault", vault: vaultOf(1) });
    talk.takes(openVault(1)).hears(heads(2));
    talk.effects();
    talk.hears(refusal(ofChannel(1), "RateLimited", { ...ofRun(at(1)), retryAfterMs: 400 }));
    expect(talk.passes(400).lines()).toEqual(["send Put channel=2"]);
  });

  test("[RELAY19] on a channel that is closed by then is told all the same", () => {
    const talk = sent().takes({ kind: "closeVault", vault: vaultOf(1) });
    talk.effects();
    talk.hears(refusal(ofChannel(1), "VaultUnknown", ofRun(at(1))));
    expect(talk.lines()).toEqual(["putRefused vault=010101010 chain=040404040 seq=1 VaultUnknown"]);
  });

  test("and was answered already changes nothing", () => {
    const talk = sent().hears(receipt(1, at(1)));
    talk.effects();
    expect(talk.hears(refusal(ofChannel(1), "ChainGap", ofRun(at(1)))).lines()).toEqual([]);
    expect(talk.state.link.kind).toBe("ready");
  });
});
