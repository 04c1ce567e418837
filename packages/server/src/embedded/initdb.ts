import { err, ok, type Result } from "@duro/crypto/types";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { EmbeddedError } from "./embeddedError.ts";
import { syncFolder } from "./folder.ts";
import type { Ground } from "./ground.ts";
import { runToEnd } from "./helperProgram.ts";
import { giveFolder } from "./ownership.ts";
import { makingPrefix } from "./places.ts";
import { databaseUser } from "./session.ts";
import { saysDiskFull } from "./systemError.ts";
import { isRoot, type Way } from "./ways.ts";

/**
 * Makes the cluster: the data and the password that opens it, in a folder that is renamed into place
 * when both are on disk. Whoever is killed before the rename leaves nothing that counts.
 */

type InitdbError = Extract<EmbeddedError, { readonly type: "InitdbFailed" | "DiskFull" }>;

/** Takes under a second here; a slow card in a small machine may need a good part of a minute. */
const initdbMsMax = 120_000;

/** As strong as the hash that Postgres makes of it. */
const passwordByteLength = 32;

/** An initdb whose relay was killed may write for a moment more while its folder is removed. */
const removeRetryCountMax = 5;

export const removeLeftovers = async ({ places, log }: Ground): Promise<void> => {
  const names = await readdir(places.folder);
  for (const name of names.filter((each) => each.startsWith(makingPrefix))) {
    await rm(join(places.folder, name), {
      recursive: true,
      force: true,
      maxRetries: removeRetryCountMax,
    });
    log(`Removed ${name}, which an interrupted first start had left in ${places.folder}.`);
  }
};

const writePassword = async (path: string): Promise<void> => {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(`${randomBytes(passwordByteLength).toString("hex")}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const initdbArguments = (data: string, passwordFile: string): readonly string[] => [
  `--pgdata=${data}`,
  `--username=${databaseUser}`,
  `--pwfile=${passwordFile}`,
  "--auth-local=scram-sha-256",
  "--auth-host=reject",
  "--data-checksums",
  "--encoding=UTF8",
  // Order by bytes: no index depends on a library of the system that changes with an upgrade.
  "--locale=C",
  "--text-search-config=simple",
  "--no-instructions",
];

export const makeCluster = async (
  { places, binaries, env, own }: Ground,
  way: Way,
): Promise<Result<void, InitdbError>> => {
  const making = await mkdtemp(join(places.folder, makingPrefix));
  const data = join(making, "data");
  const password = join(making, "password");
  try {
    await writePassword(password);
    await mkdir(data, { mode: 0o700 });
    if (isRoot(own)) {
      giveFolder(making, way.folderOwner);
      giveFolder(password, way.folderOwner);
      giveFolder(data, way.dataOwner);
    }
    const made = await runToEnd({
      ...way.wrap({ command: binaries.initdb, args: initdbArguments(data, password) }),
      env,
      spawnAs: way.spawnAs,
      timeoutMs: initdbMsMax,
    });
    if (!made.succeeded) {
      return saysDiskFull(made.lines)
        ? err({ type: "DiskFull", path: places.folder })
        : err({ type: "InitdbFailed", lines: made.lines });
    }
    await syncFolder(making);
    await rename(making, places.cluster);
    await syncFolder(places.folder);
    return ok(undefined);
  } finally {
    // After the rename there is nothing of this name any more.
    await rm(making, { recursive: true, force: true, maxRetries: removeRetryCountMax });
  }
};
