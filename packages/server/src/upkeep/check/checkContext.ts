/** What every part of a check shares. */
import type { RandomBytes } from "@duro/crypto/receipt";
import type { Transaction } from "../../postgres/transact.ts";
import type { Identities } from "./identities.ts";
import type { Report } from "./report.ts";

export interface CheckContext {
  readonly tx: Transaction;
  /** Quick: what is counted and folded, and of each vault some envelopes. Full: every byte. */
  readonly depth: "quick" | "full";
  readonly report: Report;
  readonly identities: Identities;
  readonly randomBytes: RandomBytes;
  /** Between any two steps: says how far it is, and throws when it is to stop. */
  readonly tick: () => void;
}
