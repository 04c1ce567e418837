/** Says of another device's checkpoint whether it holds what this device has at that coverage. */
import { type ChainId, Verdict } from "@duro/protocol";
import { compareWithCheckpoint } from "../checkpoints/compareWithCheckpoint.ts";
import { type HeldChain, mayAttest } from "../checkpoints/mayAttest.ts";
import { readBase } from "./checkpointBase.ts";
import { type Compacting, openAndBring } from "./compacting.ts";
import { placeFacts, placeOfMarks } from "./placesHere.ts";
import { sealSaying } from "./sealSaying.ts";
import { statesAt } from "./statesAt.ts";
import type { FoundCheckpoint } from "./survey.ts";

/** False: no verdict, now or ever. */
export const attestCheckpoint = async (
  at: Compacting,
  { at: mark, body }: FoundCheckpoint,
): Promise<boolean> => {
  const { memory } = at;
  const { coverage } = body.clear;
  const base = await readBase(memory);
  // Taken on the word of others, or compared already: what was made of it proves nothing about it.
  if (base?.at.id === mark.id) return false;
  const covered = base?.body.clear.coverage ?? [];
  const held = new Map<ChainId, HeldChain>(
    [...memory.chains.values()].map(({ chain, counted }) => [
      chain,
      { bodiesFrom: (base?.seqs.get(chain) ?? 0) + 1, counted },
    ]),
  );
  const facts = { ...(await placeFacts(memory, coverage)), held };
  if (!mayAttest(facts, coverage, covered).ok) return false;
  const own = await statesAt(memory, coverage, base, at.breathe);
  if (own === undefined) return false;
  const compared = await compareWithCheckpoint(own, body.plaintext, openAndBring(at));
  if (!compared.ok) return false;
  const { verdict, mismatches } = compared.value;
  return at.job(async (context) => {
    if (!at.isReady() || (await placeOfMarks(memory, [mark, ...coverage])) !== "counts")
      return false;
    const said = { type: "Attest", clear: { checkpoint: mark.id, verdict } } as const;
    const plaintext = { mismatches: verdict === Verdict.Ok ? [] : mismatches };
    return sealSaying(context, { ...said, plaintext }, []);
  });
};
