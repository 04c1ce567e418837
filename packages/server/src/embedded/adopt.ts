import { err, ok, type Result } from "@duro/crypto/types";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { attach, type Attached, type AttachError } from "./attach.ts";
import { lingerMsMax, lingerPollMs } from "./folderLock.ts";
import type { Ground } from "./ground.ts";
import { socketPathIn } from "./places.ts";
import { disownPidFile, isAnswering, isPostmaster, readPidFile } from "./postmaster.ts";
import { optionsFileText, serverArguments } from "./settings.ts";
import { stopPostmaster } from "./stopPostmaster.ts";
import { errorCode } from "./systemError.ts";

/** Finds the server that a relay left when it was killed, and goes on with it. */

/** A newer relay wants its own program and settings, not those that still happen to run. */
const isAsWeWouldStartIt = async (
  { places, binaries }: Ground,
  { session }: Attached,
): Promise<boolean> => {
  if (session.serverVersion !== binaries.version) return false;
  try {
    const options = await readFile(`${places.data}/postmaster.opts`, "utf8");
    return options === optionsFileText(binaries.postgres, serverArguments(places));
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return false;
    throw cause;
  }
};

/**
 * A process that was killed loses its command line first and its sockets last, so one that still
 * answers may be on its way out here and run nowhere else.
 */
const isElsewhere = async (socketPath: string): Promise<boolean> => {
  const giveUpAt = performance.now() + lingerMsMax;
  while (await isAnswering(socketPath)) {
    if (performance.now() >= giveUpAt) return true;
    await sleep(lingerPollMs);
  }
  return false;
};

/** Undefined when nothing runs any more, and a server may be started. */
export const adopt = async (
  ground: Ground,
  password: string,
): Promise<Result<Attached | undefined, AttachError>> => {
  const { places, log } = ground;
  const file = await readPidFile(places.data);
  if (file === undefined) return ok(undefined);
  if (!(await isPostmaster(file))) {
    if (await isElsewhere(socketPathIn(file.socketFolder)))
      return err({ type: "DataFolderBusy", folder: places.folder });
    await disownPidFile(places.data);
    return ok(undefined);
  }
  const attached = await attach({
    ground,
    pid: file.pid,
    password,
    isGone: async () => !(await isPostmaster(file)),
  });
  if (!attached.ok || attached.value === undefined) return attached;
  if (await isAsWeWouldStartIt(ground, attached.value)) return attached;
  log(`Postgres in ${places.folder} still ran as an older relay had set it: it is restarted.`);
  await stopPostmaster(file, log);
  await attached.value.session.end();
  return ok(undefined);
};
