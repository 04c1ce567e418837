/** Bodies that the engine wants by chain and seq, some at a time. */
import { bodyWantsInFlightMax, seqsPerWantMax } from "../limits.ts";
import type { ChannelNumber } from "../ids.ts";
import type { BodyMissing, Envelopes } from "../wire/envelopes.ts";
import type { Run } from "../wire/run.ts";
import type { ClientEffect } from "./clientEffect.ts";
import type { ClientInput } from "./clientInput.ts";
import type { ClientConnection, Ready, WantedBodies } from "./clientState.ts";
import { type ClientStep, encoded, stay, withLink } from "./step.ts";
import { pay } from "./stepFlow.ts";
import { lookUp } from "./table.ts";

export const onWantBodies = (
  state: ClientConnection,
  link: Ready,
  { vault, chain, seqs }: Extract<ClientInput, { kind: "wantBodies" }>,
): ClientStep => {
  if (lookUp(link.channels, vault) === undefined) return stay(state);
  const rising = [...new Set(seqs)].toSorted((left, right) => left - right);
  const wants = Array.from({ length: Math.ceil(rising.length / seqsPerWantMax) }, (_, at) => ({
    vault,
    chain,
    seqs: rising.slice(at * seqsPerWantMax, (at + 1) * seqsPerWantMax),
  }));
  return withLink(state, { ...link, bodyQueue: [...link.bodyQueue, ...wants] });
};

/** Those of a vault whose heads are not here yet wait, and hold up nobody. */
export const sendBodyWants = (before: ClientConnection): ClientStep => {
  let state = before;
  const effects: ClientEffect[] = [];
  for (;;) {
    const { link } = state;
    if (link.kind !== "ready" || link.bodiesAsked.length >= bodyWantsInFlightMax) break;
    const at = link.bodyQueue.findIndex(
      ({ vault }) => lookUp(link.channels, vault)?.opening === undefined,
    );
    const want = link.bodyQueue[at];
    const channel = want === undefined ? undefined : lookUp(link.channels, want.vault)?.number;
    if (want === undefined || channel === undefined) break;
    const { chain, seqs } = want;
    const frame = encoded({ type: "BodyWant", channel, chain, seqs });
    const paid = pay(state, frame);
    if (paid?.link.kind !== "ready") break;
    state = {
      ...paid,
      link: {
        ...paid.link,
        bodyQueue: link.bodyQueue.toSpliced(at, 1),
        bodiesAsked: [...link.bodiesAsked, { ...want, channel }],
      },
    };
    effects.push({ kind: "send", ...frame });
  }
  return { state, effects };
};

const hasBody = ({ firstSeq, envelopes }: Run, seq: number): boolean =>
  envelopes[seq - firstSeq]?.body !== undefined;

/** Nothing says that a want is answered but that everything it asked for has come, or is missing. */
const settled = (link: Ready, isSettled: (want: WantedBodies, seq: number) => boolean): Ready => ({
  ...link,
  bodiesAsked: link.bodiesAsked
    .map((want) => ({ ...want, seqs: want.seqs.filter((seq) => !isSettled(want, seq)) }))
    .filter(({ seqs }) => seqs.length > 0),
});

export const noteBodies = (link: Ready, { channel, runs }: Envelopes): Ready =>
  link.bodiesAsked.length === 0
    ? link
    : settled(
        link,
        (want, seq) =>
          want.channel === channel &&
          runs.some((run) => run.chain === want.chain && hasBody(run, seq)),
      );

export const bodiesMissing = (link: Ready, { channel, chain, seqs }: BodyMissing): Ready => {
  const missing = new Set(seqs);
  return settled(
    link,
    (want, seq) => want.channel === channel && want.chain === chain && missing.has(seq),
  );
};

/** Before those that were wanted later. */
export const askAgainForBodies = (link: Ready, channel: ChannelNumber): Ready => {
  const again = link.bodiesAsked.filter((want) => want.channel === channel);
  return again.length === 0
    ? link
    : {
        ...link,
        bodyQueue: [
          ...again.map(({ vault, chain, seqs }) => ({ vault, chain, seqs })),
          ...link.bodyQueue,
        ],
        bodiesAsked: link.bodiesAsked.filter((want) => want.channel !== channel),
      };
};
