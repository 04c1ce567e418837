/**
 * The database of a relay, for a command that works beside it: the operator's, that of a relay which
 * runs just now, or its own Postgres, started for as long as the command takes.
 */
import { err, ok, type Result } from "@duro/crypto/types";
import { readFile, realpath, stat } from "node:fs/promises";
import { placesIn, socketPathIn } from "../embedded/places.ts";
import { isPostmaster, readPidFile } from "../embedded/postmaster.ts";
import { databaseName, databaseUser } from "../embedded/session.ts";
import { errorCode } from "../embedded/systemError.ts";
import { Exit, type Failure } from "../exits.ts";
import type { Logger } from "../logger.ts";
import type { PostgresAddress } from "../postgres/sql.ts";
import type { StorePlace } from "./command.ts";
import { diskFailure } from "./folder.ts";
import { startDatabase } from "./openDatabase.ts";

export interface OpenedStore {
  readonly address: PostgresAddress;
  /** What was done, for the operator. */
  readonly sentence: string;
  /** Leaves a relay that was running as it was. */
  readonly close: () => Promise<void>;
}

export interface OpenStoreOptions {
  /** A place where nothing was before is made; otherwise a name that was mistyped is told. */
  readonly mayBegin: boolean;
}

export const openStore = async (
  place: StorePlace,
  log: Logger,
  { mayBegin }: OpenStoreOptions,
): Promise<Result<OpenedStore, Failure>> => {
  if (place.database.kind === "embedded") {
    const found = await lookAt(place.dataFolder);
    if (!found.ok) return found;
    if (found.value.kind === "running")
      return ok({
        address: found.value.address,
        sentence: `The relay in ${place.dataFolder} is running, and goes on meanwhile.`,
        close: async () => {},
      });
    if (found.value.kind === "absent" && !mayBegin) return err(notSetUp(place));
  }
  const started = await startDatabase(place, log);
  if (!started.ok) return started;
  const { address, sentence, stop } = started.value;
  return ok({ address, sentence, close: stop });
};

type Found =
  | { readonly kind: "absent" | "stopped" }
  | { readonly kind: "running"; readonly address: PostgresAddress };

/** Starts and locks nothing. What ends between this look and its use is told by its use. */
const lookAt = async (dataFolder: string): Promise<Result<Found, Failure>> => {
  try {
    const places = placesIn(await realpath(dataFolder));
    await stat(places.cluster);
    const file = await readPidFile(places.data);
    if (file?.status !== "ready" || !(await isPostmaster(file))) return ok({ kind: "stopped" });
    const password = (await readFile(places.password, "utf8")).trim();
    const path = socketPathIn(file.socketFolder);
    return ok({
      kind: "running",
      address: { kind: "socket", path, user: databaseUser, password, database: databaseName },
    });
  } catch (cause) {
    return errorCode(cause) === "ENOENT"
      ? ok({ kind: "absent" })
      : err(diskFailure(cause, dataFolder));
  }
};

const notSetUp = ({ dataFolder }: StorePlace): Failure => ({
  code: "NoRelayHere",
  exit: Exit.NotSetUp,
  message: `There is no relay in ${dataFolder}.`,
  next: "see whether --data or DATABASE_URL names the right place; duro-relay begins a new one",
});
