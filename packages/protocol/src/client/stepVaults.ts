/** Vaults on a connection, as the engine wants them: opened, pulled, closed, asked for once more. */
import { type ChannelNumber, channelNumbers, type VaultId } from "../ids.ts";
import { channelNumberMax } from "../limits.ts";
import type { Vector } from "../wire/heads.ts";
import { nudge, openChannel, withChannel, withoutVault } from "./channels.ts";
import type { ClientInput } from "./clientInput.ts";
import type { ClientChannel, ClientConnection, OpeningVault, Ready } from "./clientState.ts";
import type { RefusalSaid } from "./ended.ts";
import {
  ask,
  type ClientStep,
  encoded,
  hangUp,
  stay,
  withLine,
  withLink,
  withoutEntry,
} from "./step.ts";
import { askAgainForBodies } from "./stepBodies.ts";
import { keepQuiet, maySend, pay } from "./stepFlow.ts";
import { lookUp, withItem, withoutItem } from "./table.ts";

type Input<Kind extends ClientInput["kind"]> = Extract<ClientInput, { kind: Kind }>;

export const onOpenVault = (
  state: ClientConnection,
  link: Ready,
  { vault, logHead, vector, wantsBodies, wantsPresence }: Input<"openVault">,
): ClientStep => {
  const opening = { vault, logHead, vector, wantsBodies, wantsPresence };
  return lookUp(link.channels, vault) !== undefined
    ? onPullVault(state, link, { vault, vector })
    : openUnderNumber(state, link, opening, undefined);
};

/** Numbers rise and are not used again, so an answer that comes late meets no other vault. */
const openUnderNumber = (
  state: ClientConnection,
  link: Ready,
  opening: OpeningVault,
  pullAfterHeads: Vector | undefined,
): ClientStep => {
  const channelCount = link.channelCount + 1;
  if (channelCount > channelNumberMax) return hangUp(state, { kind: "numbersUsedUp" });
  const number = channelNumbers.fromNumber(channelCount);
  const opened: ClientChannel = {
    number,
    stage: "opening",
    hasCaughtUp: false,
    isNudged: false,
    isPulling: false,
    opening,
    pullAfterHeads,
  };
  return withLink(ask(state, { type: "OpenVault", channel: number, ...opening }), {
    ...withChannel(link, opening.vault, opened),
    vaultsByChannel: withItem(link.vaultsByChannel, number, opening.vault),
    channelCount,
  });
};

export const onPullVault = (
  state: ClientConnection,
  link: Ready,
  { vault, vector }: { readonly vault: VaultId; readonly vector: Vector },
): ClientStep => {
  const channel = lookUp(link.channels, vault);
  if (channel === undefined) return stay(state);
  if (channel.stage === "opening")
    return withLink(state, withChannel(link, vault, { ...channel, pullAfterHeads: vector }));
  const { number } = channel;
  const pulling: ClientChannel = {
    ...channel,
    stage: "catchingUp",
    isNudged: false,
    isPulling: true,
  };
  // One that has not gone out yet says less than this one.
  const asks = state.line.asks.filter(
    ({ frame }) => frame.type !== "Pull" || frame.channel !== number,
  );
  const pull = { type: "Pull", channel: number, vector, creditByteLength: 0 } as const;
  return withLink(ask(withLine(state, { asks }), pull), withChannel(link, vault, pulling));
};

export const onCloseVault = (
  before: ClientConnection,
  link: Ready,
  { vault }: { readonly vault: VaultId },
): ClientStep => {
  const state = { ...before, gatherings: withoutEntry(before.gatherings, vault) };
  const number = lookUp(link.channels, vault)?.number;
  if (number === undefined) return stay(state);
  const isUnsent = state.line.asks.some(
    ({ frame }) => frame.type === "OpenVault" && frame.channel === number,
  );
  const asks = state.line.asks.filter(
    ({ frame }) =>
      !((frame.type === "OpenVault" || frame.type === "Pull") && frame.channel === number),
  );
  const rest = withLine(state, { asks });
  return withLink(
    isUnsent ? rest : ask(rest, { type: "CloseVault", channel: number }),
    withoutVault(link, vault, number),
  );
};

/** What is old by the time there is room is worth nothing. */
export const onSendPresence = (
  state: ClientConnection,
  link: Ready,
  { vault, sealed }: Input<"sendPresence">,
): ClientStep => {
  const channel = openChannel(link, vault)?.number;
  if (channel === undefined || state.line.asks.length > 0 || !maySend(state)) return stay(state);
  const presence = encoded({ type: "Presence", channel, sealed });
  const paid = pay(state, presence);
  return paid === undefined ? stay(state) : stay(paid, { kind: "send", ...presence });
};

// What the relay refuses

/** Of a channel, and not of a put: those say their chain and seq. */
export const onChannelRefused = (
  state: ClientConnection,
  link: Ready,
  number: ChannelNumber,
  refusal: RefusalSaid,
): ClientStep => {
  const vault = lookUp(link.vaultsByChannel, number);
  const channel = vault === undefined ? undefined : lookUp(link.channels, vault);
  const isTooFast = refusal.name === "RateLimited";
  if (vault === undefined || channel === undefined)
    return isTooFast ? closeAgain(state, number, refusal) : stay(state);
  if (isTooFast) return askAgain(keepQuiet(state, refusal), link, vault, channel);
  const gone = withoutVault(link, vault, number);
  const told = { kind: "vaultRefused", vault, refusal } as const;
  // VaultUnknown says that the channel is gone; of another refusal that is not certain.
  return refusal.name === "VaultUnknown"
    ? withLink(state, gone, told)
    : withLink(ask(state, { type: "CloseVault", channel: number }), gone, told);
};

const closeAgain = (
  state: ClientConnection,
  number: ChannelNumber,
  refusal: RefusalSaid,
): ClientStep => {
  const quiet = keepQuiet(state, refusal);
  const isWaiting = state.line.asks.some(
    ({ frame }) => frame.type === "CloseVault" && frame.channel === number,
  );
  return stay(isWaiting ? quiet : ask(quiet, { type: "CloseVault", channel: number }));
};

/** The refusal does not say what was too fast: everything that is not answered is asked once more. */
const askAgain = (
  state: ClientConnection,
  link: Ready,
  vault: VaultId,
  channel: ClientChannel,
): ClientStep => {
  if (channel.opening !== undefined) {
    const closed = withoutItem(link.vaultsByChannel, channel.number);
    const { opening, pullAfterHeads } = channel;
    return openUnderNumber(state, { ...link, vaultsByChannel: closed }, opening, pullAfterHeads);
  }
  const again = askAgainForBodies(link, channel.number);
  return channel.isPulling ? nudge(state, again, vault, channel) : withLink(state, again);
};
