/** Seals one envelope of what waits. While its receipt is out the rest gathers. */
import { limits, type Seen } from "@duro/protocol";
import { awaitsRotation } from "../duties/dutyOf.ts";
import type { Write } from "../ports/localStore.ts";
import { outboxKey } from "../store/keys.ts";
import { createDraft, type Draft } from "./draft.ts";
import { readEdits, type WaitingEdit, waitingOf } from "./outbox.ts";
import { currentKey, dataOf, nextToSeal, type Sealed, sealBodies } from "./seal.ts";
import type { VaultMemory, VaultOwner } from "./vaultMemory.ts";
import { limitOf, openingOf } from "./view.ts";

const sealByteLengthMax = 4 * limits.gatherByteLengthMax;

/** Whether what is sealed now would count, and there is the key to seal it with. */
export const canSeal = (memory: VaultMemory): boolean => {
  const { view, own, chains, isApart, isDoubtful, isSealingStopped } = memory;
  if (isApart || isDoubtful || isSealingStopped || currentKey(view) === undefined) return false;
  if (memory.beside.length > 0) return false;
  if (awaitsRotation(view, { user: own.user, device: own.device.id })) return false;
  const row = chains.get(own.chain);
  if (row !== undefined) return row.counted === row.head.at && limitOf(view, row).kind === "open";
  return limitOf(view, openingOf(view, own)).kind === "open";
};

export interface SealedEdits extends Sealed {
  readonly seen: readonly Seen[];
}

/** Durable before anybody sees it. Undefined: the store has no room for it. */
export const sealNext = async (
  memory: VaultMemory,
  owner: VaultOwner,
  beside: readonly Write[],
): Promise<SealedEdits | undefined> => {
  const { vault, waiting } = memory;
  const count = nextToSeal(waiting, sealByteLengthMax);
  const edits = await readEdits(memory, waiting.slice(0, count));
  const draft = createDraft(memory);
  const sealed = sealInto(memory, owner, draft, edits);
  draft.write(
    ...beside,
    ...edits.map(({ number }): Write => ({
      kind: "delete",
      table: "outbox",
      key: outboxKey(vault, number),
    })),
  );
  const committed = await draft.commit();
  if (!committed.ok) return undefined;
  memory.waiting = memory.waiting.slice(count);
  noteTold(memory, sealed);
  return sealed;
};

/**
 * With the commit that makes the edits durable, where they would be sealed next anyway: one wait for the
 * disk instead of two. Undefined: they wait.
 */
export const sealAtOnce = (
  memory: VaultMemory,
  owner: VaultOwner,
  draft: Draft,
  edits: readonly WaitingEdit[],
): SealedEdits | undefined => {
  if (edits.length === 0 || memory.waiting.length > 0 || !canSeal(memory)) return undefined;
  return nextToSeal(edits.map(waitingOf), sealByteLengthMax) === edits.length
    ? sealInto(memory, owner, draft, edits)
    : undefined;
};

const sealInto = (
  memory: VaultMemory,
  { randomBytes }: VaultOwner,
  draft: Draft,
  edits: readonly WaitingEdit[],
): SealedEdits => {
  const { vault, view, own } = memory;
  const seen = seenSince(memory);
  const row = memory.chains.get(own.chain);
  const sealed = sealBodies({ randomBytes }, { vault, view, own, row }, [dataOf(edits, seen)]);
  draft.addSealed(sealed.row, sealed.envelopes);
  return { ...sealed, seen };
};

/** Once it is durable: our next envelope need not say it again. */
export const noteTold = ({ told }: VaultMemory, { seen }: SealedEdits): void => {
  for (const { chain, seq } of seen) told.set(chain, seq);
};

/** What counts of others by now, where our newest envelope has not said so. */
const seenSince = ({ chains, told, own }: VaultMemory): readonly Seen[] =>
  [...chains.values()]
    .filter(({ chain, counted }) => chain !== own.chain && counted > (told.get(chain) ?? 0))
    .map(({ chain, counted }) => ({ chain, seq: counted }))
    .toSorted((left, right) => (left.chain < right.chain ? -1 : 1))
    .slice(0, limits.chainsPerVectorMax);
