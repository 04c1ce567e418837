/**
 * Drives the machine of one connection and writes down what was said, done and learned, one short line
 * each. Whatever goes in and comes out is frozen, so that a step that changes a state throws. For tests.
 */
import { asSignPublicKey, DeviceScope, type IdKind, sizes } from "@duro/crypto/types";
import {
  chainIds,
  type ChannelNumber,
  channelNumbers,
  deviceIds,
  loginNonces,
  recordIds,
  relayGenerations,
  userIds,
  type VaultId,
  vaultIds,
  type VaultPosition,
  vaultPositions,
} from "../ids.ts";
import type { PreparedRun, RelayEffect } from "../relay/relayEffect.ts";
import type { LiveBatch, LoggedIn, RelayInput } from "../relay/relayInput.ts";
import type { RelayConnection } from "../relay/relayState.ts";
import { relayStep } from "../relay/relayStep.ts";
import type { Step } from "../relay/step.ts";
import { openRelayConnection } from "../relay/stepSession.ts";
import { refusalOfNumber } from "../refusals.ts";
import { type ClientFrame, encodeClientFrame } from "../wire/clientFrame.ts";
import type { LogHead } from "../wire/heads.ts";
import type { RelayFrame } from "../wire/relayFrame.ts";
import type { RefusalFrame } from "../wire/refusal.ts";
import type { OpenVault, Pull } from "../wire/vault.ts";
import { clientFrameSpecimens } from "./specimens.ts";

const filled = <Id extends string>(kind: IdKind<Id>, byte: number): Id =>
  kind.fromBytes(new Uint8Array(kind.byteLength).fill(byte));

// Values of one world

export const channelOf = (number: number): ChannelNumber => channelNumbers.fromNumber(number);
export const positionOf = (number: number): VaultPosition => vaultPositions.fromNumber(number);
export const vaultOf = (byte: number): VaultId => filled(vaultIds, byte);
export const chainOf = (byte: number) => filled(chainIds, byte);
export const logHead: LogHead = { index: 2, id: filled(recordIds, 0x61) };
/** Marks what the connection of a talk sent itself. */
export const ownKey = Symbol("this connection");

export const who = (scope: DeviceScope = DeviceScope.Full): LoggedIn => ({
  user: filled(userIds, 0x62),
  device: filled(deviceIds, 0x63),
  scope,
  expiresAtMs: undefined,
  vaults: [vaultOf(1), vaultOf(2)],
  identityHead: logHead,
});

/** `byteLength` bytes that stand for envelopes. */
export const preparedRun = (
  byteLength: number,
  { origin, envelopeCount = 1 }: { readonly origin?: symbol; readonly envelopeCount?: number } = {},
): PreparedRun => ({ bytes: new Uint8Array(byteLength), envelopeCount, origin });

export const liveBatch = (
  vault: VaultId,
  [fromPosition, toPosition]: readonly [number, number],
  runs: readonly PreparedRun[] = [preparedRun(100)],
): LiveBatch => ({ vault, fromPosition, toPosition: positionOf(toPosition), runs: () => runs });

export const openVault = (channel: number, vault: VaultId = vaultOf(channel)): OpenVault => ({
  type: "OpenVault",
  channel: channelOf(channel),
  vault,
  logHead: undefined,
  vector: [],
  wantsBodies: true,
  wantsPresence: true,
});

export const vaultOpened = (channel: number, position: number): RelayInput => ({
  kind: "vaultOpened",
  channel: channelOf(channel),
  logHead,
  position: positionOf(position),
  chains: [],
});

/** One frame of 100 bytes each, unless told otherwise. */
export const page = (
  [channel, reading]: readonly [number, number],
  toPosition: number,
  { isEnd, byteLengths = [100] }: { readonly isEnd: boolean; readonly byteLengths?: number[] },
): RelayInput => ({
  kind: "page",
  channel: channelOf(channel),
  reading,
  frames: byteLengths.map((byteLength) => [preparedRun(byteLength)]),
  toPosition: positionOf(toPosition),
  isEnd,
});

export const credit = (byteLength: number): ClientFrame => ({ type: "Credit", byteLength });

export const pull = (channel: number, creditByteLength = 0): Pull => ({
  type: "Pull",
  channel: channelOf(channel),
  vector: [],
  creditByteLength,
});

// Lines

/** In this order, where something has them. */
const told = [
  "kind",
  "type",
  "channel",
  "request",
  "mailbox",
  "reading",
  "position",
  "toPosition",
  "firstPosition",
  "afterPosition",
  "isEnd",
  "fromIndex",
  "headIndex",
  "index",
  "count",
  "byteLength",
  "creditByteLength",
  "putCount",
  "side",
  "end",
] as const;

