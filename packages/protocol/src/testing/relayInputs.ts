/**
 * Arbitrary things that happen to a connection: pure noise, and what fits the state that it is in, since
 * noise alone never gets far. For tests only.
 */
import { asSignature, DeviceScope, sizes } from "@duro/crypto/types";
import fc from "fast-check";
import {
  blobTokens,
  channelNumbers,
  mailboxNumbers,
  recordIds,
  requestIds,
  type VaultId,
} from "../ids.ts";
import { bufferedByteLengthMax, frameByteLengthMax } from "../limits.ts";
import { refused, type Refused } from "../relay/refused.ts";
import type { RelayEffect } from "../relay/relayEffect.ts";
import type { RelayInput } from "../relay/relayInput.ts";
import type { PreparedFrames, RelayConnection } from "../relay/relayState.ts";
import { type RefusalName, refusals } from "../refusals.ts";
import type { ClientFrame } from "../wire/clientFrame.ts";
import { MailboxEnd } from "../wire/mailbox.ts";
import { bytesUpTo, logHeads, logNames } from "./arbitraries.ts";
import { clientFrameArbitraries, clientFrames } from "./frameArbitraries.ts";
import {
  chainOf,
  channelOf,
  logHead,
  ownKey,
  positionOf,
  preparedRun,
  vaultOf,
  who,
} from "./relayTranscript.ts";

// A small world, so that things meet

const channel = fc.integer({ min: 0, max: 5 }).map((number) => channelNumbers.fromNumber(number));
const request = fc.integer({ min: 0, max: 3 }).map((number) => requestIds.fromNumber(number));
const mailbox = fc.integer({ min: 0, max: 2 }).map((number) => mailboxNumbers.fromNumber(number));
const vault = fc.constantFrom(vaultOf(1), vaultOf(2));
const chain = fc.constantFrom(chainOf(1), chainOf(2));
const position = fc.integer({ min: 1, max: 20 }).map(positionOf);
const runs = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 300 }), fc.boolean())
    .map(([byteLength, isOwn]) => preparedRun(byteLength, isOwn ? { origin: ownKey } : {})),
  { maxLength: 3 },
);
const frames: fc.Arbitrary<PreparedFrames> = fc.array(runs, { maxLength: 3 });
/** Those that leave a connection alive come more often, or none would live long. */
const refusal: fc.Arbitrary<Refused> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(refused("ChainGap", { expected: 3 })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...(Object.keys(refusals) as RefusalName[]))
      .map((name) => refused(name, { limit: 3 })),
  },
);

const withFewNames = (frame: ClientFrame): fc.Arbitrary<ClientFrame> =>
  fc
    .record({ channel, request, mailbox, vault, chain })
    .map((names) =>
      Object.assign(
        {},
        frame,
        Object.fromEntries(Object.entries(names).filter(([name]) => name in frame)),
      ),
    );

// Noise

/** What was asked of the store is answered once and truly; other answers fit no question. */
const never = { reading: 1_000, chain: chainOf(9), request: requestIds.fromNumber(9) };

const noise: fc.Arbitrary<RelayInput> = fc.oneof(
  clientFrames
    .chain(withFewNames)
    .map((frame): RelayInput => ({ kind: "frame", frame, byteLength: 1 })),
  fc
    .constantFrom(...Object.values(DeviceScope))
    .map((scope): RelayInput => ({ kind: "loggedIn", who: who(scope) })),
  fc.record({ kind: fc.constant("loginRefused"), refused: refusal }),
  fc.record({ kind: fc.constant("vaultRefused"), channel, refused: refusal }),
  fc.record({
    kind: fc.constant("vaultOpened"),
    channel,
    logHead: logHeads,
    position,
    chains: fc.constant([]),
  }),
  fc.record({
    kind: fc.constant("page"),
    channel,
    reading: fc.constant(never.reading),
    frames,
    toPosition: position,
    isEnd: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("bodies"),
    channel,
    chain: fc.constant(never.chain),
    frames,
    missing: fc.constant([1, 4]),
    unread: fc.constantFrom([], [9]),
  }),
  fc.record({
    kind: fc.constant("logRefused"),
    request: fc.constant(never.request),
    refused: refusal,
  }),
  fc.record({ kind: fc.constant("requestRefused"), request, refused: refusal }),
  fc.record({ kind: fc.constant("mailboxRefused"), mailbox, refused: refusal }),
  fc.record({ kind: fc.constant("blobDropped"), request }),
  fc.constantFrom<RelayInput>(
    { kind: "deviceRemoved" },
    { kind: "shutdown" },
    { kind: "failed" },
    { kind: "buffered", byteLength: 17 * bufferedByteLengthMax },
    { kind: "frameRefused", error: { type: "FrameUnknown", tag: 200 } },
  ),
);

