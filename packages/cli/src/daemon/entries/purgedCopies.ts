/** After a purge: where copies may still be, and by when they are gone. */
import type { ForgottenJson } from "../../api/entryCalls.ts";
import type { Daemon, Home } from "../daemon.ts";
import type { SettingsFile } from "../settings.ts";

interface PurgedHome {
  readonly engine: Pick<Home["engine"], "purge">;
  readonly vault: Pick<Home["vault"], "id" | "status">;
}

/** Then a checkpoint counts that nobody was there to vouch for. */
const vouchDays = 30;
/** A relay keeps so long what it has dropped. */
const trashDays = 14;
/** For a machine that looks after its checkpoints, and a relay that tidies, now and then. */
const spareDays = 1;
const dayMs = 86_400_000;

/** Has the checkpoint written behind which the relay lets go of them. */
export const copiesOf = async (
  { settings, nowMs }: Pick<Daemon, "nowMs"> & { readonly settings: Pick<SettingsFile, "now"> },
  { engine, vault }: PurgedHome,
): Promise<NonNullable<ForgottenJson["copies"]>> => {
  if (settings.now.server === undefined)
    return { relay: "None: this memory is not linked to a relay." };
  const owed = await engine.purge(vault.id);
  if (!owed.ok) return { relay: `${sealed} ${withoutPurge} ${backups}` };
  const goneBy = new Date(nowMs() + (vouchDays + trashDays + spareDays) * dayMs).toISOString();
  const when = vault.status.isCaughtUp ? "within minutes" : "once it is connected";
  const isFrom = vault.status.isCaughtUp ? "" : " if it connects today";
  const behind = `This machine writes a checkpoint without them ${when}. The relay drops what is behind it as soon as another device has confirmed it, where there is none after ${vouchDays} days, and deletes that ${trashDays} days later:`;
  return {
    relay: `${sealed} ${behind} by ${goneBy.slice(0, 10)} at the latest${isFrom}, unless a device finds fault with that checkpoint, which duro status then says. ${backups}`,
    goneBy,
  };
};

const sealed = "Sealed, unreadable to it.";
const backups = "Backups of the relay keep them as long as its operator keeps those.";
/** This machine's disk had no room to note it. */
const withoutPurge = `It drops them once two later checkpoints of this memory count, and deletes them ${trashDays} days after that.`;
