/**
 * A process of its own, so that an attacker's work is not taken for the relay's: an honest device that
 * edits, and another of the same person that comes and goes. Figures are sent to whoever asks.
 */
import { systemRandomBytes } from "@duro/crypto";
import { createPerson, createVault } from "@duro/crypto/testing/people";
import { envelopesToRun, limits } from "@duro/protocol";
import { setTimeout as sleep } from "node:timers/promises";
import { connectClient } from "../../../packages/server/src/testing/relayClient.ts";
import {
  appendRecords,
  registerRecords,
} from "../../../packages/server/src/testing/registerPerson.ts";
import { createChainWriter } from "../../../packages/server/src/testing/testVault.ts";
import type { HonestFigures } from "./honest.ts";

const url = process.argv[2] ?? "";
const editIntervalMs = 25;
const visitIntervalMs = 500;
const editByteLength = 300;

const deps = { randomBytes: systemRandomBytes };
const person = createPerson(deps);
const vault = createVault(deps, person);
await registerRecords(url, person.records);
const client = await connectClient(url);
await client.login(person.device);
await appendRecords(client, vault.records);
await client.open(1, vault.state.vault);
await client.next("CatchUpDone");
const writer = createChainWriter(deps, { person, vault });

let figures: HonestFigures = { appendMs: [], visitMs: [], failures: [] };

/** As a client does: what is edited while a receipt is out goes along with the next put. */
const edit = async (): Promise<void> => {
  for (let dueMs = performance.now(); ;) {
    await sleep(Math.max(0, dueMs - performance.now()));
    const dueTimes = [dueMs];
    for (dueMs += editIntervalMs; dueMs <= performance.now(); dueMs += editIntervalMs)
      dueTimes.push(dueMs);
    const count = Math.min(dueTimes.length, limits.envelopesPerFrameMax);
    client.put(1, envelopesToRun(writer.take(count, editByteLength)));
    await client.next("Receipt");
    const receivedMs = performance.now();
    figures.appendMs.push(...dueTimes.map((editedMs) => Math.max(0, receivedMs - editedMs)));
  }
};

/** From dialling to the heads of the vault. */
const visit = async (): Promise<void> => {
  for (;;) {
    const startedAtMs = performance.now();
    const visitor = await connectClient(url);
    await visitor.login(person.device);
    await visitor.open(1, vault.state.vault, { wantsBodies: false });
    figures.visitMs.push(performance.now() - startedAtMs);
    await visitor.close();
    await sleep(visitIntervalMs);
  }
};

for (const work of [edit, visit])
  work().catch((cause: unknown) => {
    figures.failures.push(`${work.name}: ${String(cause)}`);
  });
process.on("message", () => {
  process.send?.(figures);
  figures = { appendMs: [], visitMs: [], failures: figures.failures };
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
