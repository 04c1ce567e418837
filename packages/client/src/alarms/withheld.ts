/**
 * Judges claims: what somebody's signed envelope says there is, and what has not come within the grace,
 * is withheld. Nobody is believed: the alarm says who claims it, and the numbers.
 */
import type { ChainId } from "@duro/protocol";
import type { Alarm, LogWithheld, Withholding } from "./alarms.ts";
import type { Claims, ClaimsOf, KnownChains, KnownLogs, Waiting } from "./claims.ts";

/** A relay passes on what it stored at once; this much is a busy one. */
export const withholdingGraceMs = 120_000;

export interface Withheld {
  readonly claims: Claims;
  readonly known: KnownChains;
  readonly logs: KnownLogs;
  /** How far the relay says it has a chain; 0: it lists none. */
  readonly offeredSeq: (chain: ChainId) => number;
}

/** All that is withheld now: for `reconcile` with `isWithheld`. */
export const withheld = (input: Withheld): readonly Alarm[] => [
  ...withheldChains(input),
  ...withheldLogs(input),
];

/** Of one vault's book: what `withheld` finds, and no other alarm. */
export const isWithheld = (alarm: Alarm): boolean =>
  alarm.type === "Withholding" || alarm.type === "LogWithheld";

const withheldChains = ({ claims, known, offeredSeq }: Withheld): readonly Withholding[] => {
  const byChain = new Map<ChainId, Withholding>();
  const add = (chain: ChainId, waiting: Waiting, claimant: ClaimsOf | undefined): void => {
    const seqMax = known.limitOf(chain) ?? Number.MAX_SAFE_INTEGER;
    const heldSeq = known.heldSeq(chain);
    if (Math.min(waiting.dueSeq, seqMax) <= heldSeq) return;
    if (claims.connectedMs - waiting.dueSinceMs <= withholdingGraceMs) return;
    const claimedSeq = Math.min(waiting.seq, seqMax);
    const before = byChain.get(chain);
    const isFurther = before === undefined || claimedSeq > before.claimedSeq;
    byChain.set(chain, {
      type: "Withholding",
      vault: known.vault,
      chain,
      device: known.deviceOf(chain),
      claimant: isFurther ? claimant?.device : before.claimant,
      claimantCount: (before?.claimantCount ?? 0) + 1,
      claimedSeq: isFurther ? claimedSeq : before.claimedSeq,
      heldSeq,
      relaySeq: offeredSeq(chain),
    });
  };
  for (const of of claims.byClaimant.values())
    for (const [chain, claim] of of.chains)
      if (claim.refutedAt === undefined) add(chain, claim, of);
  for (const [chain, waiting] of claims.relay)
    if (!byChain.has(chain)) add(chain, waiting, undefined);
  return [...byChain.values()];
};

/** One of each log; that an envelope's head names it says more than a beacon. */
const withheldLogs = ({ claims, logs }: Withheld): readonly LogWithheld[] => {
  const byLog = new Map<string, LogWithheld>();
  for (const { device, logs: claimed } of claims.byClaimant.values())
    for (const { log, index, id, sinceMs } of claimed.values()) {
      if (claims.connectedMs - sinceMs <= withholdingGraceMs) continue;
      const key = `${log.kind} ${log.log}`;
      const before = byLog.get(key);
      if (before !== undefined && (before.evidence === "head" || index !== undefined)) continue;
      byLog.set(key, {
        type: "LogWithheld",
        log,
        record: id,
        claimedIndex: index,
        heldIndex: logs.head(log)?.index,
        claimant: device,
        evidence: index === undefined ? "head" : "beacon",
      });
    }
  return [...byLog.values()];
};
