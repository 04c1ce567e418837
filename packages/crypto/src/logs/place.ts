/**
 * Whether an envelope may stand where it says it was written: under a log head that its author had
 * applied, and sealed under the epoch that was current there. So nobody goes on under an old epoch
 * after having seen a rotation. docs/protocol.md §5.
 */
import type { EnvelopeHead } from "../envelope/head.ts";
import type { RecordId } from "../ids.ts";
import { err, ok, type Result } from "../result.ts";
import type { VaultState } from "./vaultState.ts";

/** A record that we do not have, or that is withheld from us. Hold, and report if it does not come. */
export interface LogHeadUnknown {
  readonly type: "LogHeadUnknown";
  readonly chain: string;
  readonly seq: number;
  readonly logHead: RecordId;
}

export interface PlaceWrong {
  readonly type: "PlaceWrong";
  readonly rule: "log head never goes back" | "epoch is the one of its log head";
  readonly chain: string;
  readonly seq: number;
}

/** `lastLogIndex` is that of the envelope before, 0 for the first. Gives the index of this one. */
export const checkPlace = (
  state: VaultState,
  lastLogIndex: number,
  head: EnvelopeHead,
): Result<number, LogHeadUnknown | PlaceWrong> => {
  const { chain, seq, logHead } = head;
  const index = state.indexByRecord.get(logHead);
  if (index === undefined) return err({ type: "LogHeadUnknown", chain, seq, logHead });
  if (index < lastLogIndex)
    return err({ type: "PlaceWrong", rule: "log head never goes back", chain, seq });
  const current = state.epochs.findLast(({ since }) => since <= index);
  return current?.epoch === head.epoch
    ? ok(index)
    : err({ type: "PlaceWrong", rule: "epoch is the one of its log head", chain, seq });
};
