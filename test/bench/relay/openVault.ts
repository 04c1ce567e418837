/** Opens a vault on a session; what the relay answers is for whoever opened it. */
import { assert } from "@duro/crypto/types";
import { type ChannelNumber, channelNumbers, type VaultId, type Vector } from "@duro/protocol";
import type { Session } from "./session.ts";

export const channelOf = (number: number): ChannelNumber => {
  const channel = channelNumbers.parse(number);
  assert(channel.ok, "a channel's number");
  return channel.value;
};

interface OpenOptions {
  readonly channel?: number;
  readonly vector?: Vector;
  readonly wantsBodies?: boolean;
}

export const openVault = (
  session: Session,
  vault: VaultId,
  { channel = 1, vector = [], wantsBodies = false }: OpenOptions = {},
): void =>
  session.send({
    type: "OpenVault",
    channel: channelOf(channel),
    vault,
    logHead: undefined,
    vector,
    wantsBodies,
    wantsPresence: false,
  });
