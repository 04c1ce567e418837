/** What a command of upkeep works with. The program opens it and closes it again. */
import type { RandomBytes } from "@duro/crypto/receipt";
import type { SignPublicKey } from "@duro/crypto/types";
import type { Sql } from "../postgres/sql.ts";

export interface UpkeepDeps {
  /** Two connections at least: a stuck one is stopped over another. */
  readonly sql: Sql;
  readonly nowMs: () => number;
  readonly randomBytes: RandomBytes;
  /** For whoever watches, on stderr. */
  readonly tell: (line: string) => void;
  /** Undefined: nobody is there to be asked. */
  readonly ask: ((question: string) => Promise<boolean>) | undefined;
  /** Somebody wants it to end: what was begun is taken back. */
  readonly signal: AbortSignal;
  /** Of the key file; undefined where there is none. */
  readonly relayKey: SignPublicKey | undefined;
}
