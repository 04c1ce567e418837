/** What the engine has sealed, on its way to a receipt: in order, a few at a time, vaults in turn. */
import { assert } from "@duro/crypto/types";
import type { ChainId, ChannelNumber, VaultId } from "../ids.ts";
import { frameByteLengthMax, putsInFlightMax } from "../limits.ts";
import { encodeRun } from "../wire/envelopesFrame.ts";
import type { Receipt } from "../wire/receipt.ts";
import type { Run } from "../wire/run.ts";
import type { ClientEffect } from "./clientEffect.ts";
import type { ClientInput } from "./clientInput.ts";
import type { ClientConnection, Ready, SentPut, WaitingPut } from "./clientState.ts";
import type { RefusalSaid } from "./ended.ts";
import {
  type ClientStep,
  encoded,
  misbehaved,
  stay,
  withEntry,
  withLink,
  withoutEntry,
} from "./step.ts";
import { keepQuiet, maySend, pay } from "./stepFlow.ts";
import { sealAnswered } from "./stepGather.ts";
import { openChannel } from "./channels.ts";
import { lookUp } from "./table.ts";

/** Beside it a frame has a tag and a channel's number. */
const runByteLengthMax = frameByteLengthMax - 4;

const endOf = ({ firstSeq, envelopes }: Run): number => firstSeq + envelopes.length;

const isUnderWay = (link: Ready, vault: VaultId, run: Run): boolean => {
  const covers = (put: WaitingPut): boolean =>
    put.vault === vault &&
    put.run.chain === run.chain &&
    put.run.firstSeq === run.firstSeq &&
    endOf(put.run) >= endOf(run);
  return link.sentPuts.some(covers) || (link.putQueue.get(vault) ?? []).some(covers);
};

export const onPut = (
  before: ClientConnection,
  link: Ready,
  { vault, run }: Extract<ClientInput, { kind: "put" }>,
): ClientStep => {
  const state = sealAnswered(before, vault);
  if (lookUp(link.channels, vault) === undefined || isUnderWay(link, vault, run))
    return stay(state);
  assert(encodeRun(run).length <= runByteLengthMax, "the engine puts runs that fit a frame");
  const put: WaitingPut = { vault, run, order: link.putCount };
  const waiting = [...(link.putQueue.get(vault) ?? []), put];
  return withLink(state, {
    ...link,
    putQueue: withEntry(link.putQueue, vault, waiting),
    putCount: link.putCount + 1,
  });
};

export const sendPuts = (before: ClientConnection): ClientStep => {
  let state = before;
  const effects: ClientEffect[] = [];
  for (;;) {
    const { link } = state;
    if (link.kind !== "ready" || link.sentPuts.length >= putsInFlightMax || !maySend(state)) break;
    const put = nextPut(link);
    const channel = put === undefined ? undefined : openChannel(link, put.vault)?.number;
    if (put === undefined || channel === undefined) break;
    const frame = encoded({ type: "Put", channel, run: put.run });
    const paid = pay(state, frame);
    if (paid?.link.kind !== "ready") break;
    state = {
      ...paid,
      link: {
        ...paid.link,
        putQueue: withoutFirst(link.putQueue, put.vault),
        sentPuts: [...link.sentPuts, { ...put, channel, nextSeq: put.run.firstSeq }],
      },
    };
    effects.push({ kind: "send", ...frame });
  }
  return { state, effects };
};

const nextPut = (link: Ready): WaitingPut | undefined => {
  for (const [vault, [first]] of link.putQueue)
    if (openChannel(link, vault) !== undefined) return first;
  return undefined;
};

/** Behind all others: its next one is sent when they had their turn. */
const withoutFirst = (putQueue: Ready["putQueue"], vault: VaultId): Ready["putQueue"] => {
  const [, ...others] = putQueue.get(vault) ?? [];
  const rest = withoutEntry(putQueue, vault);
  return others.length === 0 ? rest : withEntry(rest, vault, others);
};

