/**
 * The checkpoints of one vault on this device. A look does what is due by then, one thing after the other:
 * gets missing bodies or a checkpoint in their place, gives verdicts, writes, drops. Nothing is done while
 * the vault is not caught up.
 */
import type { BlobRef } from "@duro/crypto/types";
import type { BlobId, Body, ChainId, EnvelopeId } from "@duro/protocol";
import { checkpointDue, type SinceCheckpoint } from "../checkpoints/checkpointDue.ts";
import { letAllCount } from "../vault/letCount.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import { canSeal } from "../vault/sealNext.ts";
import { attestCheckpoint } from "./attestCheckpoint.ts";
import { readBase } from "./checkpointBase.ts";
import { readDraft } from "./checkpointDraft.ts";
import { bring, type Compacting, isGone } from "./compacting.ts";
import { bodiesToGive, type Wanted, wantedBodies } from "./giveBodies.ts";
import { helps, loadCheckpoint } from "./loadCheckpoint.ts";
import { mayBecomeBase, pruneBehind, type Rewritten } from "./pruneBehind.ts";
import { dropOlderBlobs, ownBlobsBehind } from "./ownBlobs.ts";
import { readPurgeOwed } from "./purgeOwed.ts";
import { sinceCheckpoint } from "./sinceCheckpoint.ts";
import { type FoundCheckpoint, surveyVault } from "./survey.ts";
import { writeCheckpoint } from "./writeCheckpoint.ts";

export interface CompactorDeps extends Compacting {
  /** What may come until the next checkpoint; undefined: as much as is good for people. */
  readonly perCheckpoint?: SinceCheckpoint | undefined;
  /** Answered by `bodiesMissing`, or by envelopes. */
  readonly wantBodies: (chain: ChainId, seqs: readonly number[]) => void;
  /** Says in the log that our chain ends where it counts to here. */
  readonly endOwnChain: () => void;
  /** Whether the relay has it no more. */
  readonly dropBlob: (blob: BlobId) => Promise<boolean>;
}

/** What a look has done. */
export interface LookDone {
  readonly hasLoaded: boolean;
  readonly hasAttested: boolean;
  readonly hasWritten: boolean;
  readonly hasPruned: boolean;
  /** A checkpoint is due, and this look was not to write it. */
  readonly isWriteDue: boolean;
  /** Bodies are missing that nobody has, and no checkpoint counts that stands in their place. */
  readonly isStuck: boolean;
}

export interface Compactor {
  look(may: { readonly write: boolean }): Promise<LookDone>;
  bodiesMissing(chain: ChainId, seqs: readonly number[]): void;
  /** What was missing may be there by now: some time has passed. */
  askAgain(): void;
  /** Until the next look ends, what comes may have come long before. */
  connected(): void;
}

const nothingDone: LookDone = {
  hasLoaded: false,
  hasAttested: false,
  hasWritten: false,
  hasPruned: false,
  isWriteDue: false,
  isStuck: false,
};

/** A page of the store, and a third of what the relay takes at once. */
const bodiesAtOnceCount = 256;
/** Whoever has them needs to hear of the cut, too, and may be on a slow line. */
const missedCountMin = 3;
/** Between two looks: a relay may say anything, and whoever still wants them asks again. */
const wantedCountMax = 4_096;
/** What was opened is kept between looks: each may hold a megabyte. */
const bodiesKeptMax = 32;

