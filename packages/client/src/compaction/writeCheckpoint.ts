/**
 * Writes a checkpoint: packs the state of one moment onto the shelf, brings the blobs to the relay, and
 * only then says so in our chain. It may end anywhere: what was packed is taken up again or forgotten.
 */
import { currentEpoch } from "@duro/crypto/verify";
import type { Beacon } from "@duro/protocol";
import { beaconOf, noBeacons } from "../alarms/beacons.ts";
import { sealToShelf } from "../blobs/sealToShelf.ts";
import { uploadBlob } from "../blobs/uploadBlob.ts";
import { packCheckpoint } from "../checkpoints/packCheckpoint.ts";
import { currentKey } from "../vault/seal.ts";
import { canSeal } from "../vault/sealNext.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import { vectorToSay } from "../vault/vector.ts";
import {
  type CheckpointDraft,
  draftWrite,
  noDraftWrite,
  readDraft,
  withBeacon,
} from "./checkpointDraft.ts";
import type { Compacting } from "./compacting.ts";
import { placeOfMarks } from "./placesHere.ts";
import { coversPurge, noPurgeWrite, readPurgeOwed } from "./purgeOwed.ts";
import { readMoment } from "./readMoment.ts";
import { sealSaying } from "./sealSaying.ts";

/** False: not now; what stands against it is looked at again the next time. */
export const writeCheckpoint = async (at: Compacting): Promise<boolean> => {
  const { memory } = at;
  if (!at.isReady() || !canSeal(memory) || at.generation() === undefined) return false;
  const draft = (await goodDraft(at)) ?? (await pack(at));
  if (draft === undefined || !(await upload(at, draft))) return false;
  return at.job(async (context) => {
    const beacon = fullBeacon(at);
    if (beacon === undefined || !at.isReady() || !(await isGood(memory, draft))) return false;
    const { vault } = memory;
    const isPurge = (await readPurgeOwed(memory)) !== undefined;
    const beside = [noDraftWrite(vault), ...(isPurge ? [noPurgeWrite(vault)] : [])];
    return sealSaying(context, withBeacon(draft.body, beacon), beside, isPurge);
  });
};

/** One that was begun before, if it can still be sealed. */
const goodDraft = async (at: Compacting): Promise<CheckpointDraft | undefined> => {
  const { store, vault } = at.memory;
  const draft = await readDraft(store, vault);
  return draft !== undefined && (await isGood(at.memory, draft)) ? draft : undefined;
};

/** Its blobs are sealed as they would be now, and all that it covers counts; what was purged is not in it. */
const isGood = async (memory: VaultMemory, { epoch, body }: CheckpointDraft): Promise<boolean> => {
  const { coverage } = body.clear;
  if (currentEpoch(memory.view.state).epoch !== epoch) return false;
  const purge = await readPurgeOwed(memory);
  if (purge !== undefined && !coversPurge(purge, coverage, memory.own.chain)) return false;
  return (
    coverage.every(({ chain, seq }) => (memory.chains.get(chain)?.counted ?? 0) >= seq) &&
    (await placeOfMarks(memory, coverage)) === "counts"
  );
};

const pack = async (at: Compacting): Promise<CheckpointDraft | undefined> => {
  const { memory, shelf, randomBytes } = at;
  const { store, vault, view } = memory;
  const vaultKey = currentKey(view);
  const moment = await readMoment(memory);
  const beacon = fullBeacon(at);
  if (!moment.ok || vaultKey === undefined || beacon === undefined) return undefined;
  const packed = await packCheckpoint(moment.value.docs, async (content) => {
    await at.breathe();
    return sealToShelf({ shelf, randomBytes }, vaultKey, content);
  });
  if (!packed.ok) return undefined;
  const { coverage } = moment.value;
  const clear = { coverage, blobs: packed.value.blobs.map(({ id }) => id) };
  const plaintext = { ...packed.value, beacon };
  const draft: CheckpointDraft = {
    epoch: vaultKey.epoch,
    body: { type: "Checkpoint", clear, plaintext },
  };
  const committed = await store.commit([draftWrite(vault, draft)]);
  return committed.ok ? draft : undefined;
};

const upload = async (
  { shelf, transfer }: Compacting,
  draft: CheckpointDraft,
): Promise<boolean> => {
  for (const ref of draft.body.plaintext.blobs)
    if (!(await uploadBlob({ ...transfer, shelf }, ref)).ok) return false;
  return true;
};

const fullBeacon = ({ memory, transfer, generation }: Compacting): Beacon | undefined => {
  const relay = generation();
  const { view } = memory;
  if (relay === undefined) return undefined;
  const identityHeads = [...view.state.members.keys()].toSorted().flatMap((user) => {
    const head = view.identity(user)?.head;
    return head === undefined ? [] : [{ user, index: head.index, id: head.id }];
  });
  return beaconOf(
    noBeacons,
    {
      vector: vectorToSay(memory),
      logHead: view.state.head,
      identityHeads,
      nowMs: transfer.clock.nowMs(),
      generation: relay,
    },
    "full",
  );
};
