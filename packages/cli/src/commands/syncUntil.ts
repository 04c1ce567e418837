/** What `sync` and `wait` share. */
import type { Exit } from "../exits.ts";
import type { CommandContext } from "./command.ts";

export const syncUntil = async (
  { api, out }: CommandContext,
  timeoutMs: number | undefined,
): Promise<Exit> => {
  const progress = out.progress("Syncing");
  let mostPending = 0;
  const synced = await api.talk("sync", { timeoutMs }, async ({ pending }) => {
    mostPending = Math.max(mostPending, pending);
    progress.update(mostPending - pending, mostPending);
    return undefined;
  });
  progress.done();
  if (!synced.ok) return out.problem(synced.error);
  const { sent, received } = synced.value;
  return out.result(synced.value, () => `In step. Sent ${sent}, received ${received}.`);
};
