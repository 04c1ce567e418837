/** Whatever comes, in whatever order: what holds in every state of a connection. */
import { DeviceScope } from "@duro/crypto/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mailboxNumbers } from "../ids.ts";
import { frameByteLengthMax, putsInFlightMax, vaultsPerUserMax } from "../limits.ts";
import { refusals } from "../refusals.ts";
import { type Happening, happenings, happeningToInput } from "../testing/relayInputs.ts";
import { deepFreeze, openTalk, readyTalk } from "../testing/relayTranscript.ts";
import { clientFrameSpecimens } from "../testing/specimens.ts";
import { envelopesFrameByteLength } from "../wire/envelopesFrame.ts";
import { decodeRelayFrame, encodeRelayFrame, type RelayFrame } from "../wire/relayFrame.ts";
import type { RelayEffect } from "./relayEffect.ts";
import type { RelayInput } from "./relayInput.ts";
import type { RelayConnection } from "./relayState.ts";
import { relayStep } from "./relayStep.ts";
import type { Step } from "./step.ts";

const withoutSession = new Set<RelayEffect["kind"]>([
  "send",
  "close",
  "checkLogin",
  "openMailbox",
  "joinMailbox",
  "sendToMailbox",
  "closeMailbox",
]);
const framesWithoutSession = new Set<RelayFrame["type"]>([
  "Welcome",
  "Refusal",
  "Ping",
  "Pong",
  "MailboxOpened",
  "MailboxMessage",
  "MailboxClosed",
]);

const mayComeWithoutSession = (effect: RelayEffect): boolean =>
  withoutSession.has(effect.kind) &&
  (effect.kind !== "send" || framesWithoutSession.has(effect.frame.type));

const isReadBackAsWritten = (frame: RelayFrame): boolean => {
  const bytes = encodeRelayFrame(frame);
  const decoded = decodeRelayFrame(bytes);
  return decoded.ok && encodeRelayFrame(decoded.value).every((byte, at) => byte === bytes[at]);
};

/** What the effects should come to, told beside the machine. */
interface Account {
  /** Granted to the relay and not used. */
  sendCredit: number;
  readonly listening: Set<number>;
  readonly waiting: RelayEffect[];
  readonly seen: Set<string>;
}

const grantIn = (input: RelayInput): number => {
  if (input.kind !== "frame") return 0;
  const { frame } = input;
  if (frame.type === "Credit") return frame.byteLength;
  return frame.type === "Pull" ? frame.creditByteLength : 0;
};

const oneAtATime = new Set<RelayEffect["kind"]>(["readPage", "readBodies", "readLog"]);

/** What is wrong with one effect, in words. */
const faultOf = (
  effect: RelayEffect,
  { session }: RelayConnection,
  account: Account,
): string | undefined => {
  const { kind } = effect;
  const { listening, waiting } = account;
  if (session.kind !== "ready" && !mayComeWithoutSession(effect)) return "nobody is logged in";
  if (oneAtATime.has(kind) && waiting.some((other) => other.kind === kind)) return `two ${kind}`;
  if (kind === "send" && !isReadBackAsWritten(effect.frame)) return "an unreadable frame";
  if (kind === "openVault" && listening.has(effect.channel)) return "opened twice";
  if (kind === "openVault") listening.add(effect.channel);
  if (kind === "closeVault" && !listening.delete(effect.channel)) return "left, and was not there";
  if (kind === "close" && effect.refusal !== undefined)
    return refusals[effect.refusal].closeCode === undefined ? "closed without a code" : undefined;
  if (kind !== "sendRuns") return undefined;
  const hadCredit = account.sendCredit > 0;
  account.sendCredit -= envelopesFrameByteLength(effect.channel, effect.position, effect.runs);
  return hadCredit ? undefined : "a frame without credit";
};

const isWithin = (count: number, max: number): boolean => count >= 0 && count <= max;

/** Bounds that a state breaks, by name. */
const boundsBroken = ({ session, mailboxes, mailboxRequests }: RelayConnection, is: Account) => {
  const bounds: Record<string, boolean> = {
    mailboxes: isWithin(mailboxes.size + mailboxRequests.length, 2),
  };
  if (session.kind === "closed") bounds["all vaults left"] = is.listening.size === 0;
  if (session.kind === "ready")
    Object.assign(bounds, {
      listening: [...session.channels.keys()].every((channel) => is.listening.has(channel)),
      "no other": session.channels.size === is.listening.size,
      channels: isWithin(session.channels.size, vaultsPerUserMax),
      "send credit": session.sendCreditByteLength === is.sendCredit,
      "receive credit": session.receiveCreditByteLength > -frameByteLengthMax,
      puts: isWithin(session.putsInFlightCount, putsInFlightMax),
      "body readings": isWithin(session.bodyReadings.length, 64),
      "log readings": isWithin(session.logReadings.length, 1_024),
    });
  return Object.keys(bounds).filter((name) => bounds[name] !== true);
};

