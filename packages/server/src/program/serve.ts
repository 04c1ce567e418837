/** The relay, with its core. */
import type { Exit } from "../exits.ts";
import type { ServeConfig } from "./command.ts";
import type { Io } from "./io.ts";
import { serveWith } from "./serveWith.ts";

export const serve = async (config: ServeConfig, io: Io): Promise<Exit> =>
  serveWith(config, io, async () => (await import("../app.ts")).buildApp);
