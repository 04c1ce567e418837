/** Channels by their vault and by their number, as long as they are open. */
import type { ChannelNumber, VaultId } from "../ids.ts";
import type { RelayFrame } from "../wire/relayFrame.ts";
import type { ClientChannel, ClientConnection, Ready } from "./clientState.ts";
import { type ClientStep, misbehaved, stay, withLink, withoutEntry } from "./step.ts";
import { lookUp, withItem, withoutItem } from "./table.ts";

export const withChannel = (link: Ready, vault: VaultId, channel: ClientChannel): Ready => ({
  ...link,
  channels: withItem(link.channels, vault, channel),
});

/** A vault that may be asked about: the relay has said its heads. */
export const openChannel = (link: Ready, vault: VaultId): ClientChannel | undefined => {
  const channel = lookUp(link.channels, vault);
  return channel?.stage === "opening" ? undefined : channel;
};

/** What is under way for it is still answered; the rest is forgotten. */
export const withoutVault = (link: Ready, vault: VaultId, number: ChannelNumber): Ready => ({
  ...link,
  channels: withoutItem(link.channels, vault),
  vaultsByChannel: withoutItem(link.vaultsByChannel, number),
  putQueue: withoutEntry(link.putQueue, vault),
  bodyQueue: link.bodyQueue.filter((want) => want.vault !== vault),
  bodiesAsked: link.bodiesAsked.filter((want) => want.vault !== vault),
});

type OfChannel = Extract<RelayFrame, { readonly channel: ChannelNumber }>;

/** A number that was used may be of a vault that was closed meanwhile; any other is an invention. */
export const onChannel = (
  state: ClientConnection,
  link: Ready,
  frame: OfChannel,
  handle: (vault: VaultId, channel: ClientChannel) => ClientStep,
): ClientStep => {
  const { channel: number, type } = frame;
  const vault = lookUp(link.vaultsByChannel, number);
  const channel = vault === undefined ? undefined : lookUp(link.channels, vault);
  if (vault !== undefined && channel !== undefined)
    return channel.stage === "opening" && type !== "VaultHeads"
      ? misbehaved(state, { type: "OutOfOrder", frame: type })
      : handle(vault, channel);
  return wasUsed(link, number)
    ? stay(state)
    : misbehaved(state, { type: "ChannelUnknown", frame: type, channel: number });
};

export const wasUsed = (link: Ready, number: ChannelNumber): boolean =>
  number > 0 && number <= link.channelCount;

/** The engine is to pull; it is told once. */
export const nudge = (
  state: ClientConnection,
  link: Ready,
  vault: VaultId,
  channel: ClientChannel,
): ClientStep =>
  withLink(state, withChannel(link, vault, { ...channel, isNudged: true, isPulling: false }), {
    kind: "nudged",
    vault,
  });
