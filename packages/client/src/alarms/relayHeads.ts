/**
 * The relay's heads of a vault beside our own high-water marks and receipts. What it has shown or signed
 * for and no longer lists is a rollback, and goes back there from here; what it lists of our own chain
 * and we never wrote is a clone's. Its heads are not signed: an id that differs is a reason to ask; of a log the
 * answer shows whether it is forked.
 */
import type { ChainId, DeviceId, EnvelopeId, LogHead, VaultHeads, VaultId } from "@duro/protocol";
import type { Alarm, ReceiptLost } from "./alarms.ts";

export interface HeldChain {
  readonly head: { readonly at: number; readonly id: EnvelopeId };
  /** How far this relay has shown it to us, or has signed that it keeps it. */
  readonly relayedSeq: number;
  readonly device: DeviceId;
  /** Nothing behind it goes to the relay or counts; undefined: it is open. */
  readonly limit: number | undefined;
  /** By an anchor: the relay need not list it. */
  readonly isRetired: boolean;
}

/** One run that the relay signed for. The signature is kept beside it: others may want to see it. */
interface KeptReceipt {
  readonly chain: ChainId;
  readonly firstSeq: number;
  readonly firstPosition: number;
  readonly nowMs: number;
  /** In the order of their seqs; at least one. */
  readonly ids: readonly EnvelopeId[];
}

export interface OurHeads {
  readonly vault: VaultId;
  /** The chain that this device writes; undefined: it writes none. */
  readonly ownChain: ChainId | undefined;
  readonly chains: ReadonlyMap<ChainId, HeldChain>;
  readonly logHead: LogHead | undefined;
  /** Those that might be missing: the newest of each chain are enough. */
  readonly receipts: readonly KeptReceipt[];
}

/** Envelopes of one chain that the relay lacks and takes from anybody. */
interface Reseed {
  readonly chain: ChainId;
  readonly fromSeq: number;
  readonly toSeq: number;
}

export interface HeadsCompared {
  /** All that this comparison can find: for `reconcile` with `isOfHeads`. */
  readonly alarms: readonly Alarm[];
  /** Rising by chain. */
  readonly reseed: readonly Reseed[];
  /** Records of our vault log from this index on are not there. */
  readonly reseedLogFrom: number | undefined;
}

/** Of one vault's book: what `compareHeads` finds. A clone and an equivocation, once proved, stay. */
export const isOfHeads = (alarm: Alarm): boolean =>
  alarm.type === "Rollback" ||
  alarm.type === "ReceiptLost" ||
  ((alarm.type === "Equivocation" || alarm.type === "Cloned" || alarm.type === "LogForked") &&
    alarm.evidence === "relay");

export const compareHeads = (
  ours: OurHeads,
  heads: Pick<VaultHeads, "logHead" | "chains">,
): HeadsCompared => {
  const relayMarks = new Map(heads.chains.map((mark) => [mark.chain, mark]));
  const relaySeqOf = (chain: ChainId): number => relayMarks.get(chain)?.seq ?? 0;
  const alarms: Alarm[] = [];
  const reseed: Reseed[] = [];
  let chainCount = 0;
  let envelopeCount = 0;
  for (const [chain, held] of ours.chains) {
    const { head, relayedSeq, device, limit = head.at, isRetired } = held;
    const relaySeq = relaySeqOf(chain);
    if (isRetired && relaySeq === 0) continue;
    const lostCount = Math.min(relayedSeq, limit) - relaySeq;
    if (lostCount > 0) {
      chainCount += 1;
      envelopeCount += lostCount;
    }
    const toSeq = Math.min(head.at, limit);
    if (relaySeq < toSeq) reseed.push({ chain, fromSeq: relaySeq + 1, toSeq });
    const relayId = relayMarks.get(chain)?.id;
    if (relaySeq === head.at && relayId !== undefined && relayId !== head.id)
      alarms.push({
        type: "Equivocation",
        vault: ours.vault,
        chain,
        device,
        seq: relaySeq,
        evidence: "relay",
        claimant: undefined,
      });
  }
  const recordCount = Math.max(0, (ours.logHead?.index ?? -1) - heads.logHead.index);
  if (chainCount > 0 || recordCount > 0)
    alarms.push({ type: "Rollback", vault: ours.vault, chainCount, envelopeCount, recordCount });
  return {
    alarms: [...alarms, ...clonedBy(ours, relaySeqOf), ...lostReceipts(ours, relaySeqOf)],
    reseed: reseed.toSorted((left, right) => (left.chain < right.chain ? -1 : 1)),
    reseedLogFrom: recordCount > 0 ? heads.logHead.index + 1 : undefined,
  };
};

const clonedBy = (
  { vault, ownChain, chains }: OurHeads,
  relaySeqOf: (chain: ChainId) => number,
): readonly Alarm[] => {
  if (ownChain === undefined) return [];
  const ourSeq = chains.get(ownChain)?.head.at ?? 0;
  const theirSeq = relaySeqOf(ownChain);
  return theirSeq > ourSeq
    ? [{ type: "Cloned", vault, chain: ownChain, evidence: "relay", ourSeq, theirSeq }]
    : [];
};

/** One of each chain: from the oldest envelope that is missing. */
const lostReceipts = (
  { vault, chains, receipts }: OurHeads,
  relaySeqOf: (chain: ChainId) => number,
): readonly ReceiptLost[] => {
  const byChain = new Map<ChainId, ReceiptLost>();
  for (const { chain, firstSeq, firstPosition, nowMs, ids } of receipts) {
    const held = chains.get(chain);
    if (held?.isRetired === true && relaySeqOf(chain) === 0) continue;
    const missing = ids.flatMap((id, at) => {
      const seq = firstSeq + at;
      const isKept = seq <= relaySeqOf(chain) || seq > (held?.limit ?? seq);
      return isKept ? [] : [{ id, seq, position: firstPosition + at }];
    });
    const [oldest] = missing;
    if (oldest === undefined) continue;
    const before = byChain.get(chain);
    const count = missing.length + (before?.count ?? 0);
    byChain.set(
      chain,
      before !== undefined && before.seq < oldest.seq
        ? { ...before, count }
        : {
            type: "ReceiptLost",
            vault,
            chain,
            device: held?.device,
            ...oldest,
            receiptedAtMs: nowMs,
            count,
          },
    );
  }
  return [...byChain.values()];
};
