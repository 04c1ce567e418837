/** The relay tidies: drops what lies behind checkpoints that count, as its program does every few minutes. */
import { times } from "@duro/protocol";
import { createKnownLogs } from "../../packages/server/src/relay/knownLogs.ts";
import { createMemoryTidyStore } from "../../packages/server/src/testing/memoryTidyStore.ts";
import { runTidying } from "../../packages/server/src/tidy/runTidying.ts";
import type { World } from "./world.ts";

/** `isTrashOver`: and what was in the trash for its days is gone for good. */
export const tidyRelay = async (
  { stores, tidied, relayClock, rare, transcript, fault }: World,
  isTrashOver: boolean,
): Promise<void> => {
  const tidyStore = createMemoryTidyStore(stores.data, stores.blobStore, tidied);
  const logs = createKnownLogs(stores.logStore);
  const onFailure = (where: string, cause: unknown): void =>
    fault(`the relay could not tidy at ${where}: ${String(cause)}`);
  for (const laterMs of isTrashOver ? [0, times.trashLifetimeMs] : [0]) {
    const nowMs = (): number => relayClock.nowMs() + laterMs;
    const limits = { nowMs, shouldStop: () => false };
    const report = await runTidying({ ...stores, tidyStore, logs, onFailure }, limits);
    if (report === undefined) continue;
    const { trashedCount, restoredCount, removedCount } = report;
    transcript.note(
      `the relay tidies: ${trashedCount} into the trash, ${restoredCount} back, ${removedCount} gone`,
    );
    if (trashedCount > 0) rare.reached("the relay puts bodies into the trash");
    if (removedCount > 0) rare.reached("the relay drops bodies for good");
  }
};
