/** What must be so when a newcomer says how its pairing ended. */
import type { Result } from "@duro/crypto/types";
import type { JoinError } from "../../packages/client/src/index.ts";
import type { DiskImage } from "./diskTables.ts";
import type { Machine } from "./machine.ts";
import type { Meddler } from "./meddling.ts";
import { checkMovedIn, checkUntouched, type MustKnow } from "./movedIn.ts";
import type { Mistake } from "./pairingPeople.ts";
import type { Resident } from "./people.ts";
import type { RareStates } from "./rareStates.ts";

export type Joined = Result<unknown, JoinError>;

export interface Attempted {
  readonly resident: Resident;
  readonly mistake: Mistake | undefined;
  readonly meddler: Meddler | undefined;
  readonly wasMeddledWith: boolean;
  readonly approver: Machine | undefined;
  readonly mustKnow: MustKnow | undefined;
  readonly stoodInLog: boolean;
}

export interface JudgeDeps {
  readonly rare: RareStates;
  readonly fault: (sentence: string) => void;
  /** Of the newcomer's disk. */
  readonly image: DiskImage;
}

/** How a pairing ends that somebody meddled with. */
const endsOfMeddling: ReadonlySet<JoinError["type"]> = new Set([
  "MailboxOver",
  "PairingBroken",
  "PairingRefused",
  "Malformed",
]);

export const judgeJoin = (deps: JudgeDeps, attempted: Attempted, joined: Joined): void =>
  joined.ok ? judgeIn(deps, attempted) : judgeOut(deps, attempted, joined.error);

const judgeIn = (
  { rare, fault, image }: JudgeDeps,
  { resident, mistake, meddler, wasMeddledWith, mustKnow, stoodInLog }: Attempted,
): void => {
  const { machine } = resident;
  if (mistake !== undefined) fault(`${machine} joins by a person's mistake: ${mistake}`);
  // A log that grew meanwhile may be shown shorter than it is, and long enough.
  if (wasMeddledWith && meddler?.how !== "older")
    fault(`${machine} joins though somebody did this: ${meddler?.how}`);
  if (mustKnow === undefined) fault(`${machine} joins, and nobody let it in`);
  else for (const what of checkMovedIn(image, mustKnow)) fault(`${machine} joined, and ${what}`);
  rare.reached(
    stoodInLog
      ? "a newcomer that stands in the log already joins at another try"
      : "a newcomer joins by pairing",
  );
};

const judgeOut = (
  { rare, fault, image }: JudgeDeps,
  { resident, mistake, meddler, wasMeddledWith, approver }: Attempted,
  error: JoinError,
): void => {
  const { machine } = resident;
  for (const what of checkUntouched(image)) fault(`${machine} did not join, and has ${what}`);
  if (mistake !== undefined && approver !== undefined)
    rare.reached("a person errs, and nobody is let in");
  if (!wasMeddledWith) return;
  if (meddler?.how === "older") {
    if (error.type === "LogsWithheld")
      rare.reached("a newcomer is shown an older log, and does not move in");
    return;
  }
  rare.reached("somebody meddles with a pairing, and nobody joins");
  if (!endsOfMeddling.has(error.type)) fault(`${machine} was meddled with, and says ${error.type}`);
};
