/**
 * Where checkpoints and attests stand among the envelopes that are here, so that nobody looks through all
 * of them. A mark is kept in the commit that keeps its envelope, whether it counts by then or not.
 */
import { decode, encode, EnvelopeKind } from "@duro/crypto/types";
import type { EnvelopeHead } from "@duro/crypto/types";
import type { ChainId, VaultId } from "@duro/protocol";
import type { LocalStore, Write } from "../ports/localStore.ts";
import { checkpointMarkKey, checkpointMarksOf, placeOfMarkKey } from "../store/keys.ts";
import { readRange } from "../store/readRange.ts";

export interface CheckpointMark {
  readonly chain: ChainId;
  readonly seq: number;
  /** When this device first looked at it; undefined: not yet. */
  readonly storedAtMs: number | undefined;
}

const nobodyLooked = new Uint8Array();
const timeByteLengthMax = 16;

export const marksOf = (
  vault: VaultId,
  envelopes: readonly { readonly head: EnvelopeHead }[],
): readonly Write[] =>
  envelopes
    .filter(({ head: { kind } }) => isMarked(kind))
    .map(({ head: { chain, seq } }) => ({
      kind: "put",
      table: "facts",
      key: checkpointMarkKey(vault, chain, seq),
      value: nobodyLooked,
    }));

const isMarked = (kind: EnvelopeHead["kind"]): boolean =>
  kind === EnvelopeKind.Checkpoint || kind === EnvelopeKind.Attest;

export const lookedAt = (vault: VaultId, { chain, seq }: CheckpointMark, nowMs: number): Write => ({
  kind: "put",
  table: "facts",
  key: checkpointMarkKey(vault, chain, seq),
  value: encode((to) => to.varUint(Math.max(0, Math.round(nowMs)))),
});

export const unmark = (vault: VaultId, { chain, seq }: CheckpointMark): Write => ({
  kind: "delete",
  table: "facts",
  key: checkpointMarkKey(vault, chain, seq),
});

export const readMarks = async ({
  store,
  vault,
}: {
  readonly store: LocalStore;
  readonly vault: VaultId;
}): Promise<readonly CheckpointMark[]> => {
  const rows = await readRange(store, "facts", checkpointMarksOf(vault));
  return rows.map(({ key, value }) => {
    const time = decode({ what: "mark", byteLengthMax: timeByteLengthMax }, value, (from) =>
      from.varUint(),
    );
    const { chain, seq } = placeOfMarkKey(vault, key);
    return { chain, seq, storedAtMs: time.ok ? time.value : undefined };
  });
};
