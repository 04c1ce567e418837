/** What a disk says of the checkpoints of its device. */
import { bytesAreEqual, chainIds, decode, envelopeIds } from "@duro/crypto/types";
import type { ChainMark, VaultId } from "@duro/protocol";
import type { Write } from "../../packages/client/src/ports/localStore.ts";
import { factKey } from "../../packages/client/src/store/keys.ts";
import { type DiskImage, getFrom } from "./diskTables.ts";
import type { RareState } from "./rareStates.ts";

export interface CheckpointTrace {
  /** One is packed, and not said yet. */
  readonly isDrafted: boolean;
  /** What stands in place of bodies that are not here. */
  readonly base: { readonly at: ChainMark; readonly isPruned: boolean } | undefined;
}

const rowByteLengthMax = 64;

const draftKey = (vault: VaultId): Uint8Array => factKey("checkpointDraft", vault);
const baseKey = (vault: VaultId): Uint8Array => factKey("checkpointBase", vault);

const readBaseRow = (row: Uint8Array): CheckpointTrace["base"] => {
  const read = decode({ what: "base", byteLengthMax: rowByteLengthMax }, row, (from) => ({
    at: { chain: chainIds.read(from), seq: from.varUint(), id: envelopeIds.read(from) },
    isPruned: from.bool(),
  }));
  return read.ok ? read.value : undefined;
};

export const traceOf = (image: DiskImage, vault: VaultId): CheckpointTrace => {
  const row = getFrom(image, "facts", baseKey(vault));
  return {
    isDrafted: getFrom(image, "facts", draftKey(vault)) !== undefined,
    base: row && readBaseRow(row),
  };
};

/** What a device does about its checkpoints with this commit. */
export const stepsIn = (writes: readonly Write[], vault: VaultId): readonly RareState[] => {
  const facts = writes.filter(({ table }) => table === "facts");
  const isSaid = facts.some(
    (write) => write.kind === "delete" && bytesAreEqual(write.key, draftKey(vault)),
  );
  const based = facts.flatMap((write) =>
    write.kind === "put" && bytesAreEqual(write.key, baseKey(vault)) ? [write.value] : [],
  );
  const isPruned = based.some((row) => readBaseRow(row)?.isPruned === true);
  // What it covers counts from now on: whoever only begins to drop moves no chain.
  const isLoaded = based.length > 0 && writes.some(({ table }) => table === "chains");
  return [
    ...(isSaid ? (["a checkpoint is written"] as const) : []),
    ...(isPruned ? (["a device drops what a checkpoint covers"] as const) : []),
    ...(isLoaded ? (["a checkpoint is loaded in place of bodies"] as const) : []),
  ];
};
