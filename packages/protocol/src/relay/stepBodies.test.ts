import { describe, expect, test } from "vitest";
import {
  chainOf,
  channelOf,
  credit,
  liveBatch,
  liveTalk,
  openVault,
  preparedRun,
  vaultOf,
  vaultOpened,
} from "../testing/relayTranscript.ts";
import type { BodyWant } from "../wire/envelopes.ts";
import type { RelayInput } from "./relayInput.ts";

const want = (chain: number, channel = 1): BodyWant => ({
  type: "BodyWant",
  channel: channelOf(channel),
  chain: chainOf(chain),
  seqs: [1, 2],
});

const bodies = (
  chain: number,
  byteLengths: readonly number[],
  missing: readonly number[] = [],
  unread: readonly number[] = [],
): RelayInput => ({
  kind: "bodies",
  channel: channelOf(1),
  chain: chainOf(chain),
  frames: byteLengths.map((byteLength) => [preparedRun(byteLength)]),
  missing,
  unread,
});

describe("bodies by chain and seq", () => {
  test("[RELAY14] come in Envelopes, and what is gone is named behind them", () => {
    const talk = liveTalk()
      .says(want(4))
      .learns(bodies(4, [100], [2]));
    expect(talk.lines()).toEqual([
      "client: BodyWant #1",
      "do readBodies #1",
      "bodies #1",
      "relay: Envelopes #1 @10 x1",
      "relay: BodyMissing #1",
    ]);
  });

  test("[RELAY14] that somebody else misses are named where the vault is open, once, and nowhere else", () => {
    const missed = { chain: chainOf(4), seqs: [2, 3] } as const;
    const talk = liveTalk();
    talk.learns({ kind: "bodiesMissing", vault: vaultOf(1), ...missed });
    expect(talk.answers()).toEqual(["relay: BodyMissing #1"]);
    talk.learns({ kind: "bodiesMissing", vault: vaultOf(2), ...missed });
    expect(talk.answers()).toEqual([]);
  });

  test("[RELAY14] that were too much at once are looked for next, before another want", () => {
    const talk = liveTalk().says(want(4)).says(want(5));
    expect(talk.answers()).toEqual(["do readBodies #1"]);
    expect(talk.learns(bodies(4, [100], [], [2])).answers()).toEqual([
      "relay: Envelopes #1 @10 x1",
      "do readBodies #1",
    ]);
    expect(talk.learns(bodies(4, [], [2])).answers()).toEqual([
      "relay: BodyMissing #1",
      "do readBodies #1",
    ]);
  });

  test("[RELAY14] are read one want at a time, in their order", () => {
    const talk = liveTalk().says(want(4)).says(want(5));
    expect(talk.answers()).toEqual(["do readBodies #1"]);
    talk
      .learns(bodies(5, [100]))
      .learns(bodies(4, [100]))
      .learns(bodies(5, [100]));
    expect(talk.answers()).toEqual([
      "relay: Envelopes #1 @10 x1",
      "do readBodies #1",
      "relay: Envelopes #1 @10 x1",
    ]);
  });

  test("[RELAY14] wait for credit before they are read, and between two frames", () => {
    const talk = liveTalk(1)
      .learns({ kind: "live", batch: liveBatch(vaultOf(1), [11, 11]) })
      .says(want(4));
    expect(talk.answers()).toEqual(["relay: Envelopes #1 @11 x1"]);
    expect(talk.says(credit(200)).answers()).toEqual(["do readBodies #1"]);
    expect(talk.learns(bodies(4, [100, 100], [2])).answers()).toEqual([
      "relay: Envelopes #1 @11 x1",
    ]);
    expect(talk.says(credit(10)).answers()).toEqual([
      "relay: Envelopes #1 @11 x1",
      "relay: BodyMissing #1",
    ]);
  });

  test("[RELAY14] of a vault that was closed meanwhile go nowhere, and hold up nothing", () => {
    const talk = liveTalk()
      .says(want(4))
      .says(want(5))
      .says({ type: "CloseVault", channel: channelOf(1) });
    talk.lines();
    expect(talk.learns(bodies(4, [100])).answers()).toEqual([]);
    expect(talk.state.session).toMatchObject({ bodyReadings: [] });
  });

  test("[RELAY14] wait for those of a closed vault that the store was asked for", () => {
    const talk = liveTalk()
      .says(openVault(2))
      .learns(vaultOpened(2, 10))
      .says(want(4))
      .says({ type: "CloseVault", channel: channelOf(1) });
    talk.lines();
    expect(talk.says(want(5, 2)).answers()).toEqual([]);
    expect(talk.learns(bodies(4, [100])).answers()).toEqual(["do readBodies #2"]);
  });

  test("[RELAY14] of an unknown channel are refused, and so is the 65th want that waits", () => {
    const talk = liveTalk().says(want(4, 9));
    expect(talk.answers()).toEqual(["relay: Refusal channel #9 VaultUnknown chain=040404040404"]);
    for (let count = 0; count < 64; count++) talk.says(want(4));
    expect(talk.answers()).toEqual(["do readBodies #1"]);
    expect(talk.says(want(4)).answers()).toEqual([
      "relay: Refusal channel #1 RateLimited chain=040404040404 retryAfterMs=1000",
    ]);
  });
});