// What the world does by itself

const news: fc.Arbitrary<RelayInput> = fc.oneof(
  fc.record({ kind: fc.constant("presence"), vault, sealed: bytesUpTo(9) }),
  fc.record({ kind: fc.constant("bodiesMissing"), vault, chain, seqs: fc.constant([1, 3]) }),
  fc.record({ kind: fc.constant("logGrew"), name: logNames, head: logHeads }),
  fc.record({ kind: fc.constant("mailboxMessage"), mailbox, message: bytesUpTo(9) }),
  fc.record({
    kind: fc.constant("mailboxClosed"),
    mailbox,
    end: fc.constantFrom(...Object.values(MailboxEnd)),
  }),
  fc.record({
    kind: fc.constant("buffered"),
    byteLength: fc.constantFrom(0, bufferedByteLengthMax, bufferedByteLengthMax + 1),
  }),
  fc.constant<RelayInput>({ kind: "tick" }),
);

// What fits

/** One thing that happens, as far as it can be said without the state. */
export type Happening =
  | { readonly kind: "input"; readonly input: RelayInput }
  | {
      readonly kind: "frame";
      readonly frame: ClientFrame;
      readonly byteLength: number;
      readonly pick: number;
    }
  | { readonly kind: "answer"; readonly pick: number; readonly with: AnswerParts }
  | {
      readonly kind: "live";
      readonly vault: VaultId;
      readonly gap: number;
      readonly count: number;
      readonly frames: PreparedFrames;
    };

interface AnswerParts {
  readonly frames: PreparedFrames;
  readonly count: number;
  readonly isEnd: boolean;
  readonly refused: Refused | undefined;
}

const pick = fc.nat(50);
const aimedFrames = fc.oneof(
  { weight: 4, arbitrary: clientFrameArbitraries.OpenVault },
  { weight: 2, arbitrary: clientFrameArbitraries.Pull },
  { weight: 3, arbitrary: clientFrameArbitraries.Put },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("Credit"), byteLength: fc.nat(900) }) },
  { weight: 2, arbitrary: clientFrameArbitraries.BodyWant },
  { weight: 2, arbitrary: clientFrameArbitraries.LogWant },
  { weight: 1, arbitrary: clientFrameArbitraries.MailboxOpen },
  { weight: 1, arbitrary: clientFrameArbitraries.MailboxJoin },
  { weight: 1, arbitrary: clientFrameArbitraries.MailboxSend },
  { weight: 1, arbitrary: clientFrameArbitraries.MailboxClose },
  { weight: 1, arbitrary: clientFrameArbitraries.AppendRecord },
  { weight: 1, arbitrary: clientFrameArbitraries.CloseVault },
  { weight: 1, arbitrary: clientFrameArbitraries.Presence },
  { weight: 1, arbitrary: clientFrameArbitraries.BlobTokenWant },
  { weight: 1, arbitrary: clientFrameArbitraries.BlobDrop },
  { weight: 1, arbitrary: clientFrameArbitraries.Ping },
);

export const happenings: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("input"), input: noise }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("input"), input: news }) },
  {
    weight: 25,
    arbitrary: fc.record({
      kind: fc.constant("frame"),
      frame: aimedFrames.chain(withFewNames),
      byteLength: fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 1, max: 9_000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: frameByteLengthMax }) },
      ),
      pick,
    }),
  },
  {
    weight: 25,
    arbitrary: fc.record({
      kind: fc.constant("answer"),
      pick,
      with: fc.record({
        frames,
        count: fc.nat(4),
        isEnd: fc.boolean(),
        refused: fc.oneof(
          { weight: 8, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: refusal },
        ),
      }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("live"),
      vault,
      gap: fc.constantFrom(-1, 0, 0, 0, 0, 0, 0, 1),
      count: fc.nat(2),
      frames,
    }),
  },
);

