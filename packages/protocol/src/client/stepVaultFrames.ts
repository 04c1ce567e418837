/** What the relay says of vaults: their heads, what is missing, what is new. */
import { LogKind } from "@duro/crypto/types";
import type { Envelopes } from "../wire/envelopes.ts";
import type { Presence } from "../wire/presence.ts";
import type { CatchUpDone, Nudge, VaultHeads } from "../wire/vault.ts";
import { nudge, onChannel, wasUsed, withChannel } from "./channels.ts";
import type { ClientChannel, ClientConnection, Ready } from "./clientState.ts";
import { type ClientStep, misbehaved, stay, withLink } from "./step.ts";
import { noteBodies } from "./stepBodies.ts";
import { giveBack } from "./stepFlow.ts";
import { heardOfHead } from "./stepLogs.ts";
import { onPullVault } from "./stepVaults.ts";
import { lookUp } from "./table.ts";

export const onVaultHeads = (state: ClientConnection, link: Ready, frame: VaultHeads): ClientStep =>
  onChannel(state, link, frame, (vault, channel) => {
    if (channel.stage !== "opening")
      return misbehaved(state, { type: "OutOfOrder", frame: "VaultHeads" });
    const { logHead, position, chains } = frame;
    const vector = channel.pullAfterHeads;
    const opened: ClientChannel = {
      ...channel,
      stage: "catchingUp",
      opening: undefined,
      pullAfterHeads: undefined,
    };
    // A record that came behind our asking and before our opening is told here, and nowhere else.
    const name = { kind: LogKind.Vault, log: vault } as const;
    const next = heardOfHead(withChannel(link, vault, opened), name, logHead);
    const heads = { kind: "vaultHeads", vault, logHead, position, chains } as const;
    if (vector === undefined) return withLink(state, next, heads);
    const pulled = onPullVault(state, next, { vault, vector });
    return { state: pulled.state, effects: [heads, ...pulled.effects] };
  });

/** Those of a vault that was closed meanwhile are dealt with already. */
export const onEnvelopes = (
  state: ClientConnection,
  before: Ready,
  frame: Envelopes,
  byteLength: number,
): ClientStep => {
  if (before.receiveCreditByteLength <= 0) return misbehaved(state, { type: "CreditExceeded" });
  const link: Ready = {
    ...before,
    receiveCreditByteLength: before.receiveCreditByteLength - byteLength,
  };
  if (wasUsed(link, frame.channel) && lookUp(link.vaultsByChannel, frame.channel) === undefined)
    return giveBack({ ...state, link }, link, byteLength);
  return onChannel(state, link, frame, (vault) => {
    const { runs } = frame;
    const untakenByteLength = link.untakenByteLength + byteLength;
    return withLink(state, noteBodies({ ...link, untakenByteLength }, frame), {
      kind: "envelopes",
      vault,
      runs,
      byteLength,
    });
  });
};

/** It may come again when the relay has had to look into its store once more. */
export const onCatchUpDone = (
  state: ClientConnection,
  link: Ready,
  frame: CatchUpDone,
): ClientStep =>
  onChannel(state, link, frame, (vault, channel) => {
    if (channel.stage === "live") return stay(state);
    const live: ClientChannel = { ...channel, stage: "live", hasCaughtUp: true, isPulling: false };
    return withLink(state, withChannel(link, vault, live), { kind: "caughtUp", vault });
  });

export const onNudge = (state: ClientConnection, link: Ready, frame: Nudge): ClientStep =>
  onChannel(state, link, frame, (vault, channel) =>
    channel.isNudged ? stay(state) : nudge(state, link, vault, channel),
  );

export const onPresence = (state: ClientConnection, link: Ready, frame: Presence): ClientStep =>
  onChannel(state, link, frame, (vault) =>
    stay(state, { kind: "presence", vault, sealed: frame.sealed }),
  );
