/** What a round of tidying did, in the program's counters. */
import type { TidyingReport } from "../tidy/runTidying.ts";
import type { Metrics } from "./metrics.ts";

export const countTidying = (
  { trashed, restored, pruned }: Pick<Metrics, "trashed" | "restored" | "pruned">,
  report: TidyingReport,
): void => {
  trashed.inc(report.trashedCount);
  restored.inc(report.restoredCount);
  pruned.inc({ what: "body" }, report.removedCount);
  pruned.inc({ what: "blob" }, report.removedBlobCount);
  pruned.inc({ what: "account" }, report.removedAccountCount);
};
