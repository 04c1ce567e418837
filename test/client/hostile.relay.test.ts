/** A member who means harm: what they seal counts nowhere, on no device, and stops nobody. */
import { type DocId, docIds } from "@duro/protocol";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { endEverything } from "../relay/tools/program.ts";
import { attacks } from "./tools/attacks.ts";
import { type Attack, becomeHostile, type Sealed } from "./tools/hostileMember.ts";
import { watchLoop } from "./tools/loopWatch.ts";
import {
  closeMachines,
  foundPerson,
  isSent,
  type Machine,
  openText,
  type RelayProgram,
  startRelay,
  type Text,
  until,
} from "./tools/machines.ts";
import { addMachine } from "./tools/pairing.ts";

let relay: RelayProgram;
beforeAll(async () => {
  relay = await startRelay();
});
afterEach(closeMachines);
afterAll(endEverything);

const other: DocId = docIds.fromBytes(new Uint8Array(docIds.byteLength).fill(9));
/** Strict figures are those of a quiet machine; what nobody may reach is a multiple. */
const blockedMsMax = 250;

test("[UPD1] [UPD2] whatever a member seals, all devices say the same of it, and go on", async () => {
  const laptop = await foundPerson(relay.url);
  const { vault } = laptop;
  const rogue = await addMachine(laptop, relay.url);
  const late = await addMachine(laptop, relay.url);
  const text = await openText(laptop, vault);
  await (await openText(rogue, vault)).write("<first>");
  await until(() => text.read() === "<first>", "the rogue device may write");
  await until(() => late.engine.vault(vault)?.status.isCaughtUp === true, "the late one is there");
  late.engine.disconnect();
  const hostile = await becomeHostile(relay.url, rogue, vault);

  const made: ({ readonly attack: Attack } & Sealed)[] = [];
  for (const attack of attacks) made.push({ attack, ...(await hostile.attack(attack)) });
  const watched = watchLoop();
  for (const { send } of made) await send();
  const rowOf = (machine: Machine, chain: string) =>
    [...machine.engine.chains(vault)].find((row) => row.chain === chain);
  const isJudged = (machine: Machine): boolean =>
    made.every(({ chain, attack }) => {
      const row = rowOf(machine, chain);
      return row?.counted === 2 && (attack.verdict === "held" || row.voidAt === 3);
    });
  await until(
    () => isJudged(laptop),
    `laptop: ${JSON.stringify(made.map(({ chain, attack }) => [attack.name, rowOf(laptop, chain)]))}`,
  );
  await openAndWrite(laptop);
  late.engine.connect();
  await until(() => isJudged(late), "who comes later says the same");
  const fresh = await addMachine(laptop, relay.url);
  await until(() => isJudged(fresh), "who is new says the same");
  const blockedMs = watched.stop();
  console.log(`the longest turn took ${Math.round(blockedMs)} ms`);
  expect(blockedMs).toBeLessThan(blockedMsMax);

  for (const machine of [laptop, late, fresh]) {
    for (const { attack, chain } of made)
      expect([attack.name, rowOf(machine, chain)?.counted, rowOf(machine, chain)?.voidAt]).toEqual([
        attack.name,
        2,
        attack.verdict === "void" ? 3 : 0,
      ]);
    const seen = (await openText(machine, vault)).read();
    for (const { attack } of made) expect(seen).toContain(`<good ${attack.name}>`);
    expect(seen).not.toContain("<late ");
    expect(seen).not.toContain("forged");
    const opened = await openText(machine, vault, other);
    await until(() => opened.read() === "goes on", "another document goes on");
  }
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  const texts: Text[] = [];
  for (const machine of [laptop, late, fresh]) texts.push(await openText(machine, vault));
  await texts[2]?.write("<after>");
  await until(() => texts.every(({ read }) => read().includes("<after>")), "and so does this one");
  expect(new Set(texts.map(({ read }) => read())).size).toBe(1);
  await hostile.close();

  async function openAndWrite(machine: Machine): Promise<void> {
    await (await openText(machine, vault, other)).write("goes on");
    await until(() => isSent(machine, vault), "an honest edit is sent meanwhile");
  }
});
