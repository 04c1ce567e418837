/** Why two machines did not come together, in sentences for the one in front of which somebody sits. */
import type { ApproveError, JoinError } from "@duro/client";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import { deviceRemoved } from "../sync/removed.ts";
import { storeProblem } from "./keyProblems.ts";
import { endedProblem, notTakenProblem, refusalText } from "./relayProblems.ts";

export type Side = "joiner" | "approver";

const again: Readonly<Record<Side, string>> = {
  joiner: "run duro join again, and type the new code on the other machine",
  approver: "run duro join again on the other machine, which then shows a new code",
};

export const pairingProblem = (
  side: Side,
  url: string,
  error: JoinError | ApproveError,
): Problem => {
  const wrong = (message: string, next = again[side]): Problem => ({
    code: error.type,
    exit: Exit.WrongKey,
    message,
    next,
  });
  switch (error.type) {
    case "CodeMalformed":
      return wrong(
        `That is no code of Duro: expected ${error.expected}, got ${error.got}. Nothing was sent, and the right code is still good.`,
        "compare it with the other machine, and type it again",
      );
    case "MailboxRefused":
      return mailboxProblem(side, url, error.refusal);
    case "MailboxOver":
      return overProblem(side, url, error.how);
    case "PairingRefused":
    case "Malformed":
    case "PairingBroken":
      return wrong(
        "The two machines do not have the same code, or somebody stands between them. The code is burnt, and nobody was let in.",
      );
    case "CheckNumberRefused":
      return wrong(
        "That is not the number that the other machine shows. The code is burnt, and nobody was let in.",
        "if the numbers truly differ, somebody stood between; otherwise run duro join again there",
      );
    case "ScopeDiffers":
      return wrong(
        "What asks to be let in is another kind of device than was meant: a phone pairs by duro pair, a machine by duro join. The code is burnt.",
      );
    case "RelayDiffers":
      return wrong(
        `The other machine uses another relay than ${url}, or somebody stands between. The code is burnt, and this machine was not let in.`,
        "duro join --server URL, with the relay that duro status names on the other machine",
      );
    case "OfferRefused":
      return wrong(
        "The other machine offered something else than to let this one in. Nothing was kept here.",
      );
    case "AlreadySetUp":
    case "NoSession":
    case "LogsWithheld":
    case "RelayNotMet":
    case "NewcomerRevoked":
    case "KeyOutOfReach":
    case "VaultOutOfReach":
    case "RecordLost":
    case "RecordRefused":
    case "StoreFull":
    case "StoreBroken":
    case "StoreClosed":
      return restProblem(side, url, error);
  }
};

/** What has nothing to do with the other machine. */
type Rest = Extract<
  JoinError | ApproveError,
  {
    readonly type:
      | "AlreadySetUp"
      | "NoSession"
      | "LogsWithheld"
      | "RelayNotMet"
      | "NewcomerRevoked"
      | "KeyOutOfReach"
      | "VaultOutOfReach"
      | "RecordLost"
      | "RecordRefused"
      | "StoreFull"
      | "StoreBroken"
      | "StoreClosed";
  }
>;

const restProblem = (side: Side, url: string, error: Rest): Problem => {
  switch (error.type) {
    case "AlreadySetUp":
      return alreadySetUp;
    case "NoSession":
      return endedProblem(url, error.why);
    case "LogsWithheld":
      return {
        code: error.type,
        exit: Exit.Safeguard,
        message: `The relay at ${url} did not show all that the other machine has seen there, so nothing was kept here.`,
        next: again[side],
      };
    case "RelayNotMet":
      return endedProblem(url, undefined);
    case "NewcomerRevoked":
      return {
        code: error.type,
        exit: Exit.DeviceRemoved,
        message:
          "That machine was removed from this memory before, and its old keys do not come back.",
        next: "on that machine: duro uninstall --purge, which removes its data, then duro join",
      };
    case "KeyOutOfReach":
    case "VaultOutOfReach":
      return { ...deviceRemoved, code: error.type };
    case "RecordLost":
      return endedProblem(url, undefined);
    case "RecordRefused":
      return notTakenProblem(url, "what was to be written", error, again[side]);
    case "StoreFull":
    case "StoreBroken":
    case "StoreClosed":
      return storeProblem(error);
  }
};

const mailboxProblem = (side: Side, url: string, refusal: string | undefined): Problem => {
  if (refusal === "MailboxUnknown" || refusal === "MailboxFull" || refusal === "MailboxBurnt")
    return {
      code: "CodeUnknown",
      exit: Exit.WrongKey,
      message:
        side === "joiner"
          ? `The relay at ${url} has no room for another pairing now.`
          : "Nobody waits under that code: it was used, burnt, is older than ten minutes, or belongs to another relay.",
      next: again[side],
    };
  return {
    code: "PairingRefusedByRelay",
    exit: Exit.RelayRefused,
    message: `The relay at ${url} refused the pairing: ${refusalText(refusal)}.`,
    next: "try again in a minute",
  };
};

const overProblem = (
  side: Side,
  url: string,
  how: "closed" | "burnt" | "expired" | "silent" | "connection lost",
): Problem => {
  switch (how) {
    case "expired":
      return {
        code: "CodeExpired",
        exit: Exit.Offline,
        message: "The code was good for ten minutes, and they are over. Nobody was let in.",
        next: again[side],
      };
    case "silent":
      return {
        code: "OtherSideSilent",
        exit: Exit.Offline,
        message:
          "The other machine does not answer any more: it was ended, or is offline. The code is burnt.",
        next: again[side],
      };
    case "connection lost":
      return endedProblem(url, undefined);
    case "burnt":
    case "closed":
      return {
        code: "CodeBurnt",
        exit: Exit.WrongKey,
        message:
          side === "joiner"
            ? "The code is burnt: a wrong code was typed, another number was chosen on the other machine, or it was ended there. This machine was not let in."
            : "The code is burnt: the other machine has ended the pairing. Nobody was let in.",
        next: again[side],
      };
  }
};

export const alreadySetUp: Problem = {
  code: "AlreadySetUp",
  exit: Exit.Usage,
  message: "This machine has a memory already, and would have two.",
  next: "duro status shows it; DURO_HOME=DIR keeps another beside it; duro uninstall --purge removes it",
};
