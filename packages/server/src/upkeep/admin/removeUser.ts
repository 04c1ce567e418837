/** Ends an account, later or now, or lets it stay after all. Says first what goes with it. */
import { err, ok, type Result, type UserId } from "@duro/crypto/types";
import { Exit } from "../../exits.ts";
import type { AdminCommand } from "../../program/command.ts";
import { accountDeletionDelayMs } from "../../routes/accountRoutes.ts";
import type { Outcome } from "../outcome.ts";
import { isoTime, sayBytes, sayCount, sayTime } from "../sayAmounts.ts";
import type { UpkeepError } from "../upkeepError.ts";
import type { AdminGround } from "./runAdmin.ts";

type RemoveCommand = Extract<AdminCommand, { kind: "adminRemove" }>;

export const removeUser = async (
  command: RemoveCommand,
  ground: AdminGround,
): Promise<Result<Outcome, UpkeepError>> => {
  const { user, how } = command;
  const { accountStore, nowMs } = ground;
  const stake = await readStake(ground, user);
  if (stake === undefined) return err({ type: "AccountUnknown", user });
  if (how === "undo") return undo(ground, command);
  const refused = await confirm(ground, command, stake);
  if (refused !== undefined) return err(refused);
  if (how === "now") {
    await accountStore.remove(user);
    return ok(outcomeOf(user, stake, { deleteAfterMs: undefined }));
  }
  const deleteAfterMs = nowMs() + accountDeletionDelayMs;
  const isSet = await accountStore.setDeletion(user, deleteAfterMs);
  return isSet
    ? ok(outcomeOf(user, stake, { deleteAfterMs }))
    : err({ type: "AccountUnknown", user });
};

/** What hangs on an account. */
interface Stake {
  readonly usedByteLength: number;
  readonly vaultCount: number;
  readonly deviceCount: number;
  /** Vaults of others that would lose their last owner. */
  readonly heldUpCount: number;
}

const readStake = async (
  { accountStore }: AdminGround,
  user: UserId,
): Promise<Stake | undefined> => {
  const usage = await accountStore.usage(user);
  if (usage === undefined) return undefined;
  const devices = await accountStore.devicesOf(user);
  return {
    usedByteLength: usage.usedByteLength,
    vaultCount: usage.vaults.length,
    deviceCount: devices.filter(({ isRevoked }) => !isRevoked).length,
    heldUpCount: (await accountStore.vaultsHeldUp(user)).length,
  };
};

const undo = async (
  { accountStore }: AdminGround,
  { user }: RemoveCommand,
): Promise<Result<Outcome, UpkeepError>> => {
  const isSet = await accountStore.setDeletion(user, undefined);
  if (!isSet) return err({ type: "AccountUnknown", user });
  return ok({
    lines: [`${user} stays.`],
    notes: [],
    json: { user, deleteAfter: null, removed: false },
    exit: Exit.Done,
  });
};

/** Undefined: it is wanted. */
const confirm = async (
  { ask }: AdminGround,
  { user, how, isConfirmed }: RemoveCommand,
  stake: Stake,
): Promise<UpkeepError | undefined> => {
  if (isConfirmed) return undefined;
  if (ask === undefined) return { type: "NobodyToAsk" };
  const when =
    how === "now"
      ? "at once, which nothing brings back"
      : `${accountDeletionDelayMs / dayMs} days from now`;
  const isWanted = await ask(`Remove ${user} ${when}? ${whatGoes(stake).join(" ")}`);
  return isWanted ? undefined : { type: "Declined" };
};

const dayMs = 86_400_000;

const whatGoes = ({
  usedByteLength,
  vaultCount,
  deviceCount,
  heldUpCount,
}: Stake): readonly string[] => [
  `With it ${deviceCount === 1 ? "goes" : "go"} ${sayCount(deviceCount, "device")}, and of ` +
    `${sayCount(vaultCount, "vault")} with ${sayBytes(usedByteLength)} those that nobody else with an account is in.`,
  ...(heldUpCount === 0
    ? []
    : [
        `${sayCount(heldUpCount, "vault")} of others would be left without an owner: nobody could change who belongs to ${heldUpCount === 1 ? "it" : "them"} any more.`,
      ]),
];

const outcomeOf = (
  user: UserId,
  stake: Stake,
  { deleteAfterMs }: { readonly deleteAfterMs: number | undefined },
): Outcome => {
  const isGone = deleteAfterMs === undefined;
  return {
    lines: [
      isGone
        ? `${user} is removed.`
        : `${user} is removed after ${sayTime(deleteAfterMs)}, unless it is taken back: duro-relay admin remove ${user} --undo`,
      ...whatGoes(stake),
    ],
    notes: [
      "Backups that were made before still hold it: delete them when it must be gone from there, too.",
    ],
    json: {
      user,
      removed: isGone,
      deleteAfter: isGone ? null : isoTime(deleteAfterMs),
      bytes: stake.usedByteLength,
      vaults: stake.vaultCount,
      devices: stake.deviceCount,
      vaultsWithoutOwner: stake.heldUpCount,
    },
    exit: Exit.Done,
  };
};
