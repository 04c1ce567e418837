/** What a service is made of, from where everything lies and what the shell knows. */
import { createHash } from "node:crypto";
import { posix, win32 } from "node:path";
import type { Places } from "../places/places.ts";
import type { ServicePlan } from "./service.ts";
import {
  failureFileName,
  posixStartScript,
  variablesFileName,
  windowsStartScript,
} from "./startScript.ts";
import { batchVariables, shellVariables, variablesOf } from "./variables.ts";

export interface PlanInput {
  readonly platform: string;
  readonly places: Pick<Places, "home" | "dataFolder">;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the program is now. */
  readonly program: string;
}

/** Of a hash: two folders of one person do not meet. */
const markLength = 8;
const secretMode = 0o600;
const scriptMode = 0o700;

/** Somebody with several folders has a service for each. */
const serviceNameOf = (home: string | undefined): string =>
  home === undefined
    ? "duro"
    : `duro-${createHash("sha256").update(home).digest("hex").slice(0, markLength)}`;

export const planService = ({ platform, places, env, program }: PlanInput): ServicePlan => {
  const isWindows = platform === "win32";
  const paths = isWindows ? win32 : posix;
  const folder = paths.join(places.dataFolder, "service");
  const variables = variablesOf(env, places.home);
  return {
    name: serviceNameOf(places.home),
    folder,
    script: {
      path: paths.join(folder, isWindows ? "start.cmd" : "start"),
      text: isWindows ? windowsStartScript : posixStartScript,
      mode: scriptMode,
    },
    variables: {
      path: paths.join(folder, isWindows ? variablesFileName.windows : variablesFileName.posix),
      text: isWindows ? batchVariables(program, variables) : shellVariables(program, variables),
      // A proxy's address may hold a password.
      mode: secretMode,
    },
    failureFile: paths.join(folder, failureFileName),
    memoryFile: paths.join(folder, "installed.json"),
  };
};
