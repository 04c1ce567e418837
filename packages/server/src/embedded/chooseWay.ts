import { err, ok, type Result } from "@duro/crypto/types";
import { mkdir, rm } from "node:fs/promises";
import type { EmbeddedError, WayRefused } from "./embeddedError.ts";
import type { Ground } from "./ground.ts";
import { type Finished, runToEnd } from "./helperProgram.ts";
import { giveFolder } from "./ownership.ts";
import { errorCode } from "./systemError.ts";
import { isRoot, type Way } from "./ways.ts";

/** A probe does next to nothing; one that hangs must not hang the start. */
const probeMsMax = 5_000;

/** Whether the way leads into the data's folder, and may write there. */
const enterScript = 'cd "$1" && : > entered && rm entered';

/** Looks for the program's own files and its user's name as a true run does, and writes nothing. */
const showArguments = (folder: string): readonly string[] => ["--show", `--pgdata=${folder}`];

type ChooseError = Extract<EmbeddedError, { readonly type: "RootRefused" | "PostgresUnusable" }>;

const runBy = (way: Way, { env }: Ground, command: string, args: readonly string[]) =>
  runToEnd({
    ...way.wrap({ command, args }),
    env,
    spawnAs: way.spawnAs,
    timeoutMs: probeMsMax,
  });

const reasonOf = ({ lines }: Finished): string => lines.at(-1) ?? "no reason given";

const prepareProbe = async (way: Way, { places, own }: Ground): Promise<void> => {
  if (isRoot(own)) {
    giveFolder(places.folder, way.folderOwner);
    giveFolder(places.libraries, way.folderOwner);
  }
  await mkdir(places.probe, { mode: 0o700 });
  if (isRoot(own)) giveFolder(places.probe, way.dataOwner);
};

/** Undefined where the way is open: Postgres runs by it, and reaches the data. */
const tryWay = async (way: Way, ground: Ground): Promise<string | undefined> => {
  const { places, binaries, own } = ground;
  const { probe } = places;
  await rm(probe, { recursive: true, force: true });
  try {
    await prepareProbe(way, ground);
    const runs = await runBy(way, ground, binaries.initdb, showArguments(probe));
    if (!runs.succeeded) return reasonOf(runs);
    const enters = await runBy(way, ground, "sh", ["-c", enterScript, "sh", probe]);
    return enters.succeeded ? undefined : reasonOf(enters);
  } catch (cause) {
    // A root whose capabilities were taken away can give nothing to another user.
    if (isRoot(own) && errorCode(cause) === "EPERM") return "files cannot be given to that user";
    throw cause;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
};

export const chooseWay = async (ground: Ground): Promise<Result<Way, ChooseError>> => {
  const { places, binaries, own, ways } = ground;
  const reasons: WayRefused[] = [];
  for (const way of ways) {
    const reason = await tryWay(way, ground);
    if (reason === undefined) return ok(way);
    reasons.push({ way: way.name, reason });
  }
  if (isRoot(own)) {
    giveFolder(places.folder, own);
    return err({ type: "RootRefused", reasons });
  }
  const reason = reasons.map((refused) => refused.reason).join("; ");
  return err({ type: "PostgresUnusable", path: binaries.postgres, reason });
};
