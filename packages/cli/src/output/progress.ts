/** How far something is: a bar that is drawn over itself on a terminal, elsewhere a line now and then. */
import type { Progress } from "./output.ts";
import { oneLine } from "./plainText.ts";
import { cutTo } from "./table.ts";

export interface ProgressDeps {
  readonly isShown: boolean;
  readonly isTerminal: boolean;
  readonly columns: number;
  write(text: string): void;
  readonly nowMs: () => number;
}

/** Faster is not seen, and slows what is measured. */
const drawIntervalMs = 100;
/** Seldom enough for the log of a job. */
const lineIntervalMs = 5_000;
const barWidth = 24;
const clearLine = "\r\u001B[2K";

export const createProgress = (what: string, deps: ProgressDeps): Progress => {
  if (!deps.isShown) return { update: () => {}, done: () => {} };
  const name = oneLine(what);
  const intervalMs = deps.isTerminal ? drawIntervalMs : lineIntervalMs;
  let writtenAtMs = deps.isTerminal ? Number.NEGATIVE_INFINITY : deps.nowMs();
  let isDrawn = false;
  const draw = (doneCount: number, totalCount: number | undefined): void => {
    const text = `${name}  ${stateText(doneCount, totalCount, deps.isTerminal)}`;
    if (deps.isTerminal) deps.write(`${clearLine}${cutTo(text, deps.columns - 1)}`);
    else deps.write(`${text}\n`);
    isDrawn = true;
  };
  return {
    update: (doneCount, totalCount) => {
      if (deps.nowMs() - writtenAtMs < intervalMs) return;
      writtenAtMs = deps.nowMs();
      draw(doneCount, totalCount);
    },
    done: () => {
      if (isDrawn && deps.isTerminal) deps.write(clearLine);
      isDrawn = false;
    },
  };
};

const stateText = (doneCount: number, totalCount: number | undefined, hasBar: boolean): string => {
  if (totalCount === undefined || totalCount <= 0) return `${doneCount}`;
  const part = Math.min(1, Math.max(0, doneCount / totalCount));
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  const filled = Math.round(part * barWidth);
  const bar = hasBar ? `${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ` : "";
  return `${bar}${percent}  ${doneCount}/${totalCount}`;
};
