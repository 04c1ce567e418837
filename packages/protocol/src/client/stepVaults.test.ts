import { describe, expect, test } from "vitest";
import { channelNumbers } from "../ids.ts";
import { channelNumberMax, seqsPerWantMax } from "../limits.ts";
import { chainOf } from "../testing/relayTranscript.ts";
import {
  caughtUp,
  envelopes,
  heads,
  liveTalk,
  nudge,
  ofChannel,
  openVault,
  put,
  readyTalk,
  receipt,
  refusal,
  runOf,
  vaultOf,
} from "../testing/clientTranscript.ts";
import type { WireEnvelope } from "../wire/run.ts";
import type { ClientInput } from "./clientInput.ts";
import { clientStep } from "./clientStep.ts";

const vault = vaultOf(1);
const close: ClientInput = { kind: "closeVault", vault };
const pull: ClientInput = { kind: "pullVault", vault, vector: [] };

describe("a vault", () => {
  test("is opened, catches up, and is live", () => {
    const talk = readyTalk().takes(openVault(1)).hears(heads(1)).hears(envelopes(1), 500);
    talk.hears(caughtUp(1)).hears(envelopes(1), 300);
    expect(talk.lines()).toEqual([
      "send OpenVault channel=1 vault=010101010",
      "vaultHeads vault=010101010",
      "envelopes vault=010101010 byteLength=500",
      "caughtUp vault=010101010",
      "envelopes vault=010101010 byteLength=300",
    ]);
  });

  test("[RELAY9] that is caught up twice is told once", () => {
    expect(liveTalk().hears(caughtUp(1)).lines()).toEqual([]);
  });

  test("[RELAY6] gets a higher number each time, and never one that was used", () => {
    const talk = liveTalk().takes(close, openVault(1), openVault(2), close, openVault(1));
    expect(talk.lines()).toEqual([
      "send CloseVault channel=1",
      "send OpenVault channel=2 vault=010101010",
      "send OpenVault channel=3 vault=020202020",
      "send CloseVault channel=2",
      "send OpenVault channel=4 vault=010101010",
    ]);
  });

  test("[RELAY6] that needs a number beyond the last one takes a new connection", () => {
    const { state, ready } = readyTalk();
    const openedAfter = (channelCount: number) =>
      clientStep({ ...state, link: { ...ready, channelCount } }, openVault(1), 0).effects;
    expect(openedAfter(channelNumberMax - 1)).toMatchObject([
      { kind: "send", frame: { type: "OpenVault", channel: channelNumberMax } },
    ]);
    expect(openedAfter(channelNumberMax)).toMatchObject([{ kind: "hangUp" }, { kind: "wakeAt" }]);
  });

  test("that is opened twice is pulled", () => {
    const talk = liveTalk().takes(openVault(1));
    expect(talk.lines()).toEqual(["send Pull channel=1"]);
    expect(talk.hears(caughtUp(1)).lines()).toEqual(["caughtUp vault=010101010"]);
  });

  test("that is closed before its OpenVault went out is never opened", () => {
    const talk = readyTalk(1).takes(openVault(2), openVault(1), close);
    expect(talk.lines()).toEqual(["send OpenVault channel=1 vault=020202020"]);
    expect(talk.hears({ type: "Credit", byteLength: 9_999 }).lines()).toEqual([]);
  });

  test("that was closed is not heard of any more, whatever is under way", () => {
    const run = runOf(chainOf(4), 1);
    const talk = liveTalk().takes(put(1, run), put(1, runOf(chainOf(5), 1)), close);
    talk.effects();
    const late = [heads(1), envelopes(1), caughtUp(1), nudge(1)];
    for (const frame of late) talk.hears(frame);
    expect(talk.lines()).toEqual([]);
    expect(talk.hears(receipt(1, run)).lines()).toEqual([
      "receipt vault=010101010 chain=040404040 count=1",
    ]);
  });

  test("[CLIENT13] is pulled once after many nudges, and again after the next", () => {
    const talk = liveTalk().hears(nudge(1)).hears(nudge(1));
    expect(talk.lines()).toEqual(["nudged vault=010101010"]);
    talk.takes(pull).hears(caughtUp(1)).hears(nudge(1));
    expect(talk.lines()).toEqual([
      "send Pull channel=1",
      "caughtUp vault=010101010",
      "nudged vault=010101010",
    ]);
  });

  test("[RELAY7] is not pulled before its heads are here, but then", () => {
    const talk = readyTalk().takes(openVault(1), pull);
    expect(talk.lines()).toEqual(["send OpenVault channel=1 vault=010101010"]);
    expect(talk.hears(heads(1)).lines()).toEqual([
      "vaultHeads vault=010101010",
      "send Pull channel=1",
    ]);
  });

  test("that is pulled again before the first Pull went out is pulled once", () => {
    const talk = liveTalk(1).takes({ kind: "appendRecord", request: 1, record: new Uint8Array(9) });
    talk.takes(pull, pull, pull);
    talk.effects();
    expect(talk.hears({ type: "Credit", byteLength: 9_999 }).lines()).toEqual([
      "send AppendRecord request=0",
      "send Pull channel=1",
    ]);
  });

  test("[RELAY8] that is lost is told, and nothing of it goes out any more", () => {
    const talk = liveTalk(1).takes(put(1, runOf(chainOf(4), 1)));
    talk.hears(refusal(ofChannel(1), "VaultUnknown"));
    expect(talk.lines()).toEqual(["vaultRefused vault=010101010 VaultUnknown"]);
    expect(talk.hears({ type: "Credit", byteLength: 9_999 }).lines()).toEqual([]);
    expect(talk.takes(openVault(1)).lines()).toEqual(["send OpenVault channel=2 vault=010101010"]);
  });

  test("that is refused for another reason is closed, so that both sides agree", () => {
    const talk = liveTalk().hears(refusal(ofChannel(1), "NotReady"));
    expect(talk.lines()).toEqual([
      "vaultRefused vault=010101010 NotReady",
      "send CloseVault channel=1",
    ]);
  });
});

