/** When the daemon ends: it was told to, its socket is gone, or nobody lives here and nobody asks. */
import { statSync } from "node:fs";
import type { Clock } from "@duro/client";

export interface UntilStopped {
  readonly signal: AbortSignal;
  readonly socket: string;
  readonly clock: Clock;
  /** Nobody would miss it. */
  readonly isIdle: () => boolean;
}

const lookMs = 15_000;
/** Whoever installs takes some minutes over the first command and the next. */
const idleMsMax = 300_000;

export const untilStopped = ({ signal, socket, clock, isIdle }: UntilStopped): Promise<string> =>
  new Promise((resolve) => {
    const inode = inodeOf(socket);
    let idleSinceMs = clock.nowMs();
    const look = (): void => {
      endLooking = clock.after(lookMs, look);
      if (!isIdle()) idleSinceMs = clock.nowMs();
      // Somebody removed the folder, or another daemon took its place: nobody can ask this one again.
      if (inodeOf(socket) !== inode) settle("its socket is gone");
      else if (clock.nowMs() - idleSinceMs > idleMsMax) settle("nobody lives here");
    };
    let endLooking = clock.after(lookMs, look);
    const settle = (why: string): void => {
      endLooking();
      resolve(why);
    };
    signal.addEventListener("abort", () => settle("asked to"));
    if (signal.aborted) settle("asked to");
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.once(name, () => settle(name));
  });

const inodeOf = (socket: string): number | undefined => {
  if (process.platform === "win32") return undefined;
  try {
    return statSync(socket).ino;
  } catch {
    return undefined;
  }
};
