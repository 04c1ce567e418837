/** The machine as a whole, against anything that a relay, a network, a clock and an engine may do. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { channelNumbers, chainIds, mailboxNumbers, requestIds, type VaultId } from "../ids.ts";
import { creditWindowByteLength, putsInFlightMax, vaultsPerUserMax } from "../limits.ts";
import { type RefusalName, refusals } from "../refusals.ts";
import { logNames } from "../testing/arbitraries.ts";
import { idFilledWith, runOf } from "../testing/chains.ts";
import { challenge, liveTalk, signed, vaultOf, welcome } from "../testing/clientTranscript.ts";
import { relayFrames } from "../testing/frameArbitraries.ts";
import { deepFreeze } from "../testing/relayTranscript.ts";
import { factsOf } from "../wire/refusal.ts";
import { encodeRelayFrame, type RelayFrame } from "../wire/relayFrame.ts";
import type { ClientEffect } from "./clientEffect.ts";
import type { ClientInput } from "./clientInput.ts";
import type { ClientConnection } from "./clientState.ts";
import { clientStep } from "./clientStep.ts";
import { openClientConnection } from "./dial.ts";

// A small world, so that things meet

const channel = fc.integer({ min: 0, max: 5 }).map((number) => channelNumbers.fromNumber(number));
const request = fc.integer({ min: 0, max: 5 }).map((number) => requestIds.fromNumber(number));
const mailbox = fc.integer({ min: 0, max: 2 }).map((number) => mailboxNumbers.fromNumber(number));
const chain = fc.constantFrom(idFilledWith(chainIds, 4), idFilledWith(chainIds, 5));
const vault: fc.Arbitrary<VaultId> = fc.constantFrom(vaultOf(1), vaultOf(2));
const seq = fc.integer({ min: 1, max: 4 });
const jitter = fc.double({ min: 0, max: 0.999, noNaN: true });

const withFewNames = (frame: RelayFrame): fc.Arbitrary<RelayFrame> =>
  fc
    .record({ channel, request, mailbox, vault, chain, firstSeq: seq, fromIndex: seq, count: seq })
    .map((names) =>
      Object.assign(
        {},
        frame,
        Object.fromEntries(Object.entries(names).filter(([name]) => name in frame)),
      ),
    );

/** Those that leave a connection alive come more often, or none would live long. */
const refusal: fc.Arbitrary<RelayFrame> = fc
  .record({
    name: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom<RefusalName>("RateLimited", "ChainGap", "NotFound") },
      { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(refusals) as RefusalName[])) },
    ),
    subject: fc.oneof(
      fc.record({ kind: fc.constant("request"), request }),
      fc.record({ kind: fc.constant("channel"), channel }),
      fc.record({ kind: fc.constant("mailbox"), mailbox }),
    ),
    facts: fc.oneof(
      fc.record({ chain, seq }),
      fc.record({ chain, seq, retryAfterMs: fc.nat(2_000) }),
      fc.record({ retryAfterMs: fc.constantFrom("many", "-5", "1e999", "20") }),
      fc.constant({}),
    ),
  })
  .map(({ name, subject, facts }) => ({
    type: "Refusal",
    subject,
    number: refusals[name].number,
    facts: factsOf(facts),
  }));

const heard = (frames: fc.Arbitrary<RelayFrame>): fc.Arbitrary<ClientInput> =>
  frames.map((frame) => ({
    kind: "frame",
    frame,
    byteLength: encodeRelayFrame(frame).length,
  }));

const ofRelay: fc.Arbitrary<ClientInput> = fc.oneof(
  { weight: 6, arbitrary: heard(relayFrames.chain(withFewNames)) },
  { weight: 3, arbitrary: heard(refusal) },
  { weight: 2, arbitrary: heard(fc.constant(challenge)) },
  { weight: 2, arbitrary: heard(fc.constant(welcome)) },
  {
    weight: 1,
    arbitrary: heard(fc.record({ type: fc.constant("Credit"), byteLength: fc.nat(3_000) })),
  },
);

const ofLine: fc.Arbitrary<ClientInput> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<ClientInput>({ kind: "tick" }) },
  { weight: 6, arbitrary: fc.constant<ClientInput>({ kind: "opened" }) },
  { weight: 4, arbitrary: fc.constant<ClientInput>({ kind: "start" }) },
  { weight: 1, arbitrary: fc.constant<ClientInput>({ kind: "stop" }) },
  { weight: 6, arbitrary: fc.constant(signed) },
  { weight: 1, arbitrary: fc.constant<ClientInput>({ kind: "relayRefused" }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("online"), jitter }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("closed"), why: fc.constant({}), jitter }),
  },
);

