/**
 * What shows that a device lives twice: an OPEN or a head with our signature that we did not make is a
 * clone or a thief, and another device's further chain is told with the reason it states.
 */
import type { ChainId, DeviceId, EnvelopeId, OpenReason, VaultId } from "@duro/protocol";
import type { Alarm, Cloned } from "./alarms.ts";

export interface OpenSeen {
  readonly vault: VaultId;
  readonly chain: ChainId;
  /** Its signature was checked against this device's key. */
  readonly device: DeviceId;
  /** Undefined: the body does not open yet, so the reason is not known. */
  readonly reason: OpenReason | undefined;
}

export interface KnownOpens {
  readonly ownDevice: DeviceId;
  /** Every chain that this device opened, as its own store has them. */
  readonly ownChains: ReadonlySet<ChainId>;
  /** Chains of the same device in this vault that were known before this one. */
  readonly before: readonly ChainId[];
}

/** Undefined: the first chain of another device, or one of our own making. */
export const openSeen = (
  { vault, chain, device, reason }: OpenSeen,
  { ownDevice, ownChains, before }: KnownOpens,
): Alarm | undefined => {
  if (device === ownDevice)
    return ownChains.has(chain)
      ? undefined
      : { type: "Cloned", vault, chain, evidence: "open", ourSeq: 0, theirSeq: 1 };
  const isFirst = before.every((known) => known === chain);
  return isFirst || reason === undefined
    ? undefined
    : { type: "OtherIncarnation", vault, device, chain, reason };
};

export interface OwnChain {
  readonly vault: VaultId;
  readonly chain: ChainId;
  readonly headSeq: number;
  /** Of what this device sealed; undefined: not at hand. */
  readonly idAt: (seq: number) => EnvelopeId | undefined;
}

/** A head of our own chain, whose signature by our key was checked. Undefined: we made it. */
export const ownHeadSeen = (
  { vault, chain, headSeq, idAt }: OwnChain,
  { seq, id }: { readonly seq: number; readonly id: EnvelopeId },
): Cloned | undefined => {
  const ours = idAt(seq);
  const isOurs = seq <= headSeq && (ours === undefined || ours === id);
  return isOurs
    ? undefined
    : { type: "Cloned", vault, chain, evidence: "head", ourSeq: headSeq, theirSeq: seq };
};
