/**
 * Behind a run that is at rest: a phone is granted nothing any more, the key is made anew, and somebody
 * writes. The phone has what it had, and nothing of that.
 */
import { writeOne } from "./lastCheckpoint.ts";
import type { Machine } from "./machine.ts";
import { isPhone } from "./people.ts";
import type { Program } from "./program.ts";
import { pairPhone } from "./phones.ts";
import type { Belonging } from "./standing.ts";
import type { World } from "./world.ts";

const workMsMax = 60_000;

export interface PhoneScene {
  readonly world: World;
  /** Who belongs here by now. */
  readonly belonging: () => Promise<Belonging>;
  readonly rest: () => Promise<boolean>;
}

export const checkPhone = async ({ world, belonging, rest }: PhoneScene): Promise<void> => {
  const { machines, changes, scheduler, rng, fault, rare } = world;
  const own = rng.fork("last phone");
  const granted = async (): Promise<Machine | undefined> => {
    const { isReader } = await belonging();
    return machines.find(
      ({ name, resident, program }) =>
        isPhone(resident) &&
        isReader(resident) &&
        program !== undefined &&
        ![...changes.typed.values()].includes(name),
    );
  };
  let phone = await granted();
  if (phone === undefined) {
    pairPhone(world, own);
    if (!(await rest())) return;
    phone = await granted();
  }
  const { isIn } = await belonging();
  const other = machines.find(
    ({ resident, program }) =>
      resident.owner === phone?.resident.owner && isIn(resident) && program?.steward !== undefined,
  );
  if (phone === undefined || other === undefined) return;
  let said: string | undefined;
  void other.program?.steward?.ungrant(phone.resident.keys.id).then((word) => (said = word));
  await scheduler.runUntil(scheduler.nowMs + workMsMax, () => said !== undefined);
  if (said !== "done") return fault(`${other.name} could not take ${phone.name}'s grant: ${said}`);
  changes.givenUp.add(phone.resident.keys.id);
  if (!(await rest())) return;
  const before = await editCountOf(world, phone);
  if (!(await writeOne(world, other)) || !(await rest())) return;
  if ((await editCountOf(world, phone)) !== before)
    fault(`${phone.name} was given up, and reads what is written since`);
  rare.reached("a phone that was given up reads nothing new");
};

const editCountOf = async ({ scheduler }: World, { program }: Machine): Promise<number> => {
  let seen: Awaited<ReturnType<Program["look"]>> | undefined;
  void program?.look().then((view) => (seen = view));
  await scheduler.runUntil(scheduler.nowMs + workMsMax, () => seen !== undefined);
  return [...(seen?.values() ?? [])].reduce((sum, { editIds }) => sum + editIds.size, 0);
};