/** `waiting` are effects whose outcome has not come yet; the one that is answered leaves it. */
export const happeningToInput = (
  happening: Happening,
  state: RelayConnection,
  waiting: RelayEffect[],
): RelayInput | undefined => {
  switch (happening.kind) {
    case "input":
      return happening.input;
    case "frame":
      return aimed(happening, state);
    case "answer": {
      const [effect] = waiting.splice(happening.pick % Math.max(1, waiting.length), 1);
      return effect && answerTo(effect, happening.with);
    }
    case "live": {
      const { vault: of, gap, count, frames: list } = happening;
      const channels = state.session.kind === "ready" ? [...state.session.channels.values()] : [];
      const after = channels.find((found) => found.vault === of)?.position ?? 0;
      const fromPosition = Math.max(1, after + 1 + gap);
      const toPosition = positionOf(fromPosition + count);
      return {
        kind: "live",
        batch: { vault: of, fromPosition, toPosition, runs: () => list[0] ?? [] },
      };
    }
  }
};

/** To a channel that is open, now and then to another. */
const aimed = (
  { frame, byteLength, pick: at }: Extract<Happening, { kind: "frame" }>,
  { session }: RelayConnection,
): RelayInput => {
  if (!("channel" in frame) || session.kind !== "ready" || at === 0)
    return { kind: "frame", frame, byteLength };
  const open = [...session.channels.keys()];
  const aim =
    frame.type === "OpenVault" ? channelOf(session.channelNumberMin) : open[at % open.length];
  return { kind: "frame", frame: { ...frame, channel: aim ?? frame.channel }, byteLength };
};

const signature = asSignature(new Uint8Array(sizes.signatureByteLength));

const answerTo = (effect: RelayEffect, parts: AnswerParts): RelayInput | undefined => {
  const { frames: list, count, isEnd, refused: no } = parts;
  switch (effect.kind) {
    case "checkLogin":
      return no ? { kind: "loginRefused", refused: no } : { kind: "loggedIn", who: who() };
    case "openVault":
      return no
        ? { kind: "vaultRefused", channel: effect.channel, refused: no }
        : {
            kind: "vaultOpened",
            channel: effect.channel,
            logHead,
            position: positionOf(count),
            chains: [],
          };
    case "readPage": {
      const toPosition = positionOf(effect.afterPosition + count);
      const { channel: number, reading } = effect;
      return { kind: "page", channel: number, reading, frames: list, toPosition, isEnd };
    }
    case "readBodies": {
      const { channel: number, chain: of } = effect;
      const missing = isEnd ? [] : [3, 9];
      return { kind: "bodies", channel: number, chain: of, frames: list, missing, unread: [] };
    }
    case "readLog":
      return no
        ? { kind: "logRefused", request: effect.request, refused: no }
        : {
            kind: "logPage",
            request: effect.request,
            records: list.map(() => new Uint8Array(3)),
            head: { ...logHead, index: count },
          };
    case "appendRecord": {
      const { request: of, byteLength } = effect;
      return no
        ? { kind: "recordRefused", request: of, refused: no, byteLength }
        : {
            kind: "recordAppended",
            request: of,
            index: count,
            id: recordIds.fromBytes(new Uint8Array(recordIds.byteLength)),
            byteLength,
          };
    }
    case "putRun": {
      const { channel: number, run, byteLength } = effect;
      const receipt = {
        firstPosition: positionOf(count),
        nowMs: 0,
        chain: run.chain,
        firstSeq: run.firstSeq,
        count: run.envelopes.length,
        signature,
      };
      const receipts = no ? [] : [receipt];
      return { kind: "putsDone", channel: number, putCount: 1, byteLength, receipts, refused: no };
    }
    case "grantToken":
      return no
        ? { kind: "requestRefused", request: effect.request, refused: no }
        : {
            kind: "tokenGranted",
            request: effect.request,
            token: blobTokens.fromBytes(new Uint8Array(blobTokens.byteLength)),
            expiresAtMs: count,
          };
    case "openMailbox":
    case "joinMailbox": {
      const side = effect.kind === "openMailbox" ? "opener" : "joiner";
      const at = mailboxNumbers.fromNumber(count);
      return no
        ? { kind: "requestRefused", request: effect.request, refused: no }
        : { kind: "mailboxOpened", request: effect.request, mailbox: at, side, expiresAtMs: 0 };
    }
    case "sendToMailbox":
      return no && { kind: "mailboxRefused", mailbox: effect.mailbox, refused: no };
    case "dropBlob":
      return { kind: "blobDropped", request: effect.drop.request };
    case "send":
    case "sendRuns":
    case "close":
    case "closeVault":
    case "closeMailbox":
    case "passPresence":
      return undefined;
  }
};
