/**
 * A checkpoint that is packed and not sealed: its blobs are on the shelf and on their way. It outlives
 * this process, so that nothing is packed or sent twice.
 */
import { decode, encode, EnvelopeKind, sizes } from "@duro/crypto/types";
import { type Beacon, decodeBody, encodeBody, type VaultId } from "@duro/protocol";
import type { LocalStore, Write } from "../ports/localStore.ts";
import { factKey } from "../store/keys.ts";
import type { CheckpointSaid } from "./survey.ts";

export interface CheckpointDraft {
  /** Of the vault's key under which its blobs are sealed. */
  readonly epoch: number;
  /** Its beacon is that of when it was packed: it is made anew when it is sealed. */
  readonly body: CheckpointSaid;
}

const keyOf = (vault: VaultId): Uint8Array => factKey("checkpointDraft", vault);
const draftByteLengthMax = sizes.bodyClearByteLengthMax + sizes.bodyPlaintextByteLengthMax + 64;

export const draftWrite = (vault: VaultId, { epoch, body }: CheckpointDraft): Write => ({
  kind: "put",
  table: "facts",
  key: keyOf(vault),
  value: encode((to) => {
    const { clear, plaintext } = encodeBody(body);
    to.varUint(epoch);
    to.varBytes(clear);
    to.varBytes(plaintext);
  }),
});

export const noDraftWrite = (vault: VaultId): Write => ({
  kind: "delete",
  table: "facts",
  key: keyOf(vault),
});

export const readDraft = async (
  store: LocalStore,
  vault: VaultId,
): Promise<CheckpointDraft | undefined> => {
  const bytes = await store.get("facts", keyOf(vault));
  if (bytes === undefined) return undefined;
  const read = decode({ what: "draft", byteLengthMax: draftByteLengthMax }, bytes, (from) => ({
    epoch: from.varUint(),
    content: {
      clear: from.varBytes(sizes.bodyClearByteLengthMax),
      plaintext: from.varBytes(sizes.bodyPlaintextByteLengthMax),
    },
  }));
  if (!read.ok) return undefined;
  const body = decodeBody({ kind: EnvelopeKind.Checkpoint, flags: 0 }, read.value.content);
  return body.ok && body.value.type === "Checkpoint"
    ? { epoch: read.value.epoch, body: body.value }
    : undefined;
};

export const withBeacon = (
  { clear, plaintext }: CheckpointSaid,
  beacon: Beacon,
): CheckpointSaid => ({
  type: "Checkpoint",
  clear,
  plaintext: { ...plaintext, beacon },
});
