/**
 * Many entries that another device forgot at once: whoever looks at this one should know, while they can
 * still come back. Worked out from the index alone, so it is the same after a restart, and ends with the
 * undo, a purge, or the seven days.
 */
import { undoMs } from "@duro/memory";
import type { AlarmJson } from "../../api/syncCalls.ts";
import type { Home } from "../daemon.ts";
import { entryCountOf } from "../entryCount.ts";
import type { ForgottenRow } from "../index/searchIndex.ts";
import { isMass } from "./massDeletion.ts";

/** One command, or a program that goes on deleting: with less between them they are one. */
const pauseMs = 10 * 60_000;

export interface Burst {
  readonly device: string;
  readonly fromMs: number;
  readonly count: number;
}

/** `rows`: oldest first. `visibleCount`: how many are left. */
export const massDeletionsIn = (
  rows: readonly ForgottenRow[],
  { visibleCount, ownDevice }: { readonly visibleCount: number; readonly ownDevice: string },
): readonly Burst[] => {
  const bursts: { device: string; fromMs: number; untilMs: number; count: number }[] = [];
  const last = new Map<string, (typeof bursts)[number]>();
  for (const { device, atMs } of rows) {
    if (device === ownDevice) continue;
    const burst = last.get(device);
    if (burst !== undefined && atMs - burst.untilMs <= pauseMs) {
      burst.count += 1;
      burst.untilMs = atMs;
    } else {
      const begun = { device, fromMs: atMs, untilMs: atMs, count: 1 };
      last.set(device, begun);
      bursts.push(begun);
    }
  }
  return bursts
    .filter(({ count }) => isMass({ count, visibleCount: visibleCount + count }))
    .map(({ device, fromMs, count }) => ({ device, fromMs, count }));
};

export const massDeletionNotices = (
  home: Pick<Home, "index" | "memory" | "nameOf">,
): readonly AlarmJson[] => {
  const { index, memory } = home;
  const rows = index.forgottenSince(memory.nowMs() - undoMs);
  if (rows.length === 0) return [];
  const visibleCount = entryCountOf(home);
  const bursts = massDeletionsIn(rows, { visibleCount, ownDevice: memory.device });
  return bursts.map(({ device, fromMs, count }): AlarmJson => {
    const since = new Date(fromMs).toISOString();
    const until = new Date(fromMs + undoMs).toISOString();
    const which = `--device ${device} --since ${since}`;
    return {
      code: "mass-deletion",
      message: `${home.nameOf(device)} forgot ${count} of ${visibleCount + count} entries at once. They can come back until ${until}.`,
      next: `duro forget --undo ${which}; if all of it was meant: duro forget --purge ${which}`,
      severity: "alert",
      since,
    };
  });
};
