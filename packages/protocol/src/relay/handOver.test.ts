/**
 * A vault that grows while a client catches up: a model of the store, of the fan-out and of a client,
 * and any interleaving of what can happen between them.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { envelopeIds } from "../ids.ts";
import { bufferedByteLengthMax } from "../limits.ts";
import {
  chainOf,
  channelOf,
  credit,
  deepFreeze,
  openVault,
  ownKey,
  positionOf,
  readyTalk,
  vaultOf,
  vaultOpened,
} from "../testing/relayTranscript.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import type { Vector } from "../wire/heads.ts";
import { envelopesFrameByteLength } from "../wire/envelopesFrame.ts";
import type { PreparedRun, RelayEffect } from "./relayEffect.ts";
import type { RelayInput } from "./relayInput.ts";
import type { RelayConnection } from "./relayState.ts";
import { relayStep } from "./relayStep.ts";

const vault = vaultOf(1);
const chains = [1, 2, 3] as const;
type Chain = (typeof chains)[number];

interface Stored {
  readonly position: number;
  readonly chain: Chain;
  readonly seq: number;
  readonly byteLength: number;
  /** Sent by the connection under test. */
  readonly isOwn: boolean;
}

/** An envelope as a run of its own, whose bytes say its position. */
const runOf = ({ position, byteLength, isOwn }: Stored, isLive: boolean): PreparedRun => {
  const bytes = new Uint8Array(4 + byteLength);
  new DataView(bytes.buffer).setUint32(0, position);
  return { bytes, envelopeCount: 1, origin: isOwn && isLive ? ownKey : undefined };
};

const positionIn = ({ bytes }: PreparedRun): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

type Effect<Kind extends RelayEffect["kind"]> = Extract<RelayEffect, { kind: Kind }>;

