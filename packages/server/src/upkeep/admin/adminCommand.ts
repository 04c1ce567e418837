/** What can be asked of an admin's commands, without where the relay is and how they speak. */
import type { Command } from "../../program/command.ts";

type Asked<Kind extends Command["kind"]> = Omit<
  Extract<Command, { readonly kind: Kind }>,
  "store" | "output"
>;

export type InviteCommand = Asked<"adminInvite">;
type UsageCommand = Asked<"adminUsage">;
export type QuotaCommand = Asked<"adminQuota">;
export type RemoveCommand = Asked<"adminRemove">;

export type AdminCommand = InviteCommand | UsageCommand | QuotaCommand | RemoveCommand;
