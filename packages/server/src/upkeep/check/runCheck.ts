/** `duro-relay check`: whether what is stored still is what was signed. */
import { ok } from "@duro/crypto/types";
import { Exit } from "../../exits.ts";
import type { Ended, Outcome } from "../outcome.ts";
import { runUpkeep } from "../runUpkeep.ts";
import { type CheckDeps, type Checked, checkRelay } from "./checkRelay.ts";
import { findingLines, findingsJson } from "./sayFindings.ts";

export interface CheckCommand {
  readonly isFull: boolean;
}

export const runCheck = ({ isFull }: CheckCommand, deps: CheckDeps): Ended =>
  runUpkeep(async () => {
    const checked = await checkRelay(deps, { depth: isFull ? "full" : "quick" });
    return checked.ok ? ok(outcomeOf(checked.value)) : checked;
  });

const outcomeOf = (checked: Checked): Outcome => {
  const { findingCount, counts, depth, userCount, vaultCount } = checked;
  const isClean = findingCount === 0;
  return {
    lines: findingLines(checked),
    notes: isClean
      ? []
      : ["Which ones: the same command with --json. What to do: docs/operating.md, Checking."],
    json: {
      clean: isClean,
      depth,
      users: userCount,
      vaults: vaultCount,
      looked: { ...counts },
      findingCount,
      findings: findingsJson(checked),
    },
    exit: isClean ? Exit.Done : Exit.IntegrityFailure,
  };
};
