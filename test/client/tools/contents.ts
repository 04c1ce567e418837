/** What whoever has the key finds in what a device and the relay keep. */
import { type BlobId, type Body, decodeBody } from "@duro/protocol";
import { openBody } from "@duro/crypto";
import { assert, bytesToHex } from "@duro/crypto/types";
import { decodeEnvelope, verifyEnvelope } from "@duro/crypto/verify";
import { readCheckpoint } from "../../../packages/client/src/checkpoints/readCheckpoint.ts";
import {
  createCheckpointShelf,
  openFromShelf,
} from "../../../packages/client/src/compaction/checkpointShelf.ts";
import { wholeTable } from "../../../packages/client/src/ports/localStore.ts";
import { checkpointChunksOf, saltOfChunkKey } from "../../../packages/client/src/store/keys.ts";
import { readRange } from "../../../packages/client/src/store/readRange.ts";
import { viewOf } from "../../../packages/client/src/testing/vaultPlace.ts";
import type { openCompactingWorld, Station } from "./compacting.ts";

type World = Awaited<ReturnType<typeof openCompactingWorld>>;

export const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  Buffer.compare(one, other) === 0;

const holds = (bytes: Uint8Array, text: string): boolean => Buffer.from(bytes).includes(text);

interface Opened {
  readonly sealed: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly body: Body;
}

/** Every body in its store. */
const openAll = async (
  { person, vault }: World,
  { store, engine }: Station,
): Promise<readonly Opened[]> => {
  const { keys } = viewOf({ person, vault });
  const rows = new Map([...engine.chains(vault.state.vault)].map((row) => [row.chain, row]));
  const opened: Opened[] = [];
  for (const { value } of await readRange(store, "envelopes", wholeTable)) {
    const envelope = decodeEnvelope(value);
    assert(envelope.ok, "the store holds envelopes");
    const { head, body } = envelope.value;
    if (body === undefined) continue;
    const device = person.state.devices.get(rows.get(head.chain)?.device ?? person.device.id);
    const key = keys.get(head.epoch);
    assert(device !== undefined && key !== undefined, "everything here is of known devices");
    const verified = verifyEnvelope(envelope.value, device.signKey);
    assert(verified.ok, "it is verified");
    const content = openBody(key, verified.value);
    assert(content.ok, "it opens");
    const said = decodeBody(head, content.value);
    assert(said.ok, "it can be read");
    opened.push({ sealed: body, plaintext: content.value.plaintext, body: said.value });
  }
  return opened;
};

/** How many checkpoints it has, and verdicts. */
export const saidIn = async (
  world: World,
  station: Station,
): Promise<{ readonly checkpoints: number; readonly attests: number }> => {
  const types = (await openAll(world, station)).map(({ body }) => body.type);
  const countOf = (type: Body["type"]): number => types.filter((one) => one === type).length;
  return { checkpoints: countOf("Checkpoint"), attests: countOf("Attest") };
};

/** Of all checkpoints whose bodies it has. */
export const blobIdsIn = async (world: World, station: Station): Promise<readonly BlobId[]> =>
  (await openAll(world, station)).flatMap(({ body }) =>
    body.type === "Checkpoint" ? body.clear.blobs : [],
  );

/** The sealed bodies of a device in which the text stands. */
export const bodiesWith = async (
  world: World,
  station: Station,
  text: string,
): Promise<readonly Uint8Array[]> =>
  (await openAll(world, station))
    .filter(({ plaintext }) => holds(plaintext, text))
    .map(({ sealed }) => sealed);

/** Of all documents in all blobs of a device: each blob there is known by a checkpoint, and opens. */
export const blobsWith = async (
  world: World,
  station: Station,
  text: string,
): Promise<{ readonly docCount: number; readonly withText: number }> => {
  const { keys } = viewOf(world);
  const vault = world.vault.state.vault;
  const shelf = createCheckpointShelf(station.store, vault);
  const salts = new Set<string>();
  let docCount = 0;
  let withText = 0;
  for (const { body } of await openAll(world, station)) {
    if (body.type !== "Checkpoint") continue;
    for (const { header } of body.plaintext.blobs) salts.add(bytesToHex(header.salt));
    const reader = readCheckpoint(body.plaintext, openFromShelf(shelf, keys));
    for (const doc of reader.inPlace) {
      const state = await reader.state(doc);
      assert(state.ok, "what a checkpoint names is on the shelf");
      docCount += 1;
      if (holds(state.value, text)) withText += 1;
    }
  }
  const chunks = await readRange(station.store, "blobs", checkpointChunksOf(vault));
  assert(
    chunks.every(({ key }) => salts.has(bytesToHex(saltOfChunkKey(vault, key)))),
    "nothing is on the shelf that no checkpoint names",
  );
  return { docCount, withText };
};

/** As they lie at the relay, outside of its trash. */
export const relayBodies = ({ stores, vault }: World): readonly Uint8Array[] =>
  (stores.data.envelopes.get(vault.state.vault) ?? []).flatMap(({ body }) =>
    body === undefined ? [] : [body],
  );
