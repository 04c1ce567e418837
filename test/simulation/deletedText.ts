/** Text that nobody can see any more, and whether somebody who has the keys still finds it somewhere. */
import { inflateRawSync } from "node:zlib";
import { decodeEnvelope, type Envelope } from "@duro/crypto/verify";
import type { ChainId } from "@duro/protocol";
import type { DiskImage } from "./diskTables.ts";
import type { View } from "./invariants.ts";
import type { OpenBody } from "./openBodies.ts";
import type { World } from "./world.ts";

/** Stands once in what an edit wrote, unless somebody wrote into the middle of it. */
export const markerOf = (canary: string, editId: string): string => `${canary}${editId}-`;

/** Of edits that count, what nobody sees. */
export const deletedMarkers = (
  { canary, ledger }: Pick<World, "canary" | "ledger">,
  view: View,
): readonly string[] => {
  const words = [...view.values()].map(({ text }) => text).join("\n");
  return [...ledger.edits.values()]
    .filter(({ id, document }) => view.get(document)?.editIds.has(id) === true)
    .map(({ id }) => markerOf(canary, id))
    .filter((marker) => !isSeen(words, marker));
};

/** A length or a clock beside a text is a byte like any letter, and may stand in for one that was deleted. */
const standInCount = 2;

/** All of it, or all but what bytes beside the text may look like. */
const isSeen = (words: string, marker: string): boolean => {
  const core = marker.slice(standInCount, -1);
  for (let at = words.indexOf(core); at !== -1; at = words.indexOf(core, at + 1))
    if (!/^\d/.test(words.slice(at + core.length))) return true;
  return false;
};

/** Of bytes that hold one of them, the first. */
const markerIn = (bytes: Uint8Array, canary: Buffer, markers: readonly string[]) => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.includes(canary) ? markers.find((marker) => buffer.includes(marker)) : undefined;
};

export interface Looked {
  readonly open: OpenBody;
  /** How far each chain counts. What stands past a cut is kept for whoever raises it, and compacted nowhere. */
  readonly seqs: ReadonlyMap<ChainId, number>;
}

/** What is found, and where: on the disk of each of these, and at the relay. */
export const findDeleted = (
  { canary, stores }: World,
  { open, seqs }: Looked,
  images: ReadonlyMap<string, DiskImage>,
  markers: readonly string[],
): readonly string[] => {
  const saidIn = (envelope: Envelope): Uint8Array | undefined => {
    const { chain, seq } = envelope.head;
    return seq > (seqs.get(chain) ?? 0) ? undefined : contentOf(open, envelope);
  };
  const needle = Buffer.from(canary);
  const found: string[] = [];
  const look = (where: string, bytes: Uint8Array | undefined): void => {
    const marker = bytes === undefined ? undefined : markerIn(bytes, needle, markers);
    if (marker !== undefined) found.push(`${marker} in ${where}`);
  };
  for (const [name, image] of images)
    for (const [table, entries] of image)
      for (const { value } of entries) {
        look(`${table} of ${name}`, value);
        const envelope = table === "envelopes" ? decodeEnvelope(value) : undefined;
        if (envelope?.ok === true) look(`a body of ${name}`, saidIn(envelope.value));
      }
  for (const placed of stores.data.envelopes.values())
    for (const { signedHead, body } of placed) {
      const envelope = decodeEnvelope(signedHead);
      if (envelope.ok && body !== undefined)
        look("a body of the relay", saidIn({ ...envelope.value, body }));
    }
  return found;
};

const contentOf = (open: OpenBody, envelope: Envelope): Uint8Array | undefined => {
  const body = open(envelope);
  if (body?.type !== "Data") return undefined;
  const { isDeflated, content } = body.plaintext;
  return isDeflated ? inflateRawSync(content) : content;
};
