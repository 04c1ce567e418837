/** A record that breaks one rule, and where it would stand. */
import type { LogRecord } from "../../../packages/crypto/src/logs/record.ts";
import type { RuleName } from "../../../packages/crypto/src/logs/violation.ts";
import type { Team } from "../../../packages/crypto/src/testing/team.ts";
import type { VaultLogInput } from "../run/vaultLog.ts";
import { inputOf, recordHex } from "./vaultWorld.ts";

export interface Violation {
  readonly name: string;
  readonly why: string;
  readonly input: VaultLogInput;
}

export type VaultRule = Extract<RuleName, `VL${number} ${string}`>;

export const breaking = (
  team: Pick<Team, "vault">,
  name: string,
  why: string,
  record: LogRecord,
): Violation => ({ name, why, input: inputOf(team, record) });

/** Where no log is yet. */
export const breakingFirst = (name: string, why: string, record: LogRecord): Violation => ({
  name,
  why,
  input: { base: "vault", take: 0, record: recordHex(record) },
});
