/** What a relay needs before its database: a free port, the files that were named, its folder. */
import { err, ok, type Result } from "@duro/crypto/types";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "../embedded/systemError.ts";
import { Exit, type Failure } from "../exits.ts";
import type { ServeConfig } from "./command.ts";
import { prepareFolder } from "./folder.ts";
import { checkPort } from "./listen.ts";
import { findViewer } from "./viewerFolder.ts";

interface Ground {
  readonly metricsToken: string | undefined;
  readonly viewerFolder: string | undefined;
}

/** What needs no database, and is wrong more often. */
export const prepareGround = async (
  config: ServeConfig,
  warn: (sentence: string) => void,
): Promise<Result<Ground, Failure>> => {
  const { store, port } = config;
  if (port !== 0) {
    const free = await checkPort(config);
    if (!free.ok) return free;
  }
  const metricsToken = await readMetricsToken(config.metricsTokenFile);
  if (!metricsToken.ok) return metricsToken;
  const viewerFolder = await findViewer(config.viewerFolder);
  if (!viewerFolder.ok) return viewerFolder;
  const keyFolder = dirname(store.keyFile);
  const folders = store.database.kind === "embedded" ? [store.dataFolder, keyFolder] : [keyFolder];
  for (const folder of new Set(folders)) {
    const prepared = await prepareFolder(folder);
    if (!prepared.ok) return prepared;
    for (const warning of prepared.value) warn(warning);
  }
  return ok({ metricsToken: metricsToken.value, viewerFolder: viewerFolder.value });
};

const tokenLengthMin = 16;

const readMetricsToken = async (
  path: string | undefined,
): Promise<Result<string | undefined, Failure>> => {
  if (path === undefined) return ok(undefined);
  const text = await readFile(path, "utf8").catch((cause: unknown) => errorCode(cause) ?? "");
  const token = text.trim();
  return token.length >= tokenLengthMin && /^[\x21-\x7e]+$/u.test(token)
    ? ok(token)
    : err({
        code: "MetricsTokenUnusable",
        exit: Exit.Usage,
        message: `${path}, of --metrics-token-file, holds no token of at least ${tokenLengthMin} signs.`,
        next: "write a random one into it, readable to the relay",
      });
};
