/** What the checks judge: seen on this machine, at one moment. */
import type { Result } from "../result.ts";
import type { DaemonFacts } from "../api/doctorCalls.ts";
import type { Problem } from "../problem.ts";
import type { ServiceStatus } from "../service/service.ts";

export interface Facts {
  readonly platform: string;
  readonly version: string;
  readonly node: { readonly version: string; readonly path: string };
  /** All that a shell could mean by `duro`, in its order. */
  readonly copies: readonly { readonly path: string; readonly isThis: boolean }[];
  readonly folders: readonly FolderFacts[];
  /** Undefined: the system does not say. */
  readonly freeByteLength: number | undefined;
  readonly settings: { readonly path: string; readonly trouble: string | undefined };
  readonly seed: FileFacts | undefined;
  readonly store: StoreFacts;
  /** Before the daemon was asked, which removes a stale one. */
  readonly socket: "none" | "answers" | "stale";
  readonly daemon: Result<DaemonFacts, Problem>;
  readonly service: ServiceStatus;
  /** Undefined: none is set. */
  readonly proxy: {
    readonly shell: string | undefined;
    readonly service: string | undefined;
  };
  readonly log: { readonly folder: string; readonly byteLength: number };
  /** Folders of Duro's first version. */
  readonly olderFolders: readonly string[];
  readonly isNetworkAsked: boolean;
}

export interface FolderFacts {
  readonly path: string;
  readonly isThere: boolean;
  readonly isOurs: boolean;
  readonly mode: number;
  /** What else copies it to other machines: Dropbox, OneDrive. */
  readonly copiedBy: string | undefined;
  readonly isOnNetwork: boolean;
}

export interface FileFacts {
  readonly path: string;
  readonly isFile: boolean;
  readonly isOurs: boolean;
  readonly mode: number;
}

export type StoreFacts =
  | { readonly kind: "missing" }
  | { readonly kind: "store"; readonly path: string; readonly version: number }
  | { readonly kind: "other"; readonly path: string };
