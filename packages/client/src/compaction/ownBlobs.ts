/**
 * Blobs of our own checkpoints that newer ones have taken the place of. The relay keeps the two newest
 * checkpoints and gives up no blob by itself: whoever brought one there says when it may go.
 */
import { blobIds, decode, encode } from "@duro/crypto/types";
import type { BlobId, ChainMark, VaultId } from "@duro/protocol";
import type { LocalStore, Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";
import type { FoundCheckpoint } from "./survey.ts";

interface OwnBlobs {
  /** Behind the base alone: with the next one they may go. */
  readonly previous: readonly BlobId[];
  /** Behind two that count. */
  readonly older: readonly BlobId[];
}

const keyOf = (vault: VaultId): Uint8Array => factKey("ownBlobs", vault);
const rowByteLengthMax = 16 * 2 ** 20;
const blobCountMax = rowByteLengthMax / blobIds.byteLength;

const rowWrite = (vault: VaultId, { previous, older }: OwnBlobs): Write => ({
  kind: "put",
  table: "facts",
  key: keyOf(vault),
  value: encode((to) => {
    for (const list of [previous, older]) to.list(list, (_, id) => blobIds.write(to, id));
  }),
});

const readRow = async (store: LocalStore, vault: VaultId): Promise<OwnBlobs> => {
  const bytes = await store.get("facts", keyOf(vault));
  const row = decode(
    { what: "own blobs", byteLengthMax: rowByteLengthMax },
    bytes ?? new Uint8Array(),
    (from) => {
      const readList = () => from.list(blobCountMax, blobIds.byteLength, () => blobIds.read(from));
      return { previous: readList(), older: readList() };
    },
  );
  return row.ok ? row.value : { previous: [], older: [] };
};

/**
 * That checkpoint becomes the base: those of ours that it covers, with all that they cover, are behind it.
 * Behind a purge that counts nothing waits for a second one.
 */
export const ownBlobsBehind = async (
  { store, vault }: { readonly store: LocalStore; readonly vault: VaultId },
  { at, body }: Pick<FoundCheckpoint, "at" | "body">,
  ours: readonly FoundCheckpoint[],
  purges: readonly FoundCheckpoint[],
): Promise<Write> => {
  const behind = ours.filter((one) => isBehind(one, { at, body }));
  const isPurged = (one: FoundCheckpoint): boolean => purges.some((purge) => isBehind(one, purge));
  const blobsOf = (some: readonly FoundCheckpoint[]): readonly BlobId[] =>
    some.flatMap((one) => one.body.clear.blobs);
  const { previous, older } = await readRow(store, vault);
  return rowWrite(vault, {
    previous: blobsOf(behind.filter((one) => !isPurged(one))),
    older: [...older, ...previous, ...blobsOf(behind.filter(isPurged))],
  });
};

const isBehind = (
  one: FoundCheckpoint,
  { at, body }: Pick<FoundCheckpoint, "at" | "body">,
): boolean => {
  const seqs = new Map(body.clear.coverage.map(({ chain, seq }) => [chain, seq]));
  const covers = ({ chain, seq }: ChainMark): boolean => seq <= (seqs.get(chain) ?? 0);
  return one.at.id !== at.id && [one.at, ...one.body.clear.coverage].every(covers);
};

/** Tells the relay of those behind two that count. What it does not hear is said again the next time. */
export const dropOlderBlobs = async (
  { store, vault }: { readonly store: LocalStore; readonly vault: VaultId },
  drop: (blob: BlobId) => Promise<boolean>,
): Promise<void> => {
  const row = await readRow(store, vault);
  if (row.older.length === 0) return;
  const left: BlobId[] = [];
  for (const blob of row.older) if (!(await drop(blob))) left.push(blob);
  if (left.length < row.older.length)
    await store.commit([rowWrite(vault, { ...row, older: left })]);
};
