/**
 * Says in the vault's log that our own chain ends where it counts to: what follows waits for bodies of ours
 * that nobody has any more, and everybody would wait with it. What it said is written again under another.
 */
import { cutRecord, type DeviceKeys } from "@duro/crypto";
import type { LogRecord } from "@duro/crypto/verify";
import type { ChainMark } from "@duro/protocol";
import { ownMark } from "../vault/rebuild.ts";
import type { VaultContext } from "../vault/context.ts";

/** How far it counts, in a job of the vault. Undefined: all of it does, or it has ended already. */
export const ownEnd = async ({ memory }: VaultContext): Promise<ChainMark | undefined> => {
  const { own, holds, view } = memory;
  if (holds.get(own.chain)?.why !== "a body" || view.state.cutsByChain.has(own.chain))
    return undefined;
  return ownMark(memory);
};

/** Undefined: somebody has ended it meanwhile, or this device may not. */
export const ownEndRecord = (
  device: DeviceKeys,
  { memory: { own, view } }: VaultContext,
  { chain, seq, id }: ChainMark,
): LogRecord | undefined => {
  const { state } = view;
  const identity = view.identity(own.user);
  const isOver = own.chain !== chain || state.cutsByChain.has(chain);
  if (isOver || identity === undefined || !state.members.has(own.user)) return undefined;
  if (state.closedDevices.has(device.id)) return undefined;
  const cuts = [{ device: device.id, chains: [{ incarnation: own.incarnation, seq, id }] }];
  return cutRecord(state, { device, identity }, "chainAnchor", { identity, cuts });
};
