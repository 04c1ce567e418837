/**
 * Drives a client's machine and writes down what it wants, one short line each. Whatever goes in and comes
 * out is frozen, so that a step that changes a state throws. For tests.
 */
import {
  asSignature,
  asSignPublicKey,
  DeviceScope,
  LogKind,
  sizes,
  type UserId,
} from "@duro/crypto/types";
import type { ClientEffect } from "../client/clientEffect.ts";
import type { ClientInput } from "../client/clientInput.ts";
import type { ClientConnection, Ready } from "../client/clientState.ts";
import { clientStep } from "../client/clientStep.ts";
import { openClientConnection } from "../client/dial.ts";
import {
  channelNumbers,
  deviceIds,
  loginNonces,
  recordIds,
  relayGenerations,
  userIds,
  type VaultId,
  vaultIds,
  vaultPositions,
} from "../ids.ts";
import { creditWindowByteLength } from "../limits.ts";
import { type RefusalName, refusals } from "../refusals.ts";
import type { Envelopes } from "../wire/envelopes.ts";
import type { LogHead, LogName } from "../wire/heads.ts";
import type { Challenge, Welcome } from "../wire/login.ts";
import type { Receipt } from "../wire/receipt.ts";
import { factsOf, type RefusalSubject } from "../wire/refusal.ts";
import { encodeRelayFrame, type RelayFrame } from "../wire/relayFrame.ts";
import type { Run } from "../wire/run.ts";
import { idFilledWith, runOf } from "./chains.ts";
import { deepFreeze } from "./relayTranscript.ts";

// Values of one world

export const device = idFilledWith(deviceIds, 0x63);
export const nonce = idFilledWith(loginNonces, 0x65);
export const signature = asSignature(new Uint8Array(sizes.signatureByteLength));
export const vaultOf = (byte: number): VaultId => idFilledWith(vaultIds, byte);
export const headAt = (index: number): LogHead => ({ index, id: idFilledWith(recordIds, index) });
const user: UserId = idFilledWith(userIds, 0x62);

export const challenge: Challenge = {
  type: "Challenge",
  nonce,
  relayKey: asSignPublicKey(new Uint8Array(sizes.signPublicKeyByteLength)),
  generation: idFilledWith(relayGenerations, 0x64),
  versionMin: 1,
  versionMax: 1,
  nowMs: 0,
};

export const welcome: Welcome = {
  type: "Welcome",
  user,
  device,
  scope: DeviceScope.Full,
  vaults: [vaultOf(1), vaultOf(2)],
  identityHead: headAt(2),
  creditByteLength: creditWindowByteLength,
};

export const signed: ClientInput = {
  kind: "loginSigned",
  nonce,
  device,
  nowMs: 5,
  signature,
};

export const vaultLog = (byte: number): LogName => ({ kind: LogKind.Vault, log: vaultOf(byte) });

export const openVault = (byte: number): ClientInput => ({
  kind: "openVault",
  vault: vaultOf(byte),
  logHead: undefined,
  vector: [],
  wantsBodies: true,
  wantsPresence: true,
});

export const heads = (channel: number, logIndex = 2): RelayFrame => ({
  type: "VaultHeads",
  channel: channelNumbers.fromNumber(channel),
  logHead: headAt(logIndex),
  position: vaultPositions.fromNumber(10),
  chains: [],
});

export const caughtUp = (channel: number): RelayFrame => ({
  type: "CatchUpDone",
  channel: channelNumbers.fromNumber(channel),
  position: vaultPositions.fromNumber(10),
});

export const nudge = (channel: number): RelayFrame => ({
  type: "Nudge",
  channel: channelNumbers.fromNumber(channel),
  position: vaultPositions.fromNumber(11),
});

export const envelopes = (channel: number, runs: readonly Run[] = []): Envelopes => ({
  type: "Envelopes",
  channel: channelNumbers.fromNumber(channel),
  position: vaultPositions.fromNumber(11),
  runs,
});

export const receipt = (
  channel: number,
  { chain, firstSeq, envelopes: list }: Run,
  count = list.length,
): Receipt => ({
  type: "Receipt",
  channel: channelNumbers.fromNumber(channel),
  firstPosition: vaultPositions.fromNumber(11),
  nowMs: 0,
  chain,
  firstSeq,
  count,
  signature,
});

export const put = (byte: number, run: Run): ClientInput => ({
  kind: "put",
  vault: vaultOf(byte),
  run,
});

export const refusal = (
  subject: RefusalSubject,
  name: RefusalName,
  facts: Readonly<Record<string, string | number>> = {},
): RelayFrame => ({
  type: "Refusal",
  subject,
  number: refusals[name].number,
  facts: factsOf(facts),
});

export const ofChannel = (channel: number): RefusalSubject => ({
  kind: "channel",
  channel: channelNumbers.fromNumber(channel),
});

