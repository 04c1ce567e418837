/** What an attack costs the relay: its memory while it lasts, and what its log says of it afterwards. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { addressPrefix, mark, type Target } from "./target.ts";

const lookIntervalMs = 100;
const memoryMetric = "process_resident_memory_bytes";

/** The most that the process grew beyond what it had before. */
export const memoryDuring = async (
  { relay }: Target,
  attack: () => Promise<unknown>,
): Promise<number> => {
  const look = async (): Promise<number> => (await relay.metrics()).get(memoryMetric) ?? 0;
  const before = await look();
  let most = before;
  const over = new AbortController();
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      most = Math.max(most, await look());
      await sleep(lookIntervalMs);
    }
  };
  const watching = watch();
  try {
    await attack();
  } finally {
    over.abort();
  }
  await watching;
  return Math.max(most, await look()) - before;
};

/** Nothing that an attacker chose, and nobody's ids; and nothing that went wrong in the relay itself. */
export const expectSilentLog = ({ relay, attacker, victim }: Target): void => {
  const log = relay.logged();
  expect(log).not.toBe("");
  const ids = [attacker, victim].flatMap(({ person, vault }) => [
    person.state.user,
    person.device.id,
    vault.state.vault,
  ]);
  for (const text of [mark, addressPrefix, ...ids])
    expect(log.split("\n").filter((line) => line.includes(text))).toEqual([]);
  expect(log.split("\n").filter((line) => line.includes('"level":"error"'))).toEqual([]);
};
