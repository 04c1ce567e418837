/** Vaults on a connection: opened, begun anew, closed. */
import type { ChannelNumber } from "../ids.ts";
import { vaultsPerUserMax } from "../limits.ts";
import type { OpenVault, Pull } from "../wire/vault.ts";
import { costOfHeads, spend } from "./budget.ts";
import { refused } from "./refused.ts";
import type { RelayEffect } from "./relayEffect.ts";
import type { RelayInput } from "./relayInput.ts";
import type { Ready, RelayConnection } from "./relayState.ts";
import {
  andThen,
  closeFor,
  type Move,
  move,
  send,
  sendRefusal,
  stay,
  type Step,
  withChannel,
  withMove,
  withoutChannel,
  withReady,
} from "./step.ts";
import { readBodies } from "./stepBodies.ts";
import { grantSendCredit } from "./stepFlow.ts";
import { beginPages, readPages } from "./stepPages.ts";
import { refuse } from "./stepRefusal.ts";

export const onOpenVault = (state: RelayConnection, session: Ready, frame: OpenVault): Step => {
  const { channel, vault, wantsBodies, wantsPresence, vector } = frame;
  if (channel < session.channelNumberMin)
    return closeFor(state, refused("ProtocolOrder", { channel }));
  if (session.channels.size >= vaultsPerUserMax)
    return closeFor(state, refused("ProtocolOrder", { channel, limit: vaultsPerUserMax }));
  return withReady(
    state,
    withChannel({ ...session, channelNumberMin: channel + 1 }, channel, {
      vault,
      wantsBodies,
      wantsPresence,
      stage: { kind: "opening", vector },
      position: 0,
      newestPosition: 0,
    }),
    { kind: "openVault", channel, vault, wantsPresence },
  );
};

export const onVaultOpened = (
  state: RelayConnection,
  session: Ready,
  input: Extract<RelayInput, { kind: "vaultOpened" }>,
  nowMs: number,
): Step => {
  const { channel: number, logHead, position, chains } = input;
  const spent = spend(state.budget, costOfHeads(chains.length), nowMs);
  if (spent.kind === "exhausted") return closeFor(state, refused("Overloaded"));
  const paid = { ...state, budget: spent.budget };
  const channel = session.channels.get(number);
  if (channel?.stage.kind !== "opening") return stay(paid);
  const begun = beginPages(session, number, channel, channel.stage.vector);
  const opened = send({ type: "VaultHeads", channel: number, logHead, position, chains });
  return withMove(
    paid,
    andThen(move(begun, opened), (next) => readPages(next, state.isSlow)),
  );
};

/** A channel that was refused is gone: what the client sends on it is refused by name. */
export const onVaultRefused = (
  state: RelayConnection,
  session: Ready,
  { channel, refused: refusal }: Extract<RelayInput, { kind: "vaultRefused" }>,
  nowMs: number,
): Step =>
  session.channels.has(channel)
    ? refuse(
        withReady(state, withoutChannel(session, channel)),
        { kind: "channel", channel },
        refusal,
        nowMs,
      )
    : stay(state);

export const onCloseVault = (
  state: RelayConnection,
  session: Ready,
  channel: ChannelNumber,
): Step => {
  const vault = session.channels.get(channel)?.vault;
  return vault === undefined
    ? stay(state)
    : withReady(state, withoutChannel(session, channel), { kind: "closeVault", channel, vault });
};

/** Removed from the vault: its channels end, the rest goes on. */
export const onAccessLost = (
  state: RelayConnection,
  session: Ready,
  { vault }: Extract<RelayInput, { kind: "accessLost" }>,
): Step => {
  let next = session;
  const effects: RelayEffect[] = [];
  for (const [channel, found] of session.channels)
    if (found.vault === vault) {
      next = withoutChannel(next, channel);
      effects.push(
        { kind: "closeVault", channel, vault },
        sendRefusal({ kind: "channel", channel }, refused("VaultUnknown")),
      );
    }
  return withReady(state, next, ...effects);
};

/** Begins anew from what the client says it has; whatever was being read for it is forgotten. */
export const onPull = (state: RelayConnection, session: Ready, frame: Pull): Step => {
  const { channel: number, vector } = frame;
  const granted = grantSendCredit(session, frame.creditByteLength);
  const channel = granted.channels.get(number);
  if (channel === undefined)
    return withMove(
      state,
      andThen(
        move(granted, sendRefusal({ kind: "channel", channel: number }, refused("VaultUnknown"))),
        (next) => readOn(next, state.isSlow),
      ),
    );
  const begun =
    channel.stage.kind === "opening"
      ? withChannel(granted, number, { ...channel, stage: { kind: "opening", vector } })
      : beginPages(granted, number, { ...channel, position: 0 }, vector);
  return withMove(state, readOn(begun, state.isSlow));
};

/** After new credit, or when the socket has drained: what waited goes on, bodies before pages. */
export const readOn = (session: Ready, isSlow: boolean): Move =>
  andThen(readBodies(session, isSlow), (next) => readPages(next, isSlow));
