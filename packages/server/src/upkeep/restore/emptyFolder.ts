/**
 * Whether a folder may take a relay that is restored. Asked before Postgres is started there, which
 * would make its own files beside whatever somebody keeps in it.
 */
import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { makingPrefix, placesIn } from "../../embedded/places.ts";
import { errorCode } from "../../embedded/systemError.ts";
import type { Failure } from "../../exits.ts";
import type { StorePlace } from "../../program/command.ts";
import { fileErrorOf } from "../runUpkeep.ts";
import { failureOf } from "../upkeepError.ts";

/** Undefined: it may. A database of the operator's own is asked later. */
export const refuseFolder = async ({
  database,
  dataFolder,
  keyFile,
}: StorePlace): Promise<Failure | undefined> => {
  if (database.kind === "url") return undefined;
  try {
    const names = await readdir(dataFolder);
    const known = [keyFile, ...Object.values(placesIn(dataFolder))];
    const ours = new Set(
      known.filter((path) => dirname(path) === dataFolder).map((path) => basename(path)),
    );
    // What Postgres holds is looked at when it runs.
    return names.every((name) => ours.has(name) || name.startsWith(makingPrefix))
      ? undefined
      : failureOf({ type: "PlaceNotEmpty", place: dataFolder });
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined;
    const error = fileErrorOf(cause, dataFolder);
    if (error === undefined) throw cause;
    return failureOf(error);
  }
};
