import { setTimeout as sleep } from "node:timers/promises";
import { isPostmaster, type PidFile } from "./postmaster.ts";
import { errorCode } from "./systemError.ts";

/** Fast shutdown writes out what is in memory; a slow disk may take its time, but not for ever. */
const fastMsMax = 20_000;
/** Postgres kills its own backends after five seconds of this one. */
const immediateMsMax = 8_000;
const pollMs = 15;

type Postmaster = Pick<PidFile, "pid" | "data">;

const waitUntilGone = async (postmaster: Postmaster, msMax: number): Promise<boolean> => {
  const giveUpAt = performance.now() + msMax;
  while (await isPostmaster(postmaster)) {
    if (performance.now() >= giveUpAt) return false;
    await sleep(pollMs);
  }
  return true;
};

/** Not sent to a process that has only inherited the number. */
const signal = async (postmaster: Postmaster, name: "SIGINT" | "SIGQUIT"): Promise<void> => {
  if (!(await isPostmaster(postmaster))) return;
  try {
    process.kill(postmaster.pid, name);
  } catch (cause) {
    if (errorCode(cause) !== "ESRCH") throw cause;
  }
};

/** SIGINT is Postgres's fast shutdown, SIGQUIT the immediate one, after which it recovers. False: it stayed. */
export const stopPostmaster = async (
  postmaster: Postmaster,
  log: (line: string) => void,
): Promise<boolean> => {
  await signal(postmaster, "SIGINT");
  if (await waitUntilGone(postmaster, fastMsMax)) return true;
  log(
    `Postgres (process ${postmaster.pid}) did not end in ${fastMsMax / 1_000} s: told to end at once.`,
  );
  await signal(postmaster, "SIGQUIT");
  if (await waitUntilGone(postmaster, immediateMsMax)) return true;
  log(
    `Postgres (process ${postmaster.pid}) still runs and was left alone; the next start adopts it.`,
  );
  return false;
};
