/** What of the places that a checkpoint names is here, and whether it counts. */
import { type ChainOpening, chainStanding, envelopeIdOf, type Standing } from "@duro/crypto/verify";
import type { ChainId, EnvelopeId, Vector } from "@duro/protocol";
import { placeOfAll, type Place, type PlaceFacts } from "../checkpoints/placeOf.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import type { LogView } from "../vault/view.ts";

export type Looked = Pick<VaultMemory, "vault" | "store" | "chains" | "view">;

export const standingOf = (view: LogView, opening: ChainOpening): Standing => {
  const pin = view.state.pins.get(opening.user);
  return chainStanding(view.state, pin === undefined ? undefined : view.identityAt(pin), opening);
};

/** Of these marks, and no others: ids are read from the store. */
export const placeFacts = async (memory: Looked, marks: Vector): Promise<PlaceFacts> => {
  const idsByPlace = new Map<string, EnvelopeId>();
  for (const { chain, seq } of marks) {
    const place = nameOf(chain, seq);
    const id = idsByPlace.has(place) ? undefined : await idAt(memory, chain, seq);
    if (id !== undefined) idsByPlace.set(place, id);
  }
  return {
    chains: new Map(
      [...memory.chains.values()].map((row) => [
        row.chain,
        { standing: standingOf(memory.view, row), voidAt: row.voidAt },
      ]),
    ),
    idAt: (chain, seq) => idsByPlace.get(nameOf(chain, seq)),
  };
};

export const placeOfMarks = async (memory: Looked, marks: Vector): Promise<Place> =>
  placeOfAll(await placeFacts(memory, marks), marks);

const nameOf = (chain: ChainId, seq: number): string => `${chain}/${seq}`;

const idAt = async (
  { store, vault, chains }: Looked,
  chain: ChainId,
  seq: number,
): Promise<EnvelopeId | undefined> => {
  const head = chains.get(chain)?.head;
  if (head === undefined || seq > head.at) return undefined;
  if (seq === head.at) return head.id;
  const [envelope] = await readEnvelopes({ store, vault }, chain, seq, seq + 1);
  return envelope === undefined ? undefined : envelopeIdOf(envelope.head);
};
