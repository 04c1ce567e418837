import { unreachable } from "@duro/crypto/types";

/** Every way the relay's own Postgres says no, and the sentence for the operator who reads it. */

/** A disk that refuses: full, read-only, forbidden, or something else where a folder should be. */
export type DiskError =
  | { readonly type: "DiskFull"; readonly path: string }
  | { readonly type: "FolderUnusable"; readonly path: string; readonly reason: string }
  | {
      readonly type: "FolderNotOurs";
      readonly path: string;
      readonly ownerUid: number;
      readonly uid: number;
    };

export type EmbeddedError =
  | DiskError
  | { readonly type: "PostgresMissing"; readonly platform: string; readonly arch: string }
  | { readonly type: "PostgresUnusable"; readonly path: string; readonly reason: string }
  | { readonly type: "RootRefused"; readonly reasons: readonly WayRefused[] }
  | { readonly type: "DataFolderBusy"; readonly folder: string }
  | {
      readonly type: "PostgresTooOld" | "PostgresTooNew";
      readonly folder: string;
      readonly dataMajor: number;
      readonly programMajor: number;
    }
  | { readonly type: "ClusterUnreadable"; readonly path: string; readonly reason: string }
  | { readonly type: "InitdbFailed"; readonly lines: readonly string[] }
  | { readonly type: "StartFailed"; readonly logFile: string; readonly lines: readonly string[] }
  | {
      readonly type: "StartTimeout";
      readonly folder: string;
      readonly logFile: string;
      readonly seconds: number;
    }
  | { readonly type: "LoginRefused"; readonly passwordFile: string; readonly reason: string };

/** Why one of the ways around root did not work here. */
export interface WayRefused {
  readonly way: string;
  readonly reason: string;
}

const ownDatabase = "give DATABASE_URL of a Postgres of your own";

/** The codes of the system that an operator meets, in words; another one stands for itself. */
const wordsByReason = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EROFS", "the disk may only be read"],
  ["EEXIST", "something that is not a folder stands there"],
  ["ENOTDIR", "something that is not a folder stands there"],
  ["ENOENT", "it is missing"],
]);

const inWords = (reason: string): string => {
  const words = wordsByReason.get(reason);
  return words === undefined ? reason : `${words}, ${reason}`;
};

const said = (lines: readonly string[]): string =>
  lines.length === 0 ? "It said nothing." : `It said: ${lines.join(" | ")}`;

const refusedWays = (reasons: readonly WayRefused[]): string =>
  reasons.map(({ way, reason }) => `${way}: ${reason}`).join("; ");

export const errorToSentence = (error: EmbeddedError): string => {
  switch (error.type) {
    case "DiskFull":
      return `The disk that holds ${error.path} is full: free some space and start again; what was stored is safe.`;
    case "FolderUnusable":
      return `${error.path} cannot be used (${inWords(error.reason)}): put that right, or choose another data folder.`;
    case "FolderNotOurs":
      return `${error.path} belongs to user id ${error.ownerUid}, but the relay runs as ${error.uid}: run it as that user, or choose another data folder.`;
    case "PostgresMissing":
      return `The relay brings no Postgres for ${error.platform} on ${error.arch}: if there should be one, install again with optional dependencies; otherwise ${ownDatabase}.`;
    case "PostgresUnusable":
      return `The Postgres at ${error.path} does not run on this machine (${error.reason}): ${ownDatabase}.`;
    case "RootRefused":
      return `Postgres refuses to run as root, and no way around that works here (${refusedWays(error.reasons)}): run the relay as an ordinary user, or ${ownDatabase}.`;
    case "DataFolderBusy":
      return `Another relay uses ${error.folder}: stop it first, or give this one its own data folder.`;
    case "PostgresTooOld":
      return `${error.folder} was written by Postgres ${error.dataMajor}, and this relay brings the older ${error.programMajor}: use the newer relay; nothing was changed.`;
    case "PostgresTooNew":
      return `${error.folder} was written by Postgres ${error.dataMajor}, and this relay brings ${error.programMajor}, which cannot read it: go back to the earlier relay and move the data with pg_upgrade or a dump; nothing was changed.`;
    case "ClusterUnreadable":
      return `${error.path} does not look like a Postgres data folder (${error.reason}): restore it from a backup, or move it away to begin anew; nothing was changed.`;
    case "InitdbFailed":
      return `Postgres could not make its data folder. ${said(error.lines)}`;
    case "StartFailed":
      return `Postgres did not start. ${said(error.lines)} More is in ${error.logFile}.`;
    case "StartTimeout":
      return `Postgres in ${error.folder} did not answer within ${error.seconds} seconds and was left to go on: start the relay again later, and see ${error.logFile}.`;
    case "LoginRefused":
      return `The Postgres that runs on this data folder refuses the password in ${error.passwordFile} (${error.reason}): stop it, put back the file that belongs to it, and start again.`;
    default:
      return unreachable(error);
  }
};
