/** The keys of this device, for what it signs. */
import { deviceFromSeed } from "@duro/client";
import { err, ok, type Result } from "@duro/crypto/types";
import type { Problem } from "../../problem.ts";
import type { Daemon } from "../daemon.ts";
import { seedGone, seedProblem } from "./keyProblems.ts";

export const deviceHere = async ({
  keyStore,
}: Pick<Daemon, "keyStore">): Promise<Result<ReturnType<typeof deviceFromSeed>, Problem>> => {
  const seed = await keyStore.load();
  if (!seed.ok) return err(seedProblem(seed.error));
  return seed.value === undefined ? err(seedGone) : ok(deviceFromSeed(seed.value));
};
