/**
 * Behind a run that is at rest, the relay goes two ways: one machine writes a record of a log that no other
 * is shown, and the others go on without it. When that machine is shown the other branch it must say so,
 * keep its own, and seal nothing until people have decided; what is typed meanwhile is kept.
 */
import { createDeviceKeys } from "@duro/crypto";
import { bytesAreEqual, LogKind } from "@duro/crypto/types";
import { decodeRecord } from "@duro/crypto/verify";
import { times, type LogHead, type LogName } from "@duro/protocol";
import { chainOfKey, chainsOf, recordsOf } from "../../packages/client/src/store/keys.ts";
import { decodeChainRow } from "../../packages/client/src/store/rows.ts";
import { rangeFrom } from "./diskTables.ts";
import type { LastScene } from "./extras.ts";
import { writeOne } from "./lastCheckpoint.ts";
import type { Machine } from "./machine.ts";
import type { World } from "./world.ts";

type ForkScene = Exclude<LastScene, "viewer">;

const rowCountMax = 1_000;
/** A connection is back by then, and everything that it brings is looked at. */
const settleMs = 2 * times.heartbeatIntervalMs;
const noticeMsMax = 10 * 60_000;

interface Scene {
  readonly world: World;
  readonly name: LogName;
  /** Stays with the others. */
  readonly first: Machine;
  /** Is shown the other branch. */
  readonly apart: Machine;
}

/** Whether it is over, and all is as it was: what is rolled back by people can be at rest. */
export const checkFork = async (
  world: World,
  members: readonly Machine[],
  kind: ForkScene,
): Promise<boolean> => {
  const scene = drawScene(world, members, kind);
  if (scene === undefined) return false;
  const { apart, name } = scene;
  const { branches, scheduler, transcript, rare, fault } = world;
  transcript.note(`${apart.name} is shown another branch than ${scene.first.name}`);
  branches.split(apart.name);
  apart.line.breakAll();
  const goOn = (): Promise<void> => scheduler.runUntil(scheduler.nowMs + settleMs);
  await goOn();
  // The others' branch is longer, so that more of it is shown than its length.
  if (!(await post(scene, apart, 1)) || !(await post(scene, scene.first, 2))) return false;
  if (!(await writeOne(world, apart))) return false;
  await goOn();
  const own = recordsAt(apart, name);
  transcript.note(`${apart.name} is shown the branch of the others`);
  branches.showFirst();
  apart.line.breakAll();
  await scheduler.runUntil(scheduler.nowMs + noticeMsMax, () => hasNoticed(apart));
  if (!hasNoticed(apart)) {
    fault(`${apart.name} does not notice that a log goes two ways`);
    return false;
  }
  rare.reached(
    kind === "fork of a vault's log"
      ? "a relay shows two branches of a vault's log, and it is noticed"
      : "a relay shows two branches of an identity log, and it is noticed",
  );
  await checkStopped(scene, own, goOn);
  apart.crash(false);
  apart.start();
  await scheduler.runUntil(scheduler.nowMs + settleMs, () => apart.program !== undefined);
  await checkStopped(scene, own, goOn);
  rare.reached("a device starts again on one branch of a log, and seals nothing");
  return settle(scene, members);
};

/** An owner says which branch stands. False: nobody can, but people by other means. */
const settle = async (scene: Scene, members: readonly Machine[]): Promise<boolean> => {
  const { world, name, apart } = scene;
  const owner = members.find(({ resident }) => resident.owner === 0 && resident !== apart.resident);
  const isOwners = apart.resident.owner === 0;
  const [who, stands] = isOwners ? ([apart, "theirs"] as const) : ([owner, "ours"] as const);
  if (name.kind !== LogKind.Vault || who?.program?.steward === undefined) return false;
  const { scheduler, transcript, rare, fault } = world;
  let said: string | undefined;
  const named = isOwners ? undefined : firstOfOwn(scene);
  void who.program.steward.settleFork(stands, named).then((word) => (said = word));
  await scheduler.runUntil(scheduler.nowMs + postMsMax, () => said !== undefined);
  transcript.note(`${who.name} settles which branch stands: ${said}`);
  if (said !== "done") fault(`${who.name} could not settle which branch stands: ${said}`);
  else rare.reached("an owner settles which branch of a log stands");
  return said === "done";
};