const withoutBody = ({ ...envelope }: WireEnvelope): WireEnvelope =>
  Object.assign(envelope, { body: undefined });

describe("bodies", () => {
  const want = (seqs: readonly number[], chain = chainOf(4)): ClientInput => ({
    kind: "wantBodies",
    vault,
    chain,
    seqs,
  });

  test("are asked for in rising order, as many as fit a frame", () => {
    const seqs = Array.from({ length: seqsPerWantMax + 1 }, (_, at) => at + 1);
    const talk = liveTalk().takes(want(seqs.toReversed()));
    const wants = talk
      .effects()
      .flatMap((effect) => (effect.kind === "send" ? [effect.frame] : []));
    expect(wants).toMatchObject([
      { type: "BodyWant", seqs: seqs.slice(0, -1) },
      { type: "BodyWant", seqs: [seqsPerWantMax + 1] },
    ]);
  });

  test("[CLIENT14] are asked for sixteen times at once, and more when those are answered", () => {
    const talk = liveTalk();
    for (let seq = 1; seq <= 18; seq++) talk.takes(want([seq, seq + 100]));
    expect(talk.lines()).toHaveLength(16);
    const answer = runOf(chainOf(4), 1);
    expect(talk.hears(envelopes(1, [answer])).lines()).toEqual([
      "envelopes vault=010101010 byteLength=" + String(talk.ready.untakenByteLength),
    ]);
    const missing = {
      type: "BodyMissing",
      channel: channelNumbers.fromNumber(1),
      chain: chainOf(4),
    } as const;
    expect(talk.hears({ ...missing, seqs: [101] }).lines()).toEqual([
      "bodiesMissing vault=010101010 chain=040404040 seqs=101",
      "send BodyWant channel=1 chain=040404040 seqs=17,117",
    ]);
    const head = {
      ...answer,
      firstSeq: 2,
      envelopes: runOf(chainOf(4), 2, [0]).envelopes.map(withoutBody),
    };
    talk.hears(envelopes(1, [head])).hears({ ...missing, seqs: [102] });
    expect(talk.lines().at(-1)).toBe("bodiesMissing vault=010101010 chain=040404040 seqs=102");
  });

  test("[RELAY7] are not asked for before the heads are here", () => {
    const talk = readyTalk().takes(openVault(1), want([1]));
    talk.effects();
    expect(talk.hears(heads(1)).lines().at(-1)).toBe(
      "send BodyWant channel=1 chain=040404040 seqs=1",
    );
  });

  test("[CLIENT12] that were too fast are asked for again", () => {
    const talk = liveTalk().takes(want([3]));
    talk.effects();
    talk.hears(refusal(ofChannel(1), "RateLimited", { chain: chainOf(4), retryAfterMs: 700 }));
    expect(talk.passes(700).lines()).toEqual(["send BodyWant channel=1 chain=040404040 seqs=3"]);
  });
});
