/** An invite is shown once: the relay keeps its hash only. */
import { ok, type Result } from "@duro/crypto/types";
import { inviteCodes } from "@duro/protocol";
import { Exit } from "../../exits.ts";
import { inviteHashOf } from "../../login/inviteHash.ts";
import type { Outcome } from "../outcome.ts";
import { sayTime } from "../sayAmounts.ts";
import type { UpkeepError } from "../upkeepError.ts";
import type { InviteCommand } from "./adminCommand.ts";
import type { AdminGround } from "./runAdmin.ts";

const dayMs = 86_400_000;

export const createInvite = async (
  { lifetimeDayCount }: InviteCommand,
  { accountStore, nowMs, randomBytes }: AdminGround,
): Promise<Result<Outcome, UpkeepError>> => {
  const code = inviteCodes.fromBytes(randomBytes(inviteCodes.byteLength));
  const createdAtMs = nowMs();
  const expiresAtMs = createdAtMs + lifetimeDayCount * dayMs;
  await accountStore.createInvite({ codeHash: inviteHashOf(code), createdAtMs, expiresAtMs });
  return ok({
    lines: [code],
    notes: [
      `Good for one registration until ${sayTime(expiresAtMs)}, and shown this once.`,
      "Whoever gets it keeps it in a file and runs: duro init --server URL --invite-file FILE",
    ],
    json: { invite: code },
    exit: Exit.Done,
  });
};
