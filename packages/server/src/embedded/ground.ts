import type { Binaries } from "./binaries.ts";
import type { Places } from "./places.ts";
import type { Owner, Way } from "./ways.ts";

/** What one start stands on; found once and then only read. */
export interface Ground {
  readonly places: Places;
  readonly binaries: Binaries;
  readonly env: Readonly<Record<string, string>>;
  readonly own: Owner;
  /** In the order in which they are tried. */
  readonly ways: readonly Way[];
  readonly log: (line: string) => void;
}
