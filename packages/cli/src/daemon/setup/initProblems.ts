/** Why a first run ends before anything was made, or without what was wished for. */
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";

export const whereTo: Problem = {
  code: "ServerMissing",
  exit: Exit.Usage,
  message:
    "It was not said where the memory is to be kept in step, or that it stays on this machine.",
  next: "duro init --server URL, or duro init --local-only",
};

export const sheetTaken: Problem = {
  code: "RecoveryFileExists",
  exit: Exit.Usage,
  message:
    "The file for the recovery words is there already, and nothing is written over a file. Nothing was made.",
  next: "name a file that does not exist: --recovery-out FILE",
};

export const wordsNotKept: Problem = {
  code: "WordsNotKept",
  exit: Exit.Usage,
  message:
    "Nothing was set up: the recovery words count only once somebody has them. Those that were shown are void.",
  next: "duro init, with a pen at hand, or with --recovery-out FILE",
};

export const alreadyLinked = (server: string): Problem => ({
  code: "AlreadyLinked",
  exit: Exit.Usage,
  message: `This memory is kept in step with ${server}, so it does not stay on this machine only.`,
  next: "duro pause stops that for as long as you like",
});

/** Known before anything was made. */
export const relayClosed = (url: string): Problem => ({
  code: "RegistrationClosed",
  exit: Exit.RelayRefused,
  message: `The relay at ${url} takes nobody new. Nothing was changed on this machine.`,
  next: "use another relay: duro init --server URL; or begin without one: duro init --local-only",
});