const signs: Readonly<Record<string, string>> = {
  kind: "",
  type: "",
  channel: "#",
  request: "?",
  mailbox: "!",
  position: "@",
  toPosition: "@",
  firstPosition: "@",
};

const lineOf = (thing: object): string => {
  const fields = new Map<string, unknown>(Object.entries(thing));
  return told
    .filter((name) => fields.has(name))
    .map((name) => `${signs[name] ?? `${name}=`}${String(fields.get(name))}`)
    .join(" ");
};

/** Ids are long: their beginning tells them apart. */
const factValueLengthMax = 12;

const refusalLine = ({ subject, number, facts }: RefusalFrame): string => {
  const { name } = refusalOfNumber(number);
  const said = facts.map(({ key, value }) => `${key}=${value.slice(0, factValueLengthMax)}`);
  return ["Refusal", lineOf(subject), name ?? `${number}`, ...said].join(" ");
};

const relayFrameLine = (frame: RelayFrame): string =>
  frame.type === "Refusal" ? refusalLine(frame) : lineOf(frame);

const effectLine = (effect: RelayEffect): string => {
  if (effect.kind === "send") return `relay: ${relayFrameLine(effect.frame)}`;
  if (effect.kind === "close") return `close ${effect.refusal ?? "quietly"}`;
  if (effect.kind !== "sendRuns") return `do ${lineOf(effect)}`;
  const { channel, position, runs } = effect;
  return `relay: ${lineOf({ type: "Envelopes", channel, position })} x${runs.length}`;
};

const inputLine = (input: RelayInput): string => {
  if (input.kind === "frame") return `client: ${lineOf(input.frame)}`;
  return `${lineOf(input)}${"refused" in input && input.refused !== undefined ? ` ${input.refused.name}` : ""}`;
};

// Freezing

const refuseToChange = (): never => {
  throw new TypeError("a step changed what it was given");
};

/** A Map keeps its entries out of reach of Object.freeze; bytes cannot be frozen at all. */
export const deepFreeze = <T>(value: T): T => {
  if (typeof value !== "object" || value === null) return value;
  if (Object.isFrozen(value) || ArrayBuffer.isView(value)) return value;
  if (value instanceof Map) {
    for (const [key, item] of value) deepFreeze([key, item]);
    Object.assign(value, { set: refuseToChange, delete: refuseToChange, clear: refuseToChange });
  }
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
  return value;
};

// The talk

export interface Talk {
  /** The client sends a frame. Its length is told where the true one would be in the way. */
  says(frame: ClientFrame, byteLength?: number): Talk;
  /** Anything else happens. */
  learns(input: RelayInput): Talk;
  /** The clock stands here from now on. */
  at(nowMs: number): Talk;
  readonly state: RelayConnection;
  /** What was written down since somebody looked last. */
  lines(): readonly string[];
  /** The same, without what came from outside. */
  answers(): readonly string[];
}

export const openTalk = (): Talk => {
  let nowMs = 0;
  let lines: string[] = [];
  let state: RelayConnection;
  const take = (step: Step): void => {
    state = deepFreeze(step).state;
    lines.push(...step.effects.map(effectLine));
  };
  const open = openRelayConnection(
    {
      self: {
        relayKey: asSignPublicKey(new Uint8Array(sizes.signPublicKeyByteLength)),
        generation: filled(relayGenerations, 0x64),
      },
      key: ownKey,
      nonce: filled(loginNonces, 0x65),
    },
    nowMs,
  );
  state = open.state;
  take(open);
  const learns = (input: RelayInput): Talk => {
    lines.push(inputLine(deepFreeze(input)));
    take(relayStep(state, input, nowMs));
    return talk;
  };
  const talk: Talk = {
    says: (frame, byteLength = encodeClientFrame(frame).length) =>
      learns({ kind: "frame", frame, byteLength }),
    learns,
    at: (atMs) => {
      nowMs = atMs;
      return talk;
    },
    get state() {
      return state;
    },
    lines: () => {
      const seen = lines;
      lines = [];
      return seen;
    },
    answers: () => talk.lines().filter((line) => /^(?:relay:|do |close )/u.test(line)),
  };
  return talk;
};

/** A talk whose client is logged in; what was said until then is not written down. */
export const readyTalk = (scope: DeviceScope = DeviceScope.Full): Talk => {
  const talk = openTalk()
    .says(clientFrameSpecimens.Login)
    .learns({ kind: "loggedIn", who: who(scope) });
  talk.lines();
  return talk;
};

/** A talk with a vault live on channel 1 at position 10, with this much credit left. */
export const liveTalk = (creditByteLength = 1_000_000): Talk => {
  const talk = readyTalk()
    .says(credit(creditByteLength))
    .says(openVault(1))
    .learns(vaultOpened(1, 10))
    .learns(page([1, 1], 10, { isEnd: true, byteLengths: [] }));
  talk.lines();
  return talk;
};
