/** What a person asked for on the command line and in the environment, once it has been read. */
import type { UserId } from "@duro/crypto/types";
import type { LogLevel } from "../logger.ts";

/** A URL may hold a password, so it does not print: who connects asks for it. */
export type DatabasePlace =
  | { readonly kind: "embedded" }
  | {
      readonly kind: "url";
      readonly reveal: () => string;
      /** Without user and password. */
      readonly shown: string;
    };

/** Where a relay keeps what it has. */
export interface StorePlace {
  /** Absolute. */
  readonly dataFolder: string;
  /** Absolute. */
  readonly keyFile: string;
  readonly database: DatabasePlace;
}

export interface Output {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly logLevel: LogLevel;
}

type Registration = "open" | "invite" | "closed";

interface Quotas {
  /** Undefined: as much as there is room for. */
  readonly byteLength: number | undefined;
  /** Undefined: as many as the protocol allows. */
  readonly deviceCountMax: number | undefined;
  readonly vaultCountMax: number | undefined;
  /** Undefined: as long as the protocol allows. */
  readonly blobByteLengthMax: number | undefined;
}

export interface ServeConfig {
  readonly store: StorePlace;
  readonly output: Output;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly registration: Registration;
  /** Origins under which clients dial this relay; none: those that it listens on. */
  readonly publicUrls: readonly string[];
  /** Origins of viewer pages elsewhere. */
  readonly allowedOrigins: readonly string[];
  /** Addresses or networks whose word about a client's address is taken. */
  readonly trustedProxies: readonly string[];
  readonly quotas: Quotas;
  readonly metricsPort: number | undefined;
  readonly metricsTokenFile: string | undefined;
  readonly logsAddresses: boolean;
  readonly viewerFolder: string | undefined;
}

type AdminCommand =
  | { readonly kind: "adminInvite"; readonly lifetimeDayCount: number }
  | { readonly kind: "adminUsage" }
  | {
      readonly kind: "adminQuota";
      readonly user: UserId;
      readonly quota: number | "default" | "unlimited";
    }
  | {
      readonly kind: "adminRemove";
      readonly user: UserId;
      /** After the days that a person has who deletes their own account; at once; or not at all. */
      readonly how: "later" | "now" | "undo";
      readonly isConfirmed: boolean;
    };

type UpkeepCommand =
  | { readonly kind: "check"; readonly isFull: boolean }
  | { readonly kind: "backup"; readonly toFile: string }
  | { readonly kind: "restore"; readonly fromFile: string; readonly isConfirmed: boolean };

interface StoreCommand {
  readonly store: StorePlace;
  readonly output: Output;
}

export const commandNames = [
  "serve",
  "admin invite",
  "admin usage",
  "admin quota",
  "admin remove",
  "check",
  "backup",
  "restore",
] as const;
export type CommandName = (typeof commandNames)[number];

export type Command =
  | ({ readonly kind: "serve" } & ServeConfig)
  | (AdminCommand & StoreCommand)
  | (UpkeepCommand & StoreCommand)
  /** Undefined: of the program. */
  | { readonly kind: "help"; readonly of: CommandName | undefined }
  | { readonly kind: "version"; readonly isJson: boolean };

export interface ParsedConfig {
  readonly command: Command;
  /** Sentences for stderr. */
  readonly warnings: readonly string[];
}

export interface UsageError {
  readonly type: "UsageError";
  /** Names the flag or the variable. */
  readonly message: string;
  readonly next: string;
  readonly isJson: boolean;
}
