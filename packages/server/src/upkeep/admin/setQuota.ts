/** Sets what one user may store. Whoever is over it keeps everything, and stores nothing more. */
import { err, ok, type Result } from "@duro/crypto/types";
import { Exit } from "../../exits.ts";
import type { Outcome } from "../outcome.ts";
import { sayBytes } from "../sayAmounts.ts";
import type { UpkeepError } from "../upkeepError.ts";
import { quotaToStored } from "./quota.ts";
import type { QuotaCommand } from "./adminCommand.ts";
import type { AdminGround } from "./runAdmin.ts";

export const setQuota = async (
  { user, quota }: QuotaCommand,
  { accountStore }: AdminGround,
): Promise<Result<Outcome, UpkeepError>> => {
  const isSet = await accountStore.setQuota(user, quotaToStored(quota));
  const usage = isSet ? await accountStore.usage(user) : undefined;
  if (usage === undefined) return err({ type: "AccountUnknown", user });
  const { usedByteLength } = usage;
  const isOver = typeof quota === "number" && usedByteLength > quota;
  return ok({
    lines: [`${user} may store ${sayQuota(quota)} and stores ${sayBytes(usedByteLength)}.`],
    notes: isOver
      ? ["That is over it: everything stays and can be read, and nothing more is stored."]
      : [],
    json: { user, quota, bytes: usedByteLength, over: isOver },
    exit: Exit.Done,
  });
};

const sayQuota = (quota: number | "default" | "unlimited"): string => {
  if (quota === "default") return "what the relay's default says";
  return quota === "unlimited" ? "without limit" : sayBytes(quota);
};
