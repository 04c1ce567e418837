/** One command of many: wants a daemon in the folder that it is given, and says which it found. */
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { findPlaces } from "../../places/findPlaces.ts";
import { createApi } from "../apiClient.ts";
import { createStarter } from "../startDaemon.ts";

const machine = {
  platform: process.platform,
  env: process.env,
  homeFolder: undefined,
  userId: process.getuid?.(),
  workingFolder: process.cwd(),
  realPath: (path: string) => realpathSync(path),
  isFolder: () => false,
  hash: (text: string) => text,
};
const program = {
  version: "1.0.0",
  nodePath: process.execPath,
  mainFile: join(import.meta.dirname, "fakeDaemon.ts"),
};

const places = findPlaces(machine, process.argv[2]);
if (places === undefined) throw new Error("a folder was named, so there are places");
const nowMs = () => performance.now();
const starter = createStarter({ places, program, machine, nowMs });
const api = createApi({
  socket: places.socket,
  version: program.version,
  starter: () => Promise.resolve(starter),
  socketProblem: () => undefined,
});
const answer = await api.call("ping", {});
process.stdout.write(
  answer.ok ? `${JSON.stringify(answer.value)}\n` : `${JSON.stringify(answer.error)}\n`,
);
process.exitCode = answer.ok ? 0 : answer.error.exit;
