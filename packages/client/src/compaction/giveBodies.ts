/**
 * Bodies that the relay may lack although it has their envelopes: it lost them, and got the envelopes back
 * from devices that had dropped what a checkpoint covered, which a cut has made void since. Whoever still
 * has them cannot know of that, so they are put again behind each cut until a checkpoint covers them.
 */
import { EnvelopeKind } from "@duro/crypto/types";
import type { ChainId } from "@duro/protocol";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import type { Stretch } from "../vault/uploads.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import { limitOf } from "../vault/view.ts";
import type { FoundCheckpoint } from "./survey.ts";

/**
 * Of what was written under a log that did not have the newest cut: no checkpoint that covers what came
 * later can have covered more of the chain than counts now.
 */
export const bodiesToGive = async (
  memory: VaultMemory,
  found: readonly FoundCheckpoint[],
): Promise<readonly Stretch[]> => {
  const { cutAt } = memory.view.state;
  if (cutAt === undefined) return [];
  const covered = coveredBy(found);
  const stretches: Stretch[] = [];
  for (const row of memory.chains.values()) {
    const { chain, head } = row;
    const limit = limitOf(memory.view, row);
    const endSeq = limit.kind === "end" ? Math.min(limit.seq, head.at) : head.at;
    const whole = await wholeBefore(memory, chain, (covered.get(chain) ?? 0) + 1, endSeq, cutAt);
    if (whole !== undefined) stretches.push({ chain, ...whole });
  }
  return stretches;
};

const coveredBy = (found: readonly FoundCheckpoint[]): ReadonlyMap<ChainId, number> => {
  const covered = new Map<ChainId, number>();
  for (const { judgement, body } of found)
    if (judgement === "counts")
      for (const { chain, seq } of body.clear.coverage)
        covered.set(chain, Math.max(seq, covered.get(chain) ?? 0));
  return covered;
};

/** Somebody wanted it, and the relay does not have it. */
export interface Wanted {
  readonly chain: ChainId;
  readonly seq: number;
}

/** Those that are here, and that the relay had no right to drop: behind a checkpoint that counts it may. */
export const wantedBodies = async (
  memory: VaultMemory,
  found: readonly FoundCheckpoint[],
  wanted: readonly Wanted[],
): Promise<readonly Stretch[]> => {
  const covered = coveredBy(found);
  const stretches: Stretch[] = [];
  for (const { chain, seq } of wanted) {
    const row = memory.chains.get(chain);
    if (row === undefined || seq <= (covered.get(chain) ?? 0)) continue;
    const [envelope] = await readEnvelopes(memory, chain, seq, seq + 1);
    if (envelope?.body === undefined) continue;
    const last = stretches.at(-1);
    if (last?.chain === chain && last.untilSeq === seq - 1)
      stretches[stretches.length - 1] = { ...last, untilSeq: seq };
    else stretches.push({ chain, fromSeq: seq, untilSeq: seq });
  }
  return stretches;
};

/** From the first to the last that has its body; whoever puts them leaves out what has none. */
const wholeBefore = async (
  memory: VaultMemory,
  chain: ChainId,
  fromSeq: number,
  endSeq: number,
  cutAt: number,
): Promise<Omit<Stretch, "chain"> | undefined> => {
  const { indexByRecord } = memory.view.state;
  const seqs: number[] = [];
  for (let next = fromSeq; next <= endSeq;) {
    const page = await readEnvelopes(memory, chain, next, endSeq + 1);
    const older = page.filter(({ head }) => (indexByRecord.get(head.logHead) ?? cutAt) < cutAt);
    for (const { head, body } of older)
      if (body !== undefined && head.kind !== EnvelopeKind.Open) seqs.push(head.seq);
    // Along a chain the log head never goes back.
    if (page.length === 0 || older.length < page.length) break;
    next += page.length;
  }
  const [first] = seqs;
  const last = seqs.at(-1);
  return first === undefined || last === undefined ? undefined : { fromSeq: first, untilSeq: last };
};
