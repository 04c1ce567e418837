/** What the flows of the client take, from what the daemon has. */
import { type Clock, systemRandomBytes } from "@duro/client";
import { err, type Result } from "@duro/crypto/types";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import type { Daemon } from "../daemon.ts";

const clockOf = ({ nowMs, after }: Daemon): Clock => ({
  nowMs: () => nowMs(),
  after: (delayMs, work) => after(delayMs, work),
});

export const flowDeps = (daemon: Daemon, relayUrl: string) => ({
  store: daemon.store,
  transport: daemon.transport,
  clock: clockOf(daemon),
  randomBytes: systemRandomBytes,
  relayUrl,
  program: `duro ${daemon.version}`,
});

/** By their stores: a daemon has one. */
const atWork = new WeakSet<Daemon["store"]>();

/** Two of these at once would make two identities, or two sheets. */
export const alone = async <T>(
  { store }: Daemon,
  work: () => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> => {
  if (atWork.has(store)) return err(busy);
  atWork.add(store);
  try {
    return await work();
  } finally {
    atWork.delete(store);
  }
};

const busy: Problem = {
  code: "SetupBusy",
  exit: Exit.Busy,
  message: "Another command is setting up this machine, or changes its keys, at this moment.",
  next: "wait for it, or end it, and run this again",
};
