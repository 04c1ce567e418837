/** Why words did not bring anybody back, in sentences. */
import type { RecoverError } from "@duro/client";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import { storeProblem, wordsProblem, wordsRevoked, wordsUnknown } from "./keyProblems.ts";
import { alreadySetUp } from "./pairingProblems.ts";
import { endedProblem, notTakenProblem } from "./relayProblems.ts";

export const recoverProblem = (url: string, error: RecoverError): Problem => {
  switch (error.type) {
    case "AlreadySetUp":
      return alreadySetUp;
    case "NoSession":
      return sessionProblem(url, error.why);
    case "LogsWithheld":
      return {
        code: error.type,
        exit: Exit.Safeguard,
        message: `The relay at ${url} shows an older state of this memory than the sheet names, or none. Nothing was changed.`,
        next: "ask whoever runs the relay whether it was set back to an older backup",
      };
    case "PhraseOtherIdentity":
    case "PhraseRevoked":
    case "PhraseOpensNothing":
      return wordsProblem(error);
    case "RecoveryDeclined":
      return {
        code: error.type,
        exit: Exit.Usage,
        message: "Nothing was changed, as was wished.",
        next: "duro recover, once more, when it is right",
      };
    case "KeyOutOfReach":
      return {
        code: error.type,
        exit: Exit.WrongKey,
        message:
          "This machine was not let in: it was removed from this memory before, or the words were replaced meanwhile.",
        next: "duro uninstall --purge removes what is left here of before; then run this again",
      };
    case "RecordLost":
      return endedProblem(url, undefined);
    case "RecordRefused":
      return notTakenProblem(
        url,
        "this machine",
        error,
        "try again later; duro doctor looks closer",
      );
    case "StoreFull":
    case "StoreBroken":
    case "StoreClosed":
      return storeProblem(error);
  }
};

type Why = Extract<RecoverError, { readonly type: "NoSession" }>["why"];

const sessionProblem = (url: string, why: Why): Problem => {
  const refusal =
    why === "too long"
      ? undefined
      : why.kind === "refused"
        ? why.refusal.name
        : why.kind === "closed"
          ? why.refusal
          : undefined;
  if (refusal === "AuthFailed") return wordsUnknown(url);
  return refusal === "DeviceRemoved" ? wordsRevoked : endedProblem(url, why);
};
