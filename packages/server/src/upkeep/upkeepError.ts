/** Every way a command of upkeep says no, and what it says then. Sentences are made here only. */
import type { UserId } from "@duro/crypto/types";
import { Exit, type Failure } from "../exits.ts";
import type { MigrateError } from "../postgres/migrate.ts";
import { shellWord } from "../program/shellWord.ts";

export type UpkeepError =
  | { readonly type: "NoRelayHere" }
  | {
      readonly type: "TablesOlder" | "TablesNewer";
      readonly have: number;
      readonly know: number;
    }
  | { readonly type: "AccountUnknown"; readonly user: UserId }
  | { readonly type: "NobodyToAsk" }
  | { readonly type: "Declined" }
  | { readonly type: "Interrupted" }
  | DatabaseError
  | FileError
  | BackupError
  | RestoreError;

/** Postgres's own five signs, or the driver's word; never a message, which may hold a value. */
export interface DatabaseError {
  readonly type:
    | "DatabaseUnreachable"
    | "DatabaseForbids"
    | "DatabaseFull"
    | "DatabaseDamaged"
    | "DatabaseRefused";
  readonly code: string;
}

type FileError =
  | { readonly type: "FileExists"; readonly path: string }
  | { readonly type: "FileMissing"; readonly path: string }
  | { readonly type: "FileUnusable"; readonly path: string; readonly reason: string }
  | { readonly type: "DiskFull"; readonly path: string };

export type BackupError =
  | { readonly type: "NotABackup"; readonly path: string }
  | { readonly type: "BackupCutShort"; readonly path: string; readonly at: number }
  | {
      readonly type: "BackupDamaged";
      readonly path: string;
      readonly part: "header" | "frames" | "hash" | "rows";
      readonly at: number;
    }
  | {
      readonly type: "BackupNewer";
      readonly path: string;
      readonly what: "format" | "tables";
      readonly have: number;
      readonly know: number;
    };

type RestoreError =
  | { readonly type: "RelayKeyMissing"; readonly keyFile: string }
  | { readonly type: "RelayKeyOther"; readonly keyFile: string }
  | { readonly type: "PlaceNotEmpty"; readonly place: string }
  | { readonly type: "TablesOther"; readonly path: string }
  | { readonly type: "MigrationFailed"; readonly error: MigrateError };

export const failureOf = (error: UpkeepError): Failure => ({
  code: error.type,
  ...sayingOf(error),
});

type Saying = Omit<Failure, "code">;

const sayingOf = (error: UpkeepError): Saying => {
  switch (error.type) {
    case "NoRelayHere":
      return {
        exit: Exit.NotSetUp,
        message: "There is no relay in this place: its database holds nothing of one.",
        next: "see whether --data or DATABASE_URL names the right one; duro-relay begins a new one",
      };
    case "TablesOlder":
    case "TablesNewer":
      return {
        exit: Exit.VersionMismatch,
        message: `The database has tables of number ${error.have}, and this relay's are of number ${error.know}.`,
        next:
          error.type === "TablesOlder"
            ? "start this relay once: it brings the tables up to date"
            : "use the newer relay that was here last",
      };
    case "AccountUnknown":
      return {
        exit: Exit.Usage,
        message: `No user of this relay has the id ${error.user}.`,
        next: "duro-relay admin usage",
      };
    case "NobodyToAsk":
      return {
        exit: Exit.Usage,
        message: "This changes what cannot be changed back, and nobody is here to be asked.",
        next: "the same command with --yes",
      };
    case "Declined":
      return {
        exit: Exit.Interrupted,
        message: "Nothing was changed.",
        next: "the same command, and yes",
      };
    case "Interrupted":
      return {
        exit: Exit.Interrupted,
        message: "It was interrupted; what it had begun is taken back.",
        next: "the same command again",
      };
    case "DatabaseUnreachable":
    case "DatabaseForbids":
    case "DatabaseFull":
    case "DatabaseDamaged":
    case "DatabaseRefused":
      return sayingOfDatabase(error);
    case "FileExists":
    case "FileMissing":
    case "FileUnusable":
    case "DiskFull":
      return sayingOfFile(error);
    case "NotABackup":
    case "BackupCutShort":
    case "BackupDamaged":
    case "BackupNewer":
      return sayingOfBackup(error);
    case "RelayKeyMissing":
    case "RelayKeyOther":
    case "PlaceNotEmpty":
    case "TablesOther":
    case "MigrationFailed":
      return sayingOfRestore(error);
  }
};

