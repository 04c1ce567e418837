/** Seals one envelope of what waits. While its receipt is out the rest gathers. */
import { limits, type Seen } from "@duro/protocol";
import type { Write } from "../ports/localStore.ts";
import { outboxKey } from "../store/keys.ts";
import { createDraft } from "./draft.ts";
import { currentKey, dataOf, nextToSeal, type Sealed, sealBodies } from "./seal.ts";
import type { VaultMemory, VaultOwner } from "./vaultMemory.ts";
import { limitOf, openingOf } from "./view.ts";

const sealByteLengthMax = 4 * limits.gatherByteLengthMax;

/** Whether what is sealed now would count, and there is the key to seal it with. */
export const canSeal = (memory: VaultMemory): boolean => {
  const { view, own, chains, isApart, isDoubtful, isSealingStopped } = memory;
  if (isApart || isDoubtful || isSealingStopped || currentKey(view) === undefined) return false;
  if (memory.beside.length > 0) return false;
  const row = chains.get(own.chain);
  if (row !== undefined) return row.counted === row.head.at && limitOf(view, row).kind === "open";
  return limitOf(view, openingOf(view, own)).kind === "open";
};

/** Durable before anybody sees it. Undefined: the store has no room for it. */
export const sealNext = async (
  memory: VaultMemory,
  { randomBytes }: VaultOwner,
): Promise<(Sealed & { readonly seen: readonly Seen[] }) | undefined> => {
  const { vault, view, own, waiting } = memory;
  const count = nextToSeal(waiting, sealByteLengthMax);
  const edits = waiting.slice(0, count);
  const seen = seenSince(memory);
  const row = memory.chains.get(own.chain);
  const sealed = sealBodies({ randomBytes }, { vault, view, own, row }, [dataOf(edits, seen)]);
  const draft = createDraft(memory);
  draft.addSealed(sealed.row, sealed.envelopes);
  draft.write(
    ...edits.map(({ number }): Write => ({
      kind: "delete",
      table: "outbox",
      key: outboxKey(vault, number),
    })),
  );
  const committed = await draft.commit();
  if (!committed.ok) return undefined;
  memory.waiting = memory.waiting.slice(count);
  for (const { chain, seq } of seen) memory.told.set(chain, seq);
  return { ...sealed, seen };
};

/** What counts of others by now, where our newest envelope has not said so. */
const seenSince = ({ chains, told, own }: VaultMemory): readonly Seen[] =>
  [...chains.values()]
    .filter(({ chain, counted }) => chain !== own.chain && counted > (told.get(chain) ?? 0))
    .map(({ chain, counted }) => ({ chain, seq: counted }))
    .toSorted((left, right) => (left.chain < right.chain ? -1 : 1))
    .slice(0, limits.chainsPerVectorMax);
