/**
 * Takes a checkpoint that counts in place of bodies that nobody has any more. What this device already
 * has stays; what the checkpoint covers is joined to it and counts from then on.
 */
import { assert } from "@duro/crypto/types";
import type { VaultContext } from "../vault/context.ts";
import { createDraft, type Draft } from "../vault/draft.ts";
import { finish, letAllCount } from "../vault/letCount.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import { baseStates, baseWrite } from "./checkpointBase.ts";
import type { Compacting } from "./compacting.ts";
import { logIndexAt } from "./logIndexAt.ts";
import { placeOfMarks } from "./placesHere.ts";
import type { WholeState } from "./stateDocument.ts";
import type { FoundCheckpoint } from "./survey.ts";

/** Whether it covers what a chain waits for, and can be taken from here. */
export const helps = ({ holds, chains }: VaultMemory, { body }: FoundCheckpoint): boolean => {
  const seqs = new Map(body.clear.coverage.map(({ chain, seq }) => [chain, seq]));
  return [...holds].some(
    ([chain, { why, seq }]) =>
      why === "a body" && chains.has(chain) && (seqs.get(chain) ?? 0) >= seq,
  );
};

/** Its blobs are on the shelf. False: nothing has changed. */
export const loadCheckpoint = async (at: Compacting, found: FoundCheckpoint): Promise<boolean> => {
  // Much to inflate and to load: not in the way of the vault's jobs.
  const states = await baseStates(at.memory, found);
  if (states === undefined) return false;
  return at.job((context) => take(context, found, states));
};

const take = async (
  context: VaultContext,
  found: FoundCheckpoint,
  states: readonly WholeState[],
): Promise<boolean> => {
  const { memory } = context;
  const { at, body } = found;
  const { coverage } = body.clear;
  if (!helps(memory, found) || (await placeOfMarks(memory, [at, ...coverage])) !== "counts")
    return false;
  const draft = createDraft(memory);
  for (const { chain, seq } of coverage) {
    const logIndex = await logIndexAt(memory, chain, seq);
    // Its log is not here that far.
    if (logIndex === undefined) return false;
    const row = draft.chain(chain);
    assert(row !== undefined, "a place that counts is in a chain that is here");
    if (row.counted < seq) draft.setChain({ ...row, counted: seq, lastLogIndex: logIndex });
  }
  for (const one of states) await join(draft, one);
  draft.write(baseWrite(memory.vault, { at, isPruned: false }));
  if (!(await finish(context, draft))) return false;
  await letAllCount(context);
  return true;
};

/** As if it were an update, of many authors. */
const join = async (draft: Draft, { doc, state, shape }: WholeState): Promise<void> => {
  const { clocks: ends, structCount } = shape;
  await draft.addUpdate(
    doc,
    state,
    { brings: undefined, structCount, depth: undefined },
    "elsewhere",
  );
  const row = await draft.document(doc);
  const clocks = new Map(row.clocks);
  for (const [client, end] of ends) clocks.set(client, Math.max(end, clocks.get(client) ?? 0));
  draft.setDocument(doc, { ...row, clocks });
};
