import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wholeTable } from "../ports/localStore.ts";
import { openSqliteLocalStore } from "./sqliteLocalStore.ts";

const program = join(import.meta.dirname, "../testing/commitForever.ts");
const roundCount = 6;
const confirmedBeforeKill = 40;

/** Kills it while it commits; what it said last, all of which it had been told was kept. */
const confirmedBy = async (path: string, extraMs: number): Promise<number> => {
  const child = spawn(process.execPath, [program, path], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  let lineCount = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    lineCount += chunk.toString().split("\n").length - 1;
    if (lineCount >= confirmedBeforeKill) setTimeout(() => child.kill("SIGKILL"), extraMs);
  });
  await once(child, "close");
  return Number(said.split("\n").at(-2));
};

test("a process that is killed while it commits keeps what was confirmed, and commits as a whole", async () => {
  const folder = await mkdtemp(join(tmpdir(), "duro-store-"));
  const path = join(folder, "vault.db");
  for (let round = 0; round < roundCount; round += 1) {
    const confirmed = await confirmedBy(path, round);
    const store = openSqliteLocalStore(path);
    if (!store.ok) throw new Error(store.error.type);
    const counter = (await store.value.get("facts", Uint8Array.of(1))) ?? new Uint8Array(4);
    const count = new DataView(counter.buffer, counter.byteOffset).getUint32(0);
    expect(count).toBeGreaterThanOrEqual(confirmed);
    expect(await store.value.range("updates", wholeTable, 1e6)).toHaveLength(count);
    await store.value.close();
  }
  await rm(folder, { recursive: true });
});