/** One receipt may speak of several puts of a chain, or of the first part of one. */
export const onReceipt = (state: ClientConnection, link: Ready, frame: Receipt): ClientStep => {
  const { channel, firstPosition, nowMs, chain, firstSeq, count, signature } = frame;
  const vault = link.sentPuts.find((put) => put.channel === channel)?.vault;
  const endSeq = firstSeq + count;
  let sentPuts = link.sentPuts;
  let seq = firstSeq;
  while (seq < endSeq) {
    const at = sentPuts.findIndex(
      (put) => put.vault === vault && put.run.chain === chain && put.nextSeq === seq,
    );
    const put = sentPuts[at];
    if (put === undefined) return misbehaved(state, { type: "AnswerUnasked", frame: "Receipt" });
    seq = Math.min(endSeq, endOf(put.run));
    sentPuts =
      seq === endOf(put.run)
        ? sentPuts.toSpliced(at, 1)
        : sentPuts.with(at, { ...put, nextSeq: seq });
  }
  if (vault === undefined) return stay(state);
  const receipt = { firstPosition, nowMs, chain, firstSeq, count, signature };
  return withLink(state, { ...link, sentPuts }, { kind: "receipt", vault, receipt });
};

/** Undefined where the refusal is not of a put that is under way. */
export const onPutRefused = (
  state: ClientConnection,
  link: Ready,
  channel: ChannelNumber,
  refusal: RefusalSaid,
): ClientStep | undefined => {
  const { chain, seq } = refusal.facts;
  if (chain === undefined || seq === undefined) return undefined;
  // It may name the one envelope that was at fault: a put that stays for ever would hold up its chain.
  const at = link.sentPuts.findIndex(
    ({ channel: of, run }) =>
      of === channel &&
      run.chain === chain &&
      run.firstSeq <= Number(seq) &&
      Number(seq) < endOf(run),
  );
  const put = link.sentPuts[at];
  if (put === undefined) return stay(state);
  const rest: Ready = { ...link, sentPuts: link.sentPuts.toSpliced(at, 1) };
  const isOpen = lookUp(link.channels, put.vault) !== undefined;
  if (refusal.name === "RateLimited" && isOpen)
    return withLink(keepQuiet(state, refusal), putAgain(rest, put));
  // One before it was too fast: this one had no chance.
  if (refusal.name === "ChainGap" && isOpen && isBehindOther(link, put))
    return withLink(state, putAgain(rest, put));
  const told = {
    kind: "putRefused",
    vault: put.vault,
    chain: put.run.chain,
    seq: put.run.firstSeq,
    refusal,
  } as const;
  return withLink(state, withoutWaiting(rest, put.vault, put.run.chain), told);
};

/** In the engine's order. */
const putAgain = (link: Ready, { vault, run, order }: SentPut): Ready => {
  const waiting = [...(link.putQueue.get(vault) ?? []), { vault, run, order }];
  const inOrder = waiting.toSorted((left, right) => left.order - right.order);
  return { ...link, putQueue: withEntry(link.putQueue, vault, inOrder) };
};

/** Waiting to go out again, or under way behind this one. */
const isBehindOther = (link: Ready, { vault, run }: SentPut): boolean => {
  const isBefore = (put: WaitingPut): boolean =>
    put.vault === vault && put.run.chain === run.chain && put.run.firstSeq < run.firstSeq;
  return (link.putQueue.get(vault) ?? []).some(isBefore) || link.sentPuts.some(isBefore);
};

const withoutWaiting = (link: Ready, vault: VaultId, chain: ChainId): Ready => {
  const waiting = link.putQueue.get(vault) ?? [];
  const rest = waiting.filter(({ run }) => run.chain !== chain);
  const putQueue =
    rest.length === 0 ? withoutEntry(link.putQueue, vault) : withEntry(link.putQueue, vault, rest);
  return { ...link, putQueue };
};