const engineRequest = fc.nat(9);
const ofEngine: fc.Arbitrary<ClientInput> = fc.oneof(
  fc.record({ kind: fc.constant("followLog"), name: logNames, fromIndex: fc.nat(3) }),
  fc.record({
    kind: fc.constant("openVault"),
    vault,
    logHead: fc.constant(undefined),
    vector: fc.constant([]),
    wantsBodies: fc.boolean(),
    wantsPresence: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("closeVault"), vault }),
  fc.record({ kind: fc.constant("pullVault"), vault, vector: fc.constant([]) }),
  fc.record({
    kind: fc.constant("put"),
    vault,
    run: fc.tuple(chain, seq).map(([of, first]) => runOf(of, first)),
  }),
  fc.record({ kind: fc.constant("dirty"), vault, byteLength: fc.nat(70_000) }),
  fc.record({ kind: fc.constant("sealed"), vault, remainingByteLength: fc.nat(9) }),
  fc.record({ kind: fc.constant("nothingToSeal"), vault }),
  fc.record({ kind: fc.constant("sealLater"), vault }),
  fc.record({ kind: fc.constant("taken"), byteLength: fc.nat(600_000) }),
  fc.record({
    kind: fc.constant("wantBodies"),
    vault,
    chain,
    seqs: fc.array(seq, { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant("sendPresence"), vault, sealed: fc.constant(Uint8Array.of(1)) }),
  fc.record({
    kind: fc.constant("appendRecord"),
    request: engineRequest,
    record: fc.constant(Uint8Array.of(1)),
  }),
  fc.record({
    kind: fc.constant("wantBlobToken"),
    request: engineRequest,
    vault,
    action: fc.constantFrom(1, 2),
    blob: fc.constant(undefined),
  }),
  fc.record({ kind: fc.constant("openMailbox"), request: engineRequest }),
  fc.record({ kind: fc.constant("joinMailbox"), request: engineRequest, mailbox }),
  fc.record({
    kind: fc.constant("sendToMailbox"),
    mailbox,
    message: fc.constant(Uint8Array.of(1)),
  }),
  fc.record({ kind: fc.constant("closeMailbox"), mailbox, isBurnt: fc.boolean() }),
);

const moments = fc.array(
  fc.record({
    input: fc.oneof(
      { weight: 4, arbitrary: ofRelay },
      { weight: 4, arbitrary: ofLine },
      { weight: 5, arbitrary: ofEngine },
    ),
    /** Mostly on, now and then back. */
    byMs: fc.oneof(fc.nat(30), fc.nat(9_000), fc.integer({ min: -9_000, max: 0 })),
  }),
  { maxLength: 120, size: "max" },
);

const isTalking = ({ link }: ClientConnection): boolean =>
  link.kind === "greeting" ||
  link.kind === "signing" ||
  link.kind === "welcoming" ||
  link.kind === "ready";

const isWaitingForTime = (state: ClientConnection): boolean =>
  isTalking(state) || state.link.kind === "waiting" || state.link.kind === "dialing";

/** What the relay may send, and what it has sent that is not granted again. */
const windowOf = ({ link }: ClientConnection): number =>
  link.kind === "ready"
    ? link.receiveCreditByteLength + link.untakenByteLength + link.owedCreditByteLength
    : creditWindowByteLength;

const sentPutCount = ({ link }: ClientConnection): number =>
  link.kind === "ready" ? link.sentPuts.length : 0;

/** What began twice, or ended without having begun. */
const disorderIn = (effects: readonly ClientEffect[]): readonly string[] => {
  let isDialled = false;
  let isWelcome = false;
  const disorder: string[] = [];
  for (const { kind } of effects) {
    if (kind === "dial" && isDialled) disorder.push("dialled twice");
    if (kind === "welcome" && (!isDialled || isWelcome)) disorder.push("welcome twice");
    if (kind === "send" && !isDialled) disorder.push("sent to nobody");
    const isOver = kind === "lost" || kind === "stopped";
    isDialled = !isOver && (isDialled || kind === "dial");
    isWelcome = !isOver && (isWelcome || kind === "welcome");
  }
  return disorder;
};

describe("any conversation", () => {
  test("[CLIENT4] nothing that a relay says makes the machine throw, and its frames can be sent", () => {
    fc.assert(
      fc.property(moments, (list) => {
        let state = deepFreeze(openClientConnection("noise 1", 0));
        let nowMs = 1_000_000;
        const effects: ClientEffect[] = [];
        for (const { input, byMs } of list) {
          nowMs += byMs;
          const step = deepFreeze(clientStep(state, deepFreeze(input), nowMs));
          ({ state } = step);
          effects.push(...step.effects);
          const hangUps = step.effects.filter(({ kind }) => kind === "hangUp").length;
          expect(hangUps).toBeLessThanOrEqual(isTalking(state) ? 0 : 1);
          expect(windowOf(state)).toBe(creditWindowByteLength);
          expect(sentPutCount(state)).toBeLessThanOrEqual(putsInFlightMax);
          // A machine that waits for something has a timer for it.
          expect(state.wakeAtMs !== undefined).toBe(isWaitingForTime(state));
        }
        expect(disorderIn(effects)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test("[CLIENT4] a relay that says one thing for ever makes the machine remember no more", () => {
    const sizeOf = ({ line, link }: ClientConnection): number =>
      line.asks.length +
      line.asked.size +
      line.mailboxes.size +
      (link.kind === "ready"
        ? link.channels.size + link.logs.size + link.logQueue.length + link.bodyQueue.length
        : 0);
    fc.assert(
      fc.property(ofRelay, (input) => {
        const talk = liveTalk();
        talk.takes({
          kind: "wantBodies",
          vault: vaultOf(1),
          chain: idFilledWith(chainIds, 4),
          seqs: [1],
        });
        talk.takes({ kind: "pullVault", vault: vaultOf(1), vector: [] });
        const before = sizeOf(talk.state);
        for (let count = 0; count < 50; count++) talk.takes(input);
        expect(sizeOf(talk.state)).toBeLessThanOrEqual(before + 2);
      }),
      { numRuns: 300 },
    );
  });

  test("as many vaults as there may be are opened by one machine", () => {
    const talk = liveTalk();
    for (let byte = 2; byte <= vaultsPerUserMax - 1; byte++)
      talk.takes({
        kind: "openVault",
        vault: vaultOf(byte),
        logHead: undefined,
        vector: [],
        wantsBodies: true,
        wantsPresence: false,
      });
    expect(talk.ready.channels.size).toBe(vaultsPerUserMax - 1);
    expect(talk.state.line.asks).toEqual([]);
  });
});