const sayingOfDatabase = ({ type, code }: DatabaseError): Saying => {
  switch (type) {
    case "DatabaseUnreachable":
      return {
        exit: Exit.Unreachable,
        message: `The database does not answer, or stopped answering (${code}).`,
        next: "see whether Postgres runs there, and do the same again",
      };
    case "DatabaseForbids":
      return {
        exit: Exit.Unreachable,
        message: `The database answers, and does not let the relay in (${code}).`,
        next: "see whether database, user and password of DATABASE_URL exist and belong together",
      };
    case "DatabaseFull":
      return {
        exit: Exit.Unexpected,
        message: `The database's disk is full (${code}); what was stored before is safe.`,
        next: "free some space there, and do the same again",
      };
    case "DatabaseDamaged":
      return {
        exit: Exit.IntegrityFailure,
        message: `Postgres cannot read some of its own files any more (${code}).`,
        next: "stop the relay, copy the data folder as it is, and restore the newest backup elsewhere",
      };
    case "DatabaseRefused":
      return {
        exit: Exit.Unexpected,
        message: `Postgres refused a statement (${code}).`,
        next: "see its log; a role that lacks a right, or a limit of that server, is the usual cause",
      };
  }
};

const sayingOfFile = (error: FileError): Saying => {
  const word = shellWord(error.path);
  switch (error.type) {
    case "FileExists":
      return {
        exit: Exit.Safeguard,
        message: `${error.path} is there already, and a backup never takes another file's place.`,
        next: "name another file with --to",
      };
    case "FileMissing":
      return {
        exit: Exit.Usage,
        message: `There is no file ${error.path}.`,
        next: `ls -l ${word}`,
      };
    case "FileUnusable":
      return {
        exit: Exit.Unexpected,
        message: `${error.path} cannot be used (${error.reason}).`,
        next: `ls -ld ${word}`,
      };
    case "DiskFull":
      return {
        exit: Exit.Unexpected,
        message: `The disk has no room for ${error.path}; what was written of it is removed.`,
        next: "free some space, or name a file on another disk",
      };
  }
};

const sayingOfBackup = (error: BackupError): Saying => {
  const next = "take another backup file, or fetch this one again from where it was copied from";
  switch (error.type) {
    case "NotABackup":
      return {
        exit: Exit.IntegrityFailure,
        message: `${error.path} is no backup of a relay, or its beginning is damaged.`,
        next,
      };
    case "BackupCutShort":
      return {
        exit: Exit.IntegrityFailure,
        message: `${error.path} ends after ${error.at} bytes, before the backup does.`,
        next,
      };
    case "BackupDamaged":
      return {
        exit: Exit.IntegrityFailure,
        message: `${error.path} was changed since it was written: its ${error.part} do not hold at byte ${error.at}.`,
        next,
      };
    case "BackupNewer":
      return {
        exit: Exit.VersionMismatch,
        message: `${error.path} is of a newer relay: its ${error.what} have number ${error.have}, this one knows ${error.know}.`,
        next: "restore it with a relay at least as new as the one that wrote it",
      };
  }
};

const sayingOfRestore = (error: RestoreError): Saying => {
  switch (error.type) {
    case "RelayKeyMissing":
      return {
        exit: Exit.Safeguard,
        message: `${error.keyFile} is missing: without the relay's key its clients would take what is restored for an impostor.`,
        next: `put the key file that you keep beside the backup there, and: chmod 600 ${shellWord(error.keyFile)}`,
      };
    case "RelayKeyOther":
      return {
        exit: Exit.WrongKey,
        message: `${error.keyFile} is the key of another relay than the one that was backed up.`,
        next: "name the key file that belongs to the backup with --key-file",
      };
    case "PlaceNotEmpty":
      return {
        exit: Exit.Safeguard,
        message: `${error.place} is not empty, and a backup is restored into an empty place only; nothing was changed.`,
        next: "name a new folder with --data, or an empty database in DATABASE_URL",
      };
    case "TablesOther":
      return {
        exit: Exit.IntegrityFailure,
        message: `${error.path} has other tables than a relay of its age; nothing was restored.`,
        next: "restore it with the very relay that wrote it",
      };
    case "MigrationFailed":
      return {
        exit: Exit.VersionMismatch,
        message: `The tables could not be brought to this relay's version (${error.error.type}); nothing was restored.`,
        next: "install the released relay again, and do the same again",
      };
  }
};