/** As the alarm of that machine shows it, and people tell each other. */
const firstOfOwn = ({ apart, first, name }: Scene): LogHead | undefined => {
  const others = recordsAt(first, name);
  const parted = recordsAt(apart, name).find(
    (bytes, at) => !bytesAreEqual(bytes, others[at] ?? new Uint8Array()),
  );
  const record = parted === undefined ? undefined : decodeRecord(parted);
  return record?.ok === true ? { index: record.value.index, id: record.value.id } : undefined;
};

const drawScene = (
  world: World,
  members: readonly Machine[],
  kind: ForkScene,
): Scene | undefined => {
  const able = members.filter(({ program }) => program?.steward !== undefined);
  const isVault = kind === "fork of a vault's log";
  // A copy writes under the same name, and who has said it before says nothing by saying it.
  const fresh = able.filter((one) => !world.history.doubled.has(one.name) && !hasNoticed(one));
  for (const apart of fresh) {
    const first = able.find(
      ({ resident: { owner, keys } }) =>
        keys.id !== apart.resident.keys.id && (isVault || owner === apart.resident.owner),
    );
    const user = world.books.people[apart.resident.owner]?.state.user;
    if (first === undefined || user === undefined) continue;
    const { vault } = world.books.vault.state;
    const name: LogName = isVault
      ? { kind: LogKind.Vault, log: vault }
      : { kind: LogKind.Identity, log: user };
    return { world, name, first, apart };
  }
  return undefined;
};

const postMsMax = 60_000;
const againCountMax = 5;

/** So many records, on the branch that it is shown. */
const post = async (
  { world, name }: Scene,
  { name: who, program }: Machine,
  recordCount: number,
): Promise<boolean> => {
  const { scheduler, books, fault } = world;
  let doneCount = 0;
  let said: string | undefined;
  for (let count = 0; count < recordCount + againCountMax && doneCount < recordCount; count++) {
    // Whoever is dialling still is asked again.
    if (said !== undefined && said !== "done")
      await scheduler.runUntil(scheduler.nowMs + postMsMax);
    said = undefined;
    const steward = program?.steward;
    const posting =
      name.kind === LogKind.Vault
        ? steward?.rotate()
        : steward?.addDevice(createDeviceKeys(books.deps));
    void posting?.then((word) => (said = word));
    await scheduler.runUntil(scheduler.nowMs + postMsMax, () => said !== undefined);
    if (said === "done") doneCount += 1;
  }
  if (doneCount < recordCount) fault(`${who} could not write to a log: ${said}`);
  return doneCount === recordCount;
};

const hasNoticed = ({ program }: Machine): boolean =>
  program?.alarms.includes("LogForked") === true;

const recordsAt = ({ disk }: Machine, name: LogName): readonly Uint8Array[] =>
  rangeFrom(disk.image, "records", recordsOf(name), rowCountMax).map(({ value }) => value);

/** How many envelopes it has sealed, in all its chains. */
const sealedCount = ({ books }: World, { disk, resident }: Machine): number =>
  rangeFrom(disk.image, "chains", chainsOf(books.vault.state.vault), rowCountMax)
    .map(({ key, value }) => decodeChainRow(chainOfKey(key), value))
    .filter(({ device }) => device === resident.keys.id)
    .reduce((sum, { head }) => sum + head.at, 0);

const checkStopped = async (
  { world, apart, name }: Scene,
  own: readonly Uint8Array[],
  goOn: () => Promise<void>,
): Promise<void> => {
  const before = sealedCount(world, apart);
  if (!(await writeOne(world, apart))) return;
  await goOn();
  if (sealedCount(world, apart) !== before)
    world.fault(`${apart.name} seals while a log goes two ways`);
  const now = recordsAt(apart, name);
  const isSame =
    now.length === own.length &&
    now.every((one, at) => bytesAreEqual(one, own[at] ?? new Uint8Array()));
  if (!isSame) world.fault(`${apart.name} takes another branch of a log than its own`);
};