/** What can happen next. */
type Happening =
  | { readonly kind: "stored"; readonly chain: Chain; readonly byteLengths: readonly number[] }
  /** How many of the stored puts go out as one batch. */
  | { readonly kind: "passedOn"; readonly count: number }
  | { readonly kind: "opened" }
  | { readonly kind: "pageRead"; readonly countMax: number; readonly perFrame: number }
  | { readonly kind: "credit"; readonly byteLength: number }
  | { readonly kind: "pulled"; readonly byteLength: number }
  | { readonly kind: "slow" }
  | { readonly kind: "drained" };

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("stored"),
      chain: fc.constantFrom(...chains),
      byteLengths: fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("passedOn"), count: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("opened") }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("pageRead"),
      countMax: fc.integer({ min: 1, max: 5 }),
      perFrame: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("credit"),
      byteLength: fc.integer({ min: 0, max: 300 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("pulled"),
      byteLength: fc.integer({ min: 0, max: 200 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("slow") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drained") }) },
);

const createWorld = (channel: number) => {
  let state: RelayConnection = readyTalk().state;
  const store: Stored[] = [];
  /** Not passed on yet: puts in their order, each one batch or part of one. */
  const waiting: Stored[][] = [];
  const asked: Effect<"readPage">[] = [];
  let isOpening = false;
  /** The client. */
  const has = new Set<number>();
  let sinceBegun: number[] = [];
  let creditLeft = 0;
  let isNudged = false;

  const vector = (): Vector =>
    chains.flatMap((chain) => {
      // As far as the client has it without a hole; its own it has from the start.
      const seqs = store.filter((one) => one.chain === chain);
      const missing = seqs.findIndex((one) => !one.isOwn && !has.has(one.position));
      const seq = missing === -1 ? seqs.length : missing;
      const id = envelopeIds.fromBytes(new Uint8Array(envelopeIds.byteLength));
      return seq === 0 ? [] : [{ chain: chainOf(chain), seq, id }];
    });

  const receive = (effect: Effect<"sendRuns">): void => {
    expect(creditLeft, "a frame begins while credit is left").toBeGreaterThan(0);
    creditLeft -= envelopesFrameByteLength(effect.channel, effect.position, effect.runs);
    for (const run of effect.runs) {
      const position = positionIn(run);
      expect(position, "each once, in order").toBeGreaterThan(sinceBegun.at(-1) ?? 0);
      expect(run.origin, "nobody gets their own live").not.toBe(ownKey);
      sinceBegun.push(position);
      has.add(position);
    }
  };

  const perform = (effect: RelayEffect): void => {
    if (effect.kind === "openVault") isOpening = true;
    else if (effect.kind === "readPage") {
      expect(asked, "one page at a time").toEqual([]);
      asked.push(effect);
    } else if (effect.kind === "sendRuns") receive(effect);
    else if (effect.kind === "send" && effect.frame.type === "Nudge") {
      expect(isNudged, "one nudge until a Pull").toBe(false);
      isNudged = true;
    } else if (effect.kind === "send" && effect.frame.type === "CatchUpDone") {
      const { position } = effect.frame;
      const lacking = store.filter(
        (one) => !one.isOwn && one.position <= position && !has.has(one.position),
      );
      expect(lacking, "whoever has caught up lacks nothing").toEqual([]);
    } else expect(effect.kind === "send" && effect.frame.type).toBe("VaultHeads");
  };

  const take = (input: RelayInput): void => {
    const step = deepFreeze(relayStep(state, deepFreeze(input), 0));
    state = step.state;
    for (const effect of step.effects) perform(effect);
  };
  const says = (frame: ClientFrame): void => take({ kind: "frame", frame, byteLength: 0 });

  const passOn = (count: number): void => {
    const batch = waiting.splice(0, count).flat();
    const [first, last] = [batch[0], batch.at(-1)];
    if (first === undefined || last === undefined) return;
    const runs = batch.map((one) => runOf(one, true));
    take({
      kind: "live",
      batch: {
        vault,
        fromPosition: first.position,
        toPosition: positionOf(last.position),
        runs: () => runs,
      },
    });
  };

  const readPage = (countMax: number, perFrame: number): void => {
    const effect = asked.shift();
    if (effect === undefined) return;
    const seqs = new Map(effect.vector.map((mark) => [mark.chain, mark.seq]));
    const lacking = store.filter(
      (one) => one.position > effect.afterPosition && one.seq > (seqs.get(chainOf(one.chain)) ?? 0),
    );
    const read = lacking.slice(0, countMax);
    const isEnd = read.length === lacking.length;
    const frames: PreparedRun[][] = [];
    for (let at = 0; at < read.length; at += perFrame)
      frames.push(read.slice(at, at + perFrame).map((one) => runOf(one, false)));
    const toPosition = positionOf(isEnd ? store.length : (read.at(-1)?.position ?? 0));
    const { channel: number, reading } = effect;
    take({ kind: "page", channel: number, reading, frames, toPosition, isEnd });
  };

  const pull = (creditByteLength: number): void => {
    [sinceBegun, isNudged] = [[], false];
    creditLeft += creditByteLength;
    says({ type: "Pull", channel: channelOf(channel), vector: vector(), creditByteLength });
  };

  const happen = (happening: Happening): void => {
    switch (happening.kind) {
      case "stored": {
        const { chain } = happening;
        const seq = store.filter((one) => one.chain === chain).length;
        const put = happening.byteLengths.map((byteLength, at) => ({
          position: store.length + 1 + at,
          chain,
          seq: seq + 1 + at,
          byteLength,
          isOwn: chain === 1,
        }));
        store.push(...put);
        waiting.push(put);
        return;
      }
      case "passedOn":
        return passOn(happening.count);
      case "opened":
        if (!isOpening) return;
        isOpening = false;
        return take(vaultOpened(channel, store.length));
      case "pageRead":
        return readPage(happening.countMax, happening.perFrame);
      case "credit":
        creditLeft += happening.byteLength;
        return says(credit(happening.byteLength));
      case "pulled":
        return pull(happening.byteLength);
      case "slow":
        return take({ kind: "buffered", byteLength: bufferedByteLengthMax + 1 });
      case "drained":
        return take({ kind: "buffered", byteLength: 0 });
    }
  };

  return {
    begin: () => says(openVault(channel, vault)),
    happen,
    /** Everything under way arrives, and the client does its part. */
    settle: () => {
      happen({ kind: "opened" });
      happen({ kind: "drained" });
      happen({ kind: "credit", byteLength: 1_000_000 });
      while (waiting.length > 0) passOn(1);
      if (isNudged) pull(1_000_000);
      while (asked.length > 0) readPage(3, 2);
    },
    lacking: () => store.filter((one) => !one.isOwn && !has.has(one.position)),
    stageOf: () => {
      const { session } = state;
      return session.kind === "ready"
        ? session.channels.get(channelOf(channel))?.stage.kind
        : session.kind;
    },
  };
};

describe("the hand-over from pages to what comes live", () => {
  test("[RELAY9] loses nothing and doubles nothing, whatever comes when", () => {
    fc.assert(
      fc.property(fc.array(happenings, { maxLength: 60, size: "max" }), (story) => {
        const world = createWorld(1);
        world.begin();
        for (const happening of story) world.happen(happening);
        world.settle();
        expect(world.lacking()).toEqual([]);
        expect(world.stageOf()).toBe("live");
      }),
      { numRuns: 600 },
    );
  });

  test("[RELAY9] a client that catches up again and again in the middle of it has everything, too", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(happenings, fc.boolean()), { maxLength: 20, size: "max" }),
        (story) => {
          const world = createWorld(7);
          world.begin();
          for (const [happening, isSettled] of story) {
            world.happen(happening);
            if (!isSettled) continue;
            world.settle();
            expect(world.lacking()).toEqual([]);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
