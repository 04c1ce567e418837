/** What is done with the relay's help waits for the connection first; a daemon may just have started. */
import { err, ok, type Result } from "@duro/crypto/types";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import type { Daemon, Home } from "../daemon.ts";
import { deviceRemoved } from "../sync/removed.ts";
import { endedProblem } from "./relayProblems.ts";

/** A dial, a handshake and a login, on a bad line. */
const connectMsMax = 10_000;

/** The relay's address, once this machine is logged in there. */
export const connected = async (daemon: Daemon, home: Home): Promise<Result<string, Problem>> => {
  const { server, pausedUntil } = daemon.settings.now;
  // By the log, for good. What the relay said once it may take back when it is asked again.
  if (home.engine.isRemoved) return err(deviceRemoved);
  if (server === undefined) return err(noRelay);
  if (pausedUntil !== undefined) return err(paused);
  home.engine.connect();
  await untilSo(daemon, home, connectMsMax, ({ link }) => link === "ready" || link === "stopped");
  const { link, ended } = home.engine.status;
  if (link === "ready") return ok(server);
  return err(home.isRemoved ? deviceRemoved : endedProblem(server, ended));
};

/** Looks at each change, and gives up in the end. */
export const untilSo = (
  { after }: Pick<Daemon, "after">,
  { engine }: Pick<Home, "engine">,
  msMax: number,
  isSo: (status: Home["engine"]["status"]) => boolean,
): Promise<boolean> =>
  new Promise((resolve) => {
    const settle = (): void => {
      giveUp();
      stop();
      resolve(isSo(engine.status));
    };
    const giveUp = after(msMax, settle);
    const stop = engine.onChange(() => {
      if (isSo(engine.status)) settle();
    });
    if (isSo(engine.status)) settle();
  });

const noRelay: Problem = {
  code: "NoRelay",
  exit: Exit.Usage,
  message: "This memory stays on this machine: no relay is known, and other devices meet at one.",
  next: "duro init --server URL",
};

const paused: Problem = {
  code: "Paused",
  exit: Exit.Offline,
  message: "Sync is paused on this machine, and this needs the relay.",
  next: "duro resume, and run this again",
};