export const ofRun = ({ chain, firstSeq }: Run) => ({ chain, seq: firstSeq });

export { runOf };

// Lines

/** In this order, where something has them. */
const told = [
  "channel",
  "request",
  "mailbox",
  "vault",
  "chain",
  "seq",
  "seqs",
  "fromIndex",
  "byteLength",
  "count",
  "atMs",
  "retryAtMs",
  "end",
] as const;

const short = (value: unknown): string => String(value).slice(0, 9);

const fieldsOf = (thing: object): string[] => {
  const fields = new Map<string, unknown>(Object.entries(thing));
  return told
    .filter((name) => fields.has(name))
    .map(
      (name) =>
        `${name}=${name.endsWith("Ms") ? String(fields.get(name)) : short(fields.get(name))}`,
    );
};

const endedOf = (thing: object): string[] => {
  if ("why" in thing && typeof thing.why === "object") return [JSON.stringify(thing.why)];
  if ("fault" in thing && typeof thing.fault === "object") return [JSON.stringify(thing.fault)];
  return [];
};

const effectLine = (effect: ClientEffect): string => {
  if (effect.kind === "send")
    return ["send", effect.frame.type, ...fieldsOf(effect.frame)].join(" ");
  const name = "refusal" in effect ? [effect.refusal.name ?? `${effect.refusal.number}`] : [];
  const run = "receipt" in effect ? fieldsOf(effect.receipt) : [];
  return [effect.kind, ...fieldsOf(effect), ...run, ...name, ...endedOf(effect)].join(" ");
};

// The talk

export interface ClientTalk {
  /** The relay says something. Its length is told where the true one would be in the way. */
  hears(frame: RelayFrame, byteLength?: number): ClientTalk;
  takes(...inputs: readonly ClientInput[]): ClientTalk;
  /** The clock stands here from now on. */
  at(nowMs: number): ClientTalk;
  /** Time passes, and the timer goes off when it should. */
  passes(byMs: number): ClientTalk;
  readonly state: ClientConnection;
  readonly ready: Ready;
  readonly nowMs: number;
  /** What was written down since somebody looked last, but the timer. */
  lines(): readonly string[];
  /** Effects since somebody looked last. */
  effects(): readonly ClientEffect[];
}

export const newTalk = (): ClientTalk => {
  let nowMs = 0;
  let effects: ClientEffect[] = [];
  let state = openClientConnection("talk 1", nowMs);
  let wakeAtMs: number | undefined;
  const take = (input: ClientInput): void => {
    if (input.kind === "tick") wakeAtMs = undefined;
    const step = deepFreeze(clientStep(state, deepFreeze(input), nowMs));
    ({ state } = step);
    for (const effect of step.effects) if (effect.kind === "wakeAt") wakeAtMs = effect.atMs;
    effects.push(...step.effects);
  };
  const talk: ClientTalk = {
    hears: (frame, byteLength = encodeRelayFrame(frame).length) =>
      talk.takes({ kind: "frame", frame, byteLength }),
    takes: (...inputs) => {
      for (const input of inputs) take(input);
      return talk;
    },
    at: (atMs) => {
      nowMs = atMs;
      return talk;
    },
    passes: (byMs) => {
      const untilMs = nowMs + byMs;
      for (;;) {
        if (wakeAtMs === undefined || wakeAtMs > untilMs) break;
        nowMs = Math.max(nowMs, wakeAtMs);
        take({ kind: "tick" });
      }
      nowMs = untilMs;
      return talk;
    },
    get state() {
      return state;
    },
    get ready() {
      if (state.link.kind !== "ready") throw new TypeError(`the talk is ${state.link.kind}`);
      return state.link;
    },
    get nowMs() {
      return nowMs;
    },
    effects: () => {
      const seen = effects;
      effects = [];
      return seen;
    },
    lines: () =>
      talk
        .effects()
        .filter(({ kind }) => kind !== "wakeAt")
        .map(effectLine),
  };
  return talk;
};

/** The socket is open, and nothing was said. */
export const openedTalk = (): ClientTalk => {
  const talk = newTalk().takes({ kind: "start" }, { kind: "opened" });
  talk.effects();
  return talk;
};

/** Logged in. */
export const readyTalk = (creditByteLength = creditWindowByteLength): ClientTalk => {
  const talk = openedTalk()
    .hears(challenge)
    .takes(signed)
    .hears({ ...welcome, creditByteLength });
  talk.effects();
  return talk;
};

/** Logged in, with a vault caught up on channel 1. */
export const liveTalk = (creditByteLength = creditWindowByteLength): ClientTalk => {
  const talk = readyTalk(creditByteLength).takes(openVault(1)).hears(heads(1)).hears(caughtUp(1));
  talk.effects();
  return talk;
};
