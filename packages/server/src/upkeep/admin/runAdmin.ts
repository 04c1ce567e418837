/** `duro-relay admin …`: invites, usage, quotas and the end of accounts. */
import { createPostgresAccountStore } from "../../postgres/postgresAccountStore.ts";
import type { AccountStore } from "../../ports/accountStore.ts";
import { refuseTables } from "../knownTables.ts";
import { transact } from "../../postgres/transact.ts";
import type { Ended } from "../outcome.ts";
import { runUpkeep } from "../runUpkeep.ts";
import type { UpkeepDeps } from "../upkeepDeps.ts";
import { err } from "@duro/crypto/types";
import type { AdminCommand } from "./adminCommand.ts";
import { createInvite } from "./createInvite.ts";
import { listUsage } from "./listUsage.ts";
import { removeUser } from "./removeUser.ts";
import { setQuota } from "./setQuota.ts";

export type AdminDeps = Pick<UpkeepDeps, "sql" | "nowMs" | "randomBytes" | "ask">;

export interface AdminGround extends AdminDeps {
  readonly accountStore: AccountStore;
}

export const runAdmin = (command: AdminCommand, deps: AdminDeps): Ended =>
  runUpkeep(async () => {
    const { sql } = deps;
    const refused = await transact(sql, (tx) => refuseTables(tx));
    if (refused !== undefined) return err(refused);
    const ground: AdminGround = { ...deps, accountStore: createPostgresAccountStore(sql) };
    switch (command.kind) {
      case "adminInvite":
        return createInvite(command, ground);
      case "adminUsage":
        return listUsage(ground);
      case "adminQuota":
        return setQuota(command, ground);
      case "adminRemove":
        return removeUser(command, ground);
    }
  });
