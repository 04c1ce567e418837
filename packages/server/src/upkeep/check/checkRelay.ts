/**
 * Holds everything a relay stores against the rules and hashes that clients hold it against, from one
 * moment, while the relay goes on. No key is needed for that, and none is here.
 */
import { bytesAreEqual, err, ok, type Result } from "@duro/crypto/types";
import { type UserId, userIds, type VaultId, vaultIds } from "@duro/protocol";
import { plainBytes } from "../../postgres/logRows.ts";
import type { Transaction } from "../../postgres/transact.ts";
import { readSnapshot } from "../backup/snapshot.ts";
import { refuseTables } from "../knownTables.ts";
import { createProgress } from "../progress.ts";
import { databaseErrorOf, stopIfAsked } from "../runUpkeep.ts";
import { sayCount } from "../sayAmounts.ts";
import type { UpkeepDeps } from "../upkeepDeps.ts";
import type { UpkeepError } from "../upkeepError.ts";
import type { CheckContext } from "./checkContext.ts";
import { checkStrays } from "./checkStrays.ts";
import { checkUser, readUsers } from "./checkUsers.ts";
import { checkVault, readVaults } from "./checkVault.ts";
import type { Finding, FindingType } from "./finding.ts";
import { createIdentities } from "./identities.ts";
import { inPages } from "./inPages.ts";
import { type CheckCounts, createReport, type Report } from "./report.ts";

export interface CheckOptions {
  readonly depth: "quick" | "full";
}

export interface Checked extends CheckOptions {
  readonly counts: CheckCounts;
  /** Of the whole relay. */
  readonly userCount: number;
  readonly vaultCount: number;
  /** The first thousand of them. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  readonly countByType: ReadonlyMap<FindingType, number>;
}

export interface CheckDeps extends Pick<
  UpkeepDeps,
  "sql" | "nowMs" | "randomBytes" | "tell" | "signal" | "relayKey"
> {
  /** Undefined: those of this program. */
  readonly migrationsFolder?: string;
}

/** A person waits for it; what it did not come to is said, and another look begins elsewhere. */
const quickMsMax = 60_000;
/** Identity logs are short, and vaults look at those they rely on anyway. */
const quickUsersMsMax = 15_000;

export const checkRelay = async (
  deps: CheckDeps,
  options: CheckOptions,
): Promise<Result<Checked, UpkeepError>> => {
  const report = createReport();
  try {
    return await readSnapshot(deps.sql, ({ tx }) => checkAll(deps, options, tx, report));
  } catch (cause) {
    const error = databaseErrorOf(cause);
    if (error?.type !== "DatabaseDamaged") throw cause;
    // The transaction is over with it: what was found so far is what can be said.
    report.find({ type: "PostgresUnreadable", what: error.code });
    return ok(checkedOf(report, options, { userCount: 0, vaultCount: 0 }));
  }
};

const checkAll = async (
  deps: CheckDeps,
  options: CheckOptions,
  tx: Transaction,
  report: Report,
): Promise<Result<Checked, UpkeepError>> => {
  const refused = await refuseTables(tx, deps.migrationsFolder);
  if (refused !== undefined) return err(refused);
  const [relay] = await tx<{ relay_key: Uint8Array }[]>`select relay_key from relay`;
  if (relay === undefined) return err({ type: "NoRelayHere" });
  if (deps.relayKey !== undefined && !bytesAreEqual(plainBytes(relay.relay_key), deps.relayKey))
    report.find({ type: "RelayKeyDiffers" });
  const [totals] = await tx<Totals[]>`
    select (select count(*) from accounts) as user_count, (select count(*) from vaults) as vault_count`;
  const { depth } = options;
  const { randomBytes } = deps;
  const identities = createIdentities(tx);
  const tick = createTick(deps, report);
  const context: CheckContext = { tx, depth, report, identities, randomBytes, tick };
  await walk(deps, context);
  if (depth === "full") await checkStrays(context);
  const { user_count: userCount = 0, vault_count: vaultCount = 0 } = totals ?? {};
  return ok(checkedOf(report, options, { userCount, vaultCount }));
};

interface Totals {
  readonly user_count: number;
  readonly vault_count: number;
}

/** A quick look begins anywhere, so that many of them see everything. */
const walk = async ({ nowMs, randomBytes }: CheckDeps, context: CheckContext): Promise<void> => {
  const isQuick = context.depth === "quick";
  const beganAtMs = nowMs();
  const isOver = (msMax: number): boolean => isQuick && nowMs() - beganAtMs > msMax;
  const someUser = isQuick ? userIds.fromBytes(randomBytes(userIds.byteLength)) : undefined;
  for await (const user of inPages<UserId>(someUser, (ask) => readUsers(context, ask))) {
    if (isOver(quickUsersMsMax)) break;
    context.tick();
    await checkUser(context, user);
  }
  const someVault = isQuick ? vaultIds.fromBytes(randomBytes(vaultIds.byteLength)) : undefined;
  for await (const vault of inPages<VaultId>(someVault, (ask) => readVaults(context, ask))) {
    if (isOver(quickMsMax)) break;
    context.tick();
    await checkVault(context, vault);
  }
};

const createTick = ({ tell, nowMs, signal }: CheckDeps, report: Report): (() => void) => {
  const progress = createProgress(tell, nowMs);
  return () => {
    stopIfAsked(signal);
    progress.tick(() => {
      const { users, vaults, envelopes } = report.counts();
      const found = [...report.countByType().values()].reduce((sum, count) => sum + count, 0);
      return (
        `Looked at ${sayCount(users, "user")}, ${sayCount(vaults, "vault")}, ` +
        `${sayCount(envelopes, "envelope")}; found ${found === 0 ? "nothing" : found} so far.`
      );
    });
  };
};

const checkedOf = (
  report: Report,
  { depth }: CheckOptions,
  totals: Pick<Checked, "userCount" | "vaultCount">,
): Checked => {
  const countByType = report.countByType();
  return {
    ...totals,
    depth,
    counts: report.counts(),
    findings: report.findings(),
    findingCount: [...countByType.values()].reduce((sum, count) => sum + count, 0),
    countByType,
  };
};
