/** What has come from the relay: verified, kept, and counted where it can be. */
import { type ChainId, limits, OpenReason } from "@duro/protocol";
import { takeBodies } from "../compaction/takeBodies.ts";
import type { VaultContext } from "./context.ts";
import { createDraft } from "./draft.ts";
import { letCount, putTogether } from "./letCount.ts";
import { compareOwnRun } from "./ownBranch.ts";
import { canSettle } from "./rebuild.ts";
import { goOnElsewhere } from "./startOver.ts";
import { type RunTaken, takeRun } from "./takeRun.ts";
import { vectorOf, vectorWithoutOwn } from "./vector.ts";

export const takeArrived = async (context: VaultContext): Promise<void> => {
  const { memory, deps } = context;
  const frames = nextOf(context.arrived);
  if (frames.length === 0) return;
  const draft = createDraft(memory);
  const refused: (readonly [ChainId, RunTaken])[] = [];
  let isGap = false;
  for (const { run } of frames) {
    if (!(await takeBodies(memory, run))) context.tryLater();
    if (run.chain === memory.own.chain) {
      const compared = await compareOwnRun(memory, run);
      if (compared.kind === "other") {
        await context.watch.own.branchCame(run, compared.fromSeq);
        // What else has come is asked for again, with what there is of our former chain.
        frames.push(...context.arrived.splice(0));
        await goOnElsewhere(context, compared.fromSeq);
        deps.link.taken(byteLengthOfAll(frames));
        return deps.link.pull(memory.vault, vectorOf(memory));
      }
      if (compared.kind === "unsigned")
        deps.onRefused(run.chain, { kind: "refused", why: "BadSignature" });
      if (compared.kind === "parted" && !memory.isDoubtful) {
        memory.isDoubtful = true;
        deps.link.pull(memory.vault, vectorWithoutOwn(memory));
      }
      continue;
    }
    const taken = await takeRun(memory, memory.view, draft, run);
    if (taken.kind === "gap") isGap = true;
    else if (taken.kind === "parted") {
      // All of it, to see where; once, since a relay may say anything.
      if (context.parted.has(run.chain)) refused.push([run.chain, linkForked]);
      else isGap = true;
      context.parted.add(run.chain);
    } else if (taken.kind === "authorUnknown") deps.onAuthorUnknown(taken.user);
    else if (taken.kind !== "taken" && taken.kind !== "known") refused.push([run.chain, taken]);
    else context.uploads.came(run.chain, run.firstSeq + run.envelopes.length - 1);
  }
  const chains = [...frames.map(({ run: { chain } }) => chain), ...memory.holds.keys()];
  const isDone = await letCount(
    context,
    draft,
    chains.filter((chain) => draft.chain(chain) !== undefined),
  );
  // Whoever answers it looks at the chain as it is here by then.
  for (const [chain, taken] of refused) deps.onRefused(chain, taken);
  if (isDone && memory.isApart && canSettle(memory)) await putTogether(context, OpenReason.Cut);
  deps.link.taken(byteLengthOfAll(frames));
  // Where the store has no room, everything that follows what it did not take comes behind a gap.
  if (isGap && !context.isTryingLater)
    deps.link.pull(
      memory.vault,
      vectorOf(memory).filter(({ chain }) => !context.parted.has(chain)),
    );
};

/** While it is dealt with the relay sends on: as much as it takes for credit to go back, and then the rest. */
const togetherByteLengthMax = limits.creditWindowByteLength / 2;

/** Each frame that came begins a job, so none is left. */
const nextOf = (arrived: VaultContext["arrived"]): VaultContext["arrived"] => {
  let byteLength = 0;
  const end = arrived.findIndex((run) => {
    const isEnough = byteLength >= togetherByteLengthMax && run.byteLength > 0;
    byteLength += run.byteLength;
    return isEnough;
  });
  return arrived.splice(0, end === -1 ? arrived.length : end);
};

const linkForked: RunTaken = { kind: "refused", why: "LinkForked" };

const byteLengthOfAll = (frames: VaultContext["arrived"]): number =>
  frames.reduce((sum, { byteLength }) => sum + byteLength, 0);
