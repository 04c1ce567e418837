/**
 * Behind a run that has checkpoints and is at rest: people write a little more, until a checkpoint covers
 * everything, and all drop what it covers. Then nothing may be missing, nothing that was deleted may be
 * left anywhere, and whoever comes now, when nobody has the bodies any more, must see the same.
 */
import { decodeEnvelope } from "@duro/crypto/verify";
import type { ChainId } from "@duro/protocol";
import { chainOfKey, chainsOf, envelopeKey } from "../../packages/client/src/store/keys.ts";
import { decodeChainRow } from "../../packages/client/src/store/rows.ts";
import { addDeviceNow, recoverNow } from "./changes.ts";
import { traceOf } from "./checkpointTraces.ts";
import { compactOn } from "./compacting.ts";
import { deletedMarkers, findDeleted, markerOf } from "./deletedText.ts";
import { getFrom, rangeFrom } from "./diskTables.ts";
import type { View } from "./invariants.ts";
import type { Machine } from "./machine.ts";
import { createOpener, type OpenBody } from "./openBodies.ts";
import type { Belonging } from "./standing.ts";
import { tidyRelay } from "./tidying.ts";
import type { World } from "./world.ts";

export interface Resting {
  readonly world: World;
  /** Who belongs here by now. */
  readonly belonging: () => Promise<Belonging>;
  /** Lets the world go on until it is at rest; false: it does not come to rest, and that is told. */
  readonly rest: () => Promise<boolean>;
  readonly look: () => Promise<View | undefined>;
}

const chainCountMax = 1_000;
/** Each writes one envelope at least, and a checkpoint is due after 25 at the most. */
const roundCountMax = 90;
/** A compaction takes requests to and from a relay that is well. */
const compactMsMax = 10 * 60_000;

export const checkLastCheckpoint = async (resting: Resting): Promise<void> => {
  const { world, rest } = resting;
  let goal = await lookBefore(resting);
  for (let round = 0; round < roundCountMax; round++) {
    if (goal === undefined) return;
    if (isReached(world, goal)) break;
    const { members } = goal;
    const writer = members[round % members.length];
    if (writer === undefined || !(await writeOne(world, writer)) || !(await rest())) return;
    for (const machine of members)
      if (!(await finish(world, compactOn(world, machine), compactMsMax))) {
        world.fault(`${machine.name} does not come to an end with its checkpoints`);
        return;
      }
    if (!(await rest())) return;
    // A record that its device took for lost reaches the relay late: somebody is out, and a chain ends sooner.
    if (headsOf(await resting.belonging()) !== goal.heads) goal = await lookBefore(resting);
  }
  if (goal === undefined) return;
  if (!isReached(world, goal)) {
    world.fault("no checkpoint comes that covers everything");
    return;
  }
  await tidyRelay(world, true);
  const { members, markers } = goal;
  const images = new Map(members.map(({ name, disk }) => [name, disk.image]));
  const found = findDeleted(world, goal, images, markers);
  for (const what of found.slice(0, 5)) world.fault(`deleted text is still there: ${what}`);
  if (markers.length > 0) world.rare.reached("deleted text is looked for, and gone");
  if (world.faults.length === 0) await checkNewcomer(resting);
};

interface Goal {
  readonly members: readonly Machine[];
  readonly open: OpenBody;
  /** Of all logs, as they were then. */
  readonly heads: string;
  /** How far each chain counted. */
  readonly seqs: ReadonlyMap<ChainId, number>;
  readonly markers: readonly string[];
}

/** Undefined: there are not two to write and to attest; a copy of a machine is the same device. */
const lookBefore = async (resting: Resting): Promise<Goal | undefined> => {
  const { world, look } = resting;
  const { vault } = world.books.vault.state;
  const belonging = await resting.belonging();
  const members = world.machines.filter(({ resident }) => belonging.isIn(resident));
  const [first] = members;
  const view = await look();
  const deviceCount = new Set(members.map(({ resident }) => resident.keys.id)).size;
  if (first === undefined || deviceCount < 2 || view === undefined) return undefined;
  const rows = rangeFrom(first.disk.image, "chains", chainsOf(vault), chainCountMax);
  const seqs = new Map(
    rows.map(({ key, value }) => {
      const { chain, counted } = decodeChainRow(chainOfKey(key), value);
      return [chain, counted] as const;
    }),
  );
  return {
    members,
    open: createOpener(world, belonging),
    heads: headsOf(belonging),
    seqs,
    markers: deletedMarkers(world, view),
  };
};

const headsOf = ({ state, identities }: Belonging): string =>
  [state, ...identities.values()].map(({ head }) => head.id).join();

const isReached = (world: World, { members, open, seqs }: Goal): boolean =>
  members.every((one) => isBehind(world, open, one, seqs));

/** Its documents stand on a checkpoint that covers all of that, and everything behind it is dropped. */
const isBehind = (
  { books }: World,
  open: OpenBody,
  { disk }: Machine,
  seqs: Goal["seqs"],
): boolean => {
  const { vault } = books.vault.state;
  const { base } = traceOf(disk.image, vault);
  if (base?.isPruned !== true) return false;
  const bytes = getFrom(disk.image, "envelopes", envelopeKey(vault, base.at.chain, base.at.seq));
  const envelope = bytes === undefined ? undefined : decodeEnvelope(bytes);
  const body = envelope?.ok === true ? open(envelope.value) : undefined;
  if (body?.type !== "Checkpoint") return false;
  const covered = new Map(body.clear.coverage.map(({ chain, seq }) => [chain, seq]));
  return [...seqs].every(([chain, seq]) => (covered.get(chain) ?? 0) >= seq);
};

export const writeOne = async (world: World, { name, program }: Machine): Promise<boolean> => {
  const { ledger, canary, scheduler, rng } = world;
  const made = ledger.made(name, 0);
  const text = markerOf(canary, made.id);
  const saved = await finish(world, program?.edit(0, made.id, text, rng.fork(made.id)));
  if (saved?.value !== true) world.fault(`${made.id} is not saved on a machine that is well`);
  else ledger.saved(made, scheduler.nowMs);
  return saved?.value === true;
};

const workMsMax = 60_000;

/** Undefined: it takes longer than that. */
const finish = async <T>(
  { scheduler }: World,
  work: Promise<T> | undefined,
  msMax = workMsMax,
): Promise<{ readonly value: T } | undefined> => {
  const done: { readonly value: T }[] = [];
  void work?.then((value) => done.push({ value }));
  await scheduler.runUntil(scheduler.nowMs + msMax, () => done.length > 0);
  return done[0];
};

const checkNewcomer = async ({ world, rest }: Resting): Promise<void> => {
  const owner = 0;
  const newcomer =
    recoverNow(world, owner) ?? (await finish(world, addDeviceNow(world, owner)))?.value;
  if (newcomer === undefined) return;
  const { scheduler } = world;
  await scheduler.runUntil(scheduler.nowMs + workMsMax, () => newcomer.program !== undefined);
  if (!(await rest())) return;
  const { vault } = world.books.vault.state;
  if (traceOf(newcomer.disk.image, vault).base === undefined)
    world.fault(`${newcomer.name} came when all bodies were gone, and has no checkpoint`);
  else world.rare.reached("a newcomer reads what nobody has the bodies of");
};
