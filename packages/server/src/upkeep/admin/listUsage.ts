/** Who stores how much: a table for a person, a list for a script. */
import { ok, type Result } from "@duro/crypto/types";
import { Exit } from "../../exits.ts";
import type { AccountSummary } from "../../ports/accountStore.ts";
import type { Json, Outcome } from "../outcome.ts";
import { isoTime, sayBytes, sayCount, sayTime } from "../sayAmounts.ts";
import type { UpkeepError } from "../upkeepError.ts";
import { storedToQuota } from "./quota.ts";
import type { AdminGround } from "./runAdmin.ts";

export const listUsage = async ({
  accountStore,
}: AdminGround): Promise<Result<Outcome, UpkeepError>> => {
  const accounts = await accountStore.accounts();
  const used = accounts.reduce((sum, { usedByteLength }) => sum + usedByteLength, 0);
  return ok({
    lines: [
      ...(accounts.length === 0 ? [] : table([titles, ...accounts.map(cells)])),
      `${sayCount(accounts.length, "user")}, ${sayBytes(used)}.`,
    ],
    notes: [],
    json: { accounts: accounts.map(accountJson) },
    exit: Exit.Done,
  });
};

const titles = ["user", "stored", "quota", "vaults", "devices", "last seen", "removed after"];

const cells = (account: AccountSummary): readonly string[] => {
  const quota = storedToQuota(account.quotaByteLength);
  return [
    account.user,
    sayBytes(account.usedByteLength),
    typeof quota === "number" ? sayBytes(quota) : quota,
    `${account.vaultCount}`,
    `${account.deviceCount}`,
    account.seenAtMs === undefined ? "never" : sayTime(account.seenAtMs),
    account.deleteAfterMs === undefined ? "-" : sayTime(account.deleteAfterMs),
  ];
};

const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = titles.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
};

const accountJson = (account: AccountSummary): Json => ({
  user: account.user,
  registered: isoTime(account.registeredAtMs),
  bytes: account.usedByteLength,
  quota: storedToQuota(account.quotaByteLength),
  vaults: account.vaultCount,
  devices: account.deviceCount,
  lastSeen: account.seenAtMs === undefined ? null : isoTime(account.seenAtMs),
  deleteAfter: account.deleteAfterMs === undefined ? null : isoTime(account.deleteAfterMs),
});
