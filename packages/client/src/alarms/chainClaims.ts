/**
 * Claims about chains: taken in as envelopes say them, refuted by those they are about, and met as
 * chains come. A claim about a chain whose own author had read it and stood below it was never true:
 * that marks the claimant, and no clock is asked.
 */
import type { ChainId } from "@duro/protocol";
import type { Alarm, ClaimMismatch } from "./alarms.ts";
import { boundClaims } from "./boundClaims.ts";
import {
  type ChainClaim,
  type Claimant,
  type Claimed,
  type Claims,
  type ClaimsOf,
  type KnownChains,
  type Said,
  type Waiting,
  withClaimant,
} from "./claims.ts";

/** What one envelope says. Those of a chain in their order, and each before its `readSeq` says so. */
export const addClaims = (
  claims: Claims,
  by: Claimant,
  said: readonly Said[],
  known: KnownChains,
): Claimed => {
  const alarms: Alarm[] = [];
  let next = claims;
  const own = new Map(claims.byClaimant.get(by.chain)?.chains);
  for (const one of said) {
    if (one.chain === by.chain) continue;
    const refuted = refute(next, by, one, known);
    if (refuted !== undefined) {
      next = refuted.claims;
      alarms.push(refuted.alarm);
    }
    const other = otherId(known, by, one);
    if (other !== undefined) alarms.push(other);
    if (isMet(known, one)) continue;
    const claim = grown(own.get(one.chain), one, by.seq, next.connectedMs, known);
    const refutedAt =
      claim.refutedAt ?? refutedBefore(next.byClaimant.get(one.chain), by.chain, claim);
    if (claim.refutedAt === undefined && refutedAt !== undefined)
      alarms.push(mismatchOf(known, by, claim.seq, { chain: one.chain, seq: refutedAt }));
    own.set(one.chain, { ...claim, refutedAt });
  }
  if (own.size === 0) return { claims: next, alarms };
  const logs = next.byClaimant.get(by.chain)?.logs ?? new Map<string, never>();
  const of: ClaimsOf = { device: by.device, chains: own, logs };
  const added = { ...next, byClaimant: withClaimant(next, by.chain, of) };
  return { claims: boundClaims(added), alarms };
};

/** Its author says here that it has read the claim, and stands below it. */
const refute = (
  claims: Claims,
  by: Claimant,
  one: Said,
  known: KnownChains,
): { readonly claims: Claims; readonly alarm: ClaimMismatch } | undefined => {
  const of = claims.byClaimant.get(one.chain);
  const claim = of?.chains.get(by.chain);
  if (of === undefined || claim === undefined || claim.refutedAt !== undefined) return undefined;
  if (claim.saidAt > one.seq || claim.seq <= by.seq) return undefined;
  const chains = new Map(of.chains).set(by.chain, { ...claim, refutedAt: by.seq });
  const claimant = { chain: one.chain, device: of.device };
  return {
    claims: { ...claims, byClaimant: withClaimant(claims, one.chain, { ...of, chains }) },
    alarm: mismatchOf(known, claimant, claim.seq, by),
  };
};

/**
 * The same where the author's word came first: the seq at which it stood, having read the claim. That
 * was read, and the claim is not met, so it stood below.
 */
const refutedBefore = (
  author: ClaimsOf | undefined,
  claimant: ChainId,
  { saidAt, seq }: ChainClaim,
): number | undefined => {
  const back = author?.chains.get(claimant);
  const hasRead = back !== undefined && back.seq >= saidAt;
  // What counts anew is read again, and then this may be known before the chain is back there.
  return hasRead && back.saidAt < seq ? back.saidAt : undefined;
};

const mismatchOf = (
  known: KnownChains,
  claimant: Pick<Claimant, "chain" | "device">,
  claimedSeq: number,
  { chain, seq }: Pick<Said, "chain" | "seq">,
): ClaimMismatch => ({
  type: "ClaimMismatch",
  vault: known.vault,
  chain,
  device: known.deviceOf(chain),
  claimant: claimant.device,
  claimantChain: claimant.chain,
  claimedSeq,
  ownSeq: seq,
});

