/**
 * Behind a run that is at rest, the relay hides from one machine what another writes, while a third one
 * has seen it and says so: the first must say that something is withheld, and be well when it comes.
 */
import { times } from "@duro/protocol";
import { withholdingGraceMs } from "../../packages/client/src/alarms/withheld.ts";
import { writeOne } from "./lastCheckpoint.ts";
import type { Machine } from "./machine.ts";
import type { World } from "./world.ts";

/** A word that is about to be believed, the grace, and a look around. */
const noticeMsMax = withholdingGraceMs + 4 * times.heartbeatIntervalMs;

export const checkWithholding = async (
  world: World,
  members: readonly Machine[],
  rest: () => Promise<boolean>,
): Promise<void> => {
  const { stores, books, withholding, scheduler, transcript, rare } = world;
  const { vault } = books.vault.state;
  const [blind, ...others] = members;
  for (const author of others) {
    const witness = others.find((other) => other !== author);
    const chain = [...(stores.data.chains.get(vault)?.values() ?? [])].findLast(
      ({ device, seq }) => device === author.resident.keys.id && seq > 0,
    );
    if (blind === undefined || witness === undefined) return;
    // Of a device that is there twice nobody knows which of its chains this machine writes.
    const isTwice = members.some((one) => one !== author && isSameDevice(one, author));
    if (chain === undefined || isTwice || hasAlarm(blind)) continue;
    transcript.note(`what ${author.name} writes is hidden from ${blind.name}`);
    withholding.hide({
      machine: blind.name,
      from: { chain: chain.chain, seq: chain.seq, id: chain.headId },
    });
    for (const writer of [author, witness]) {
      if (!(await writeOne(world, writer))) return;
      // Until the other one has it.
      await scheduler.runUntil(scheduler.nowMs + times.heartbeatIntervalMs);
    }
    const isHidden = (stores.data.chains.get(vault)?.get(chain.chain)?.seq ?? 0) > chain.seq;
    await scheduler.runUntil(scheduler.nowMs + noticeMsMax, () => hasAlarm(blind));
    if (isHidden && !hasAlarm(blind))
      world.fault(`${blind.name} does not notice that something is withheld`);
    if (isHidden && hasAlarm(blind))
      rare.reached("a chain is hidden from a device, and it says so");
    withholding.hide(undefined);
    blind.line.breakAll();
    await rest();
    return;
  }
};

const isSameDevice = (one: Machine, other: Machine): boolean =>
  one.resident.keys.id === other.resident.keys.id;

const hasAlarm = ({ program }: Machine): boolean =>
  program?.alarms.includes("Withholding") === true;