export const createCompactor = (deps: CompactorDeps): Compactor => {
  const { memory } = deps;
  const missingBlobs = new Set<BlobId>();
  const bodies = new Map<EnvelopeId, Body>();
  const rewritten: Rewritten = new WeakSet();
  /** By chain, from which seq on they were asked for, and which the relay does not have. */
  const asked = new Map<ChainId, number>();
  const gone = new Map<ChainId, ReadonlySet<number>>();
  let isCatchingUp = true;
  let wanted: readonly Wanted[] = [];
  /** Behind which cut, and to which relay, bodies were put again. */
  let given: string | undefined;
  /** How often those that are missing were asked for, and were not there. */
  let missedCount = 0;

  const survey = async (): Promise<readonly FoundCheckpoint[]> => {
    if (bodies.size > bodiesKeptMax) bodies.clear();
    const nowMs = deps.transfer.clock.nowMs();
    const moment = { nowMs, isCatchingUp, missingBlobs, bodies };
    const { found } = await deps.job(() => surveyVault(memory, moment));
    return found.toSorted((one, other) => coveredCount(other) - coveredCount(one));
  };

  const bringAll = async (blobs: readonly BlobRef[]): Promise<boolean> => {
    for (const ref of blobs) {
      const brought = await bring(deps, ref);
      if (brought.ok) continue;
      if (isGone(brought.error)) missingBlobs.add(ref.id);
      return false;
    }
    return true;
  };

  /** Of each chain that waits for one; false: all of them are known to be gone. */
  const askForBodies = async (): Promise<"none" | "asked" | "gone"> => {
    let outcome: "none" | "asked" | "gone" = "none";
    for (const [chain, { why, seq }] of memory.holds) {
      if (why !== "a body") continue;
      const isGoneHere = gone.get(chain)?.has(seq) === true;
      if (isGoneHere) {
        outcome = outcome === "asked" ? outcome : "gone";
        continue;
      }
      outcome = "asked";
      if (asked.get(chain) === seq) continue;
      asked.set(chain, seq);
      const page = await readEnvelopes(memory, chain, seq, seq + bodiesAtOnceCount);
      const seqs = page.filter(({ body }) => body === undefined).map(({ head }) => head.seq);
      deps.wantBodies(chain, seqs.length === 0 ? [seq] : seqs);
    }
    return outcome;
  };

  /** Once for a cut: who connects often would put them each time. A relay that lost something gets them again. */
  const giveBodies = (found: readonly FoundCheckpoint[], isFirst: boolean): Promise<void> =>
    deps.job(async ({ uploads }) => {
      const { cutAt } = memory.view.state;
      const now = `${cutAt} ${deps.generation()}`;
      if (cutAt === undefined || (now === given && !(isFirst && uploads.wasBehind))) return;
      given = now;
      for (const stretch of await bodiesToGive(memory, found)) uploads.fill(stretch);
      await uploads.pump();
    });

  /** What comes late is no reason to tell anybody, nor a checkpoint that only takes time to fetch. */
  const tellMissing = (
    found: readonly FoundCheckpoint[],
    missing: "none" | "gone",
  ): Promise<void> =>
    deps.job(async (context) => {
      const helping = found.find((one) => one.judgement === "counts" && helps(memory, one));
      const isLost = missing === "gone" && helping === undefined;
      if (!isLost) missedCount = 0;
      memory.areBodiesGone = isLost && missedCount >= missedCountMin;
      const waiting = [...memory.holds].filter(([, { why }]) => why === "a body");
      context.watch.bodiesMissing(memory.areBodiesGone ? waiting.length : 0);
      if (!memory.areBodiesGone) return;
      // What we wrote we have in our documents, and can write again; what others wrote they can.
      if (waiting.some(([chain]) => chain === memory.own.chain)) deps.endOwnChain();
      else if (memory.isApart) await letAllCount(context);
    });

  /** Whoever is told by the relay gives them; what comes twice it has already. */
  const giveWanted = (found: readonly FoundCheckpoint[]): Promise<void> =>
    deps.job(async ({ uploads }) => {
      const now = wanted;
      wanted = [];
      for (const stretch of await wantedBodies(memory, found, now)) uploads.fill(stretch);
      if (now.length > 0) await uploads.pump();
    });

  const load = async (found: readonly FoundCheckpoint[]): Promise<boolean> => {
    for (const one of found)
      if (
        one.judgement === "counts" &&
        helps(memory, one) &&
        (await bringAll(one.body.plaintext.blobs)) &&
        (await loadCheckpoint(deps, one))
      )
        return true;
    return false;
  };

  const attest = async (found: readonly FoundCheckpoint[]): Promise<boolean> => {
    const own = memory.own.device.id;
    let hasAttested = false;
    for (const one of found) {
      const isOpen = one.judgement !== "void" && one.isCounted && !one.isAttested;
      if (!isOpen || one.device === own || !canSeal(memory)) continue;
      if (await attestCheckpoint(deps, one)) hasAttested = true;
    }
    return hasAttested;
  };

  const prune = async (found: readonly FoundCheckpoint[]): Promise<boolean> => {
    const { store, vault } = memory;
    const base = await readBase(memory);
    const target = found.find((one) => mayBecomeBase(memory, one, base)) ?? base;
    if (target === undefined || (base?.isPruned === true && base.at.id === target.at.id))
      return false;
    if (!(await bringAll(target.body.plaintext.blobs))) return false;
    const draft = await readDraft(store, vault);
    const seqs = new Map(target.body.clear.coverage.map(({ chain, seq }) => [chain, seq]));
    const isLater = ({ at, judgement }: FoundCheckpoint): boolean =>
      judgement !== "void" && at.seq > (seqs.get(at.chain) ?? 0);
    const kept = [...(draft === undefined ? [] : [draft]), ...found.filter(isLater)].flatMap(
      ({ body }) => body.plaintext.blobs,
    );
    const ours = found.filter(({ device }) => device === memory.own.device.id);
    const purges = found.filter((one) => one.isPurge && one.judgement === "counts");
    const isNext = base?.at.id !== target.at.id;
    const beside = isNext ? [await ownBlobsBehind(memory, target, ours, purges)] : [];
    return pruneBehind(deps, target, kept, beside, rewritten);
  };

  return {
    look: async (may) => {
      if (!deps.isReady()) return nothingDone;
      const found = await survey();
      await giveBodies(found, isCatchingUp);
      await giveWanted(found);
      isCatchingUp = false;
      const missing = await askForBodies();
      if (missing === "asked") return nothingDone;
      await tellMissing(found, missing);
      const hasLoaded = missing === "gone" && (await load(found));
      const hasAttested = await attest(found);
      const isDue =
        canSeal(memory) &&
        ((await readPurgeOwed(memory)) !== undefined ||
          checkpointDue(await sinceCheckpoint(memory, found), deps.perCheckpoint));
      const hasWritten = isDue && may.write && (await writeCheckpoint(deps));
      const hasPruned = await prune(hasLoaded || hasAttested ? await survey() : found);
      await dropOlderBlobs(memory, deps.dropBlob);
      return {
        hasLoaded,
        hasAttested,
        hasWritten,
        hasPruned,
        isWriteDue: isDue && !hasWritten,
        isStuck: missing === "gone" && !hasLoaded,
      };
    },
    bodiesMissing: (chain, seqs) => {
      gone.set(chain, new Set([...(gone.get(chain) ?? []), ...seqs]));
      wanted = [...wanted, ...seqs.map((seq) => ({ chain, seq }))].slice(-wantedCountMax);
    },
    askAgain: () => {
      missedCount += 1;
      asked.clear();
      gone.clear();
      missingBlobs.clear();
    },
    connected: () => {
      isCatchingUp = true;
      wanted = [];
      asked.clear();
      gone.clear();
      missingBlobs.clear();
    },
  };
};

/** More of the vault in it: newer, whatever any clock says. */
const coveredCount = ({ body }: FoundCheckpoint): number =>
  body.clear.coverage.reduce((sum, { seq }) => sum + seq, 0);