/** Everything that is wrong with one step, in words. */
const faultsOf = (
  before: RelayConnection,
  input: RelayInput,
  { state, effects }: Step,
  account: Account,
): readonly string[] => {
  const faults: string[] = [];
  if (state.session.kind === "ready")
    account.sendCredit = Math.min(Number.MAX_SAFE_INTEGER, account.sendCredit + grantIn(input));
  if (input.kind === "vaultRefused" && before.session.kind === "ready")
    account.listening.delete(input.channel);
  for (const effect of effects) {
    const fault = faultOf(effect, before, account);
    if (fault !== undefined) faults.push(fault);
    account.waiting.push(effect);
    account.seen.add(effect.kind === "send" ? effect.frame.type : effect.kind);
  }
  const wasClosed = before.session.kind === "closed";
  if (wasClosed && effects.length > 0) faults.push("something after the end");
  const isEnd = state.session.kind === "closed" && !wasClosed;
  const closesAt = effects.flatMap(({ kind }, at) => (kind === "close" ? [at] : []));
  if (closesAt.join() !== (isEnd ? String(effects.length - 1) : ""))
    faults.push("an end that is not one close, the last effect");
  return [...faults, ...boundsBroken(state, account)];
};

const createAccount = (): Account => ({
  sendCredit: 0,
  listening: new Set(),
  waiting: [],
  seen: new Set(),
});

/** What was seen, and what was wrong with the first step that had a fault. */
const live = (begin: RelayConnection, story: readonly (readonly [Happening, number])[]) => {
  let state = begin;
  let nowMs = 0;
  const account = createAccount();
  for (const [happening, laterMs] of story) {
    nowMs += laterMs;
    const input = happeningToInput(happening, state, account.waiting);
    if (input === undefined) continue;
    const step = deepFreeze(relayStep(state, deepFreeze(input), nowMs));
    const faults = faultsOf(state, input, step, account);
    if (faults.length > 0) return { faults, seen: account.seen };
    state = step.state;
  }
  return { faults: [], seen: account.seen };
};

/** Some milliseconds later, now and then so late that something is due. */
const stories = fc.array(
  fc.tuple(
    happenings,
    fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom(0, 1, 100) },
      { weight: 1, arbitrary: fc.constantFrom(20_000, 30_000) },
    ),
  ),
  { maxLength: 100, size: "max" },
);

describe("any story of a connection", () => {
  test.each([
    ["before a login", () => openTalk().state, 60],
    ["while a login is checked", () => openTalk().says(clientFrameSpecimens.Login).state, 60],
    ["of a full device", () => readyTalk().state, 300],
    ["of a viewer device", () => readyTalk(DeviceScope.Viewer).state, 60],
  ])("[RELAY4] %s throws nothing, keeps its bounds and ends once", (_, begin, numRuns) => {
    fc.assert(
      fc.property(stories, (story) => {
        expect(live(begin(), story).faults).toEqual([]);
      }),
      { numRuns },
    );
  });

  test("[RELAY4] together they do everything that a connection can do", () => {
    const seen = new Set<string>();
    for (const story of fc.sample(stories, { numRuns: 300, seed: 20_261_121 }))
      for (const one of live(readyTalk().state, story).seen) seen.add(one);
    const all =
      "Refusal Ping Pong Credit LogRecords LogNudge RecordAppended VaultHeads CatchUpDone " +
      "BodyMissing Receipt Nudge Presence BlobTokenGranted BlobDropped MailboxOpened " +
      "MailboxMessage MailboxClosed sendRuns close openVault closeVault readPage readBodies " +
      "readLog appendRecord putRun passPresence grantToken dropBlob openMailbox joinMailbox " +
      "sendToMailbox closeMailbox";
    expect(all.split(" ").filter((one) => !seen.has(one))).toEqual([]);
  });

  test("the watch itself notices a state that is changed in place", () => {
    const mailboxes = deepFreeze(new Map(readyTalk().state.mailboxes));
    expect(() => mailboxes.set(mailboxNumbers.fromNumber(1), { side: "opener" })).toThrow(
      "a step changed what it was given",
    );
  });
});
