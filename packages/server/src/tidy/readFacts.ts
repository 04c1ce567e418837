/** Gathers what a vault's plan goes by, from the vault that is held still. */
import type { ChainId, UserId } from "@duro/protocol";
import type { StoredChain } from "../ports/chainStore.ts";
import type { ChainPlace, StillVault } from "../ports/tidyStore.ts";
import { countingSeqOf } from "./placeOf.ts";
import { readCheckpoints } from "./readCheckpoints.ts";
import type { AttestFacts, ChainFacts, CheckpointFacts, VaultFacts } from "./vaultFacts.ts";
import type { VaultGround } from "./vaultGround.ts";

export const readFacts = async (
  still: StillVault,
  ground: VaultGround,
  nowMs: number,
): Promise<VaultFacts> => {
  const stored = await still.chains();
  const chains = new Map<ChainId, ChainFacts>();
  for (const chain of stored)
    chains.set(chain.chain, { seq: chain.seq, standing: ground.standingOf(chain) });
  const { checkpoints, unreadBefore } = await readCheckpoints(still, ground.readById);
  const attests =
    checkpoints.length === 0 ? [] : await still.attestsOn(checkpoints.map(({ mark }) => mark.id));
  await rememberIds(still, ground, stored, checkpoints, attests);
  const named = checkpoints.flatMap(({ says }) => (says.kind === "read" ? says.blobs : []));
  return {
    nowMs,
    chains,
    idAt: (chain, seq) => ground.idsByPlace.get(`${chain}/${seq}`),
    writers: writersOf(ground, stored),
    checkpoints,
    unreadBefore,
    attests,
    wholeBlobs: named.length === 0 ? new Set() : await still.wholeBlobs([...new Set(named)]),
    fullBeacons: await readFullBeacons(still, chains),
  };
};

/** Of every place that is named: what is stored at one never changes. */
const rememberIds = async (
  still: StillVault,
  { idsByPlace }: VaultGround,
  stored: readonly StoredChain[],
  checkpoints: readonly CheckpointFacts[],
  attests: readonly AttestFacts[],
): Promise<void> => {
  for (const { chain, seq, headId } of stored) idsByPlace.set(`${chain}/${seq}`, headId);
  for (const { mark } of [...checkpoints, ...attests])
    idsByPlace.set(`${mark.chain}/${mark.seq}`, mark.id);
  const wanted = new Map<string, ChainPlace>();
  for (const { says } of checkpoints)
    for (const { chain, seq } of says.kind === "read" ? says.coverage : [])
      if (!idsByPlace.has(`${chain}/${seq}`)) wanted.set(`${chain}/${seq}`, { chain, seq });
  if (wanted.size === 0) return;
  for (const { chain, seq, id } of await still.marksAt([...wanted.values()]))
    idsByPlace.set(`${chain}/${seq}`, id);
};

const writersOf = (
  { state }: VaultGround,
  stored: readonly StoredChain[],
): ReadonlyMap<UserId, number | undefined> => {
  const writers = new Map<UserId, number | undefined>();
  for (const [user, { writerSince }] of state.members)
    if (writerSince !== undefined) writers.set(user, undefined);
  for (const { user, writtenAtMs } of stored)
    if (writers.has(user)) writers.set(user, Math.max(writtenAtMs, writers.get(user) ?? 0));
  return writers;
};

/** A beacon that does not count takes the place of none. */
const readFullBeacons = async (
  still: StillVault,
  chains: ReadonlyMap<ChainId, ChainFacts>,
): Promise<ReadonlyMap<ChainId, number>> => {
  const upTo: ChainPlace[] = [];
  for (const [chain, facts] of chains) {
    const seq = facts.standing.kind === "held" ? 0 : countingSeqOf(facts);
    if (seq > 0) upTo.push({ chain, seq });
  }
  return new Map((await still.fullBeacons(upTo)).map(({ chain, seq }) => [chain, seq]));
};
