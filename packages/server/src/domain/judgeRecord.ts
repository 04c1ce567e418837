/** Whether a record may follow what stands, by the rules that clients check again. Pure. */
import { unreachable } from "@duro/crypto/types";
import type { LogError, LogRecord, RecordError, VaultLogError } from "@duro/crypto/verify";
import { type LogHead, refused, type Refused } from "@duro/protocol";

/**
 * Records of one log that the relay keeps. A vault that rotates daily for forty years stays below, and
 * nobody fills a disk with records, which no quota counts: taking a right away must always be possible.
 */
export const logRecordCountMax = 16_384;

export const refusalOfRecord = (
  error: RecordError | LogError | VaultLogError,
  head: LogHead | undefined,
): Refused => {
  switch (error.type) {
    case "Malformed":
      return refused("LogRecordInvalid", { rule: "form", what: error.what, at: error.at });
    case "VersionUnsupported":
      return refused("LogRecordUnknown", { version: error.version });
    case "WrongLog":
      return refused("LogRecordInvalid", { rule: "the log it stands in" });
    case "LinkGap":
    case "LinkForked":
      return refusalOfStale(head);
    case "BadSignature":
      return refused("LogRecordInvalid", { rule: "signature" });
    case "RuleViolated":
      return refused("LogRecordInvalid", { rule: error.rule });
    case "RecordUnknown":
      return refused("LogRecordUnknown", { recordType: error.recordType });
    case "IdentityHeadMissing":
      // Nobody could ever check it: a log that goes on over it would stall everywhere.
      return refused("LogHeadUnknown", { user: error.user, index: error.index });
  }
  return unreachable(error);
};

export const refusalOfStale = (head: LogHead | undefined): Refused =>
  head === undefined
    ? refused("NotFound")
    : refused("LogHeadStale", { index: head.index, head: head.id });

/** Whether it stands right behind the head, or in the first place of a log that is not there. */
export const isBehind = (record: LogRecord, head: LogHead | undefined): boolean =>
  head === undefined
    ? record.index === 0
    : record.index === head.index + 1 && record.previous === head.id;
