/** Whether an envelope may stand under the log head it names: docs/protocol.md §5, PLACE1 to PLACE3. */
import { decodeHead } from "../../../packages/crypto/src/envelope/head.ts";
import { checkPlace } from "../../../packages/crypto/src/logs/place.ts";
import { bytesOf, type Hex, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";
import { type VaultLogInput, type VaultLogTables, vaultStateOf } from "./vaultLog.ts";

export interface PlaceInput extends Pick<VaultLogInput, "base" | "take"> {
  /** Of the envelope before, 0 for the first. */
  readonly lastLogIndex: number;
  readonly head: Hex;
}

export const runPlace = (input: PlaceInput, tables: VaultLogTables): Ran => {
  const state = vaultStateOf(input, tables);
  const head = decodeHead(bytesOf(input.head));
  if (state === undefined || !head.ok) throw new TypeError("a place is of a head in a vault");
  const index = checkPlace(state, input.lastLogIndex, head.value);
  return index.ok ? accepted({ logIndex: index.value }) : refused(index.error);
};
