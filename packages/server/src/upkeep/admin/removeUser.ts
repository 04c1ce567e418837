/** Ends an account, later or now, or lets it stay after all. Says first what goes with it. */
import { err, ok, type Result, type UserId } from "@duro/crypto/types";
import { Exit } from "../../exits.ts";
import { accountDeletionDelayMs } from "../../routes/accountRoutes.ts";
import type { Outcome } from "../outcome.ts";
import { isoTime, sayTime } from "../sayAmounts.ts";
import type { UpkeepError } from "../upkeepError.ts";
import type { RemoveCommand } from "./adminCommand.ts";
import type { AdminGround } from "./runAdmin.ts";
import { readStake, sayStake, type Stake } from "./stake.ts";

export const removeUser = async (
  command: RemoveCommand,
  ground: AdminGround,
): Promise<Result<Outcome, UpkeepError>> => {
  const { user, how } = command;
  const { sql, accountStore, nowMs } = ground;
  const stake = await readStake(sql, user);
  if (stake === undefined) return err({ type: "AccountUnknown", user });
  if (how === "undo") {
    const isSet = await accountStore.setDeletion(user, undefined);
    return isSet ? ok(stays(user)) : err({ type: "AccountUnknown", user });
  }
  // Whoever was wished away before goes when the first wish said.
  const deleteAfterMs =
    how === "now" ? undefined : (stake.deleteAfterMs ?? nowMs() + accountDeletionDelayMs);
  const refused = await confirm(ground, command, stake, deleteAfterMs);
  if (refused !== undefined) return err(refused);
  if (deleteAfterMs === undefined) {
    await accountStore.remove(user);
    return ok(goes(user, stake, undefined));
  }
  const isSet = await accountStore.setDeletion(user, deleteAfterMs);
  return isSet ? ok(goes(user, stake, deleteAfterMs)) : err({ type: "AccountUnknown", user });
};

/** Undefined: it is wanted. */
const confirm = async (
  { ask }: AdminGround,
  { user, isConfirmed }: RemoveCommand,
  stake: Stake,
  deleteAfterMs: number | undefined,
): Promise<UpkeepError | undefined> => {
  if (isConfirmed) return undefined;
  if (ask === undefined) return { type: "NobodyToAsk" };
  const when =
    deleteAfterMs === undefined
      ? "now, which nothing brings back"
      : `after ${sayTime(deleteAfterMs)}`;
  const isWanted = await ask([`Remove ${user} ${when}?`, ...sayStake(stake)].join("\n"));
  return isWanted ? undefined : { type: "Declined" };
};

const stays = (user: UserId): Outcome => ({
  lines: [`${user} stays.`],
  notes: [],
  json: { user, removed: false, deleteAfter: null },
  exit: Exit.Done,
});

const goes = (user: UserId, stake: Stake, deleteAfterMs: number | undefined): Outcome => ({
  lines: [
    deleteAfterMs === undefined
      ? `${user} is removed.`
      : `${user} is removed after ${sayTime(deleteAfterMs)}. To take that back: duro-relay admin remove ${user} --undo`,
    ...sayStake(stake),
  ],
  notes: ["Backups that were made before still hold it, until they are deleted."],
  json: {
    user,
    removed: deleteAfterMs === undefined,
    deleteAfter: deleteAfterMs === undefined ? null : isoTime(deleteAfterMs),
    devices: stake.deviceCount,
    vaults: stake.goingVaultCount,
    bytes: stake.goingByteLength,
    vaultsThatStay: stake.stayingVaultCount,
    vaultsWithoutOwner: stake.ownerlessVaultCount,
  },
  exit: Exit.Done,
});