/** A claim about an envelope that is here, under another id. */
const otherId = (
  known: KnownChains,
  { device: claimant }: Pick<Claimant, "device">,
  { chain, seq, id }: Said,
): Alarm | undefined => {
  const ours = id === undefined ? undefined : known.idAt(chain, seq);
  if (ours === undefined || ours === id) return undefined;
  const { vault } = known;
  const device = known.deviceOf(chain);
  return { type: "Equivocation", vault, chain, device, seq, evidence: "claim", claimant };
};

const isMet = (known: KnownChains, { chain, seq }: Pick<Said, "chain" | "seq">): boolean =>
  known.readSeq(chain) >= Math.min(seq, known.limitOf(chain) ?? seq);

/** What is due already keeps its time; what is added to it begins its own. */
const grown = (
  before: ChainClaim | undefined,
  { chain, seq, id }: Said,
  saidAt: number,
  nowMs: number,
  known: KnownChains,
): ChainClaim => {
  if (before !== undefined && before.seq >= seq)
    return before.seq === seq ? { ...before, id: before.id ?? id } : before;
  const isDue = before !== undefined && before.dueSeq > known.heldSeq(chain);
  return {
    dueSeq: isDue ? before.dueSeq : seq,
    dueSinceMs: isDue ? before.dueSinceMs : nowMs,
    seq,
    sinceMs: nowMs,
    id,
    saidAt,
    refutedAt: before?.refutedAt,
  };
};

/** After something of these chains came, was read, was cut or was found void. */
export const settleClaims = (
  claims: Claims,
  chains: readonly ChainId[],
  known: KnownChains,
): Claimed => {
  const alarms: Alarm[] = [];
  let { byClaimant, relay } = claims;
  for (const chain of chains) {
    const heldSeq = known.heldSeq(chain);
    for (const [claimant, of] of byClaimant) {
      const claim = of.chains.get(chain);
      if (claim === undefined) continue;
      const left = settled(claim, isMet(known, { chain, seq: claim.seq }), heldSeq);
      if (left === claim) continue;
      const chainsLeft = new Map(of.chains);
      if (left === undefined) chainsLeft.delete(chain);
      else chainsLeft.set(chain, left);
      const { id, seq } = claim;
      const isOther = left === undefined && id !== undefined;
      const other = isOther ? otherId(known, of, { chain, seq, id }) : undefined;
      if (other !== undefined) alarms.push(other);
      byClaimant = withClaimant({ byClaimant }, claimant, { ...of, chains: chainsLeft });
    }
    const waiting = relay.get(chain);
    if (waiting !== undefined && waiting.dueSeq <= heldSeq)
      relay = new Map(relay).set(chain, movedOn(waiting));
  }
  const isSame = byClaimant === claims.byClaimant && relay === claims.relay;
  return { claims: isSame ? claims : { ...claims, byClaimant, relay }, alarms };
};

/** Undefined: it is met. */
const settled = (claim: ChainClaim, isMetNow: boolean, heldSeq: number): ChainClaim | undefined => {
  if (isMetNow) return undefined;
  const isStale = claim.dueSeq <= heldSeq && claim.dueSeq < claim.seq;
  return isStale ? { ...claim, ...movedOn(claim) } : claim;
};

/** What was due is here: the rest is due from when it was said. */
const movedOn = ({ seq, sinceMs }: Waiting): Waiting => ({
  dueSeq: seq,
  dueSinceMs: sinceMs,
  seq,
  sinceMs,
});

/** What the relay's own heads say. What it said before, and is not here, keeps its time. */
export const addRelayHeads = (
  claims: Claims,
  heads: readonly Said[],
  known: KnownChains,
): Claims => {
  const relay = new Map<ChainId, Waiting>();
  const nowMs = claims.connectedMs;
  for (const { chain, seq } of heads) {
    const heldSeq = known.heldSeq(chain);
    if (heldSeq >= Math.min(seq, known.limitOf(chain) ?? seq)) continue;
    const before = claims.relay.get(chain);
    const isDue = before !== undefined && before.dueSeq > heldSeq;
    relay.set(chain, {
      dueSeq: isDue ? Math.min(before.dueSeq, seq) : seq,
      dueSinceMs: isDue ? before.dueSinceMs : nowMs,
      seq,
      sinceMs: nowMs,
    });
  }
  return { ...claims, relay };
};
