/**
 * What was promised: to a person, when an edit of theirs was said to be saved; to a device, when the relay
 * said that it has stored an envelope. Kept outside of everything that may forget.
 */
import type { ChainId, VaultId } from "@duro/protocol";

export interface Edit {
  readonly id: string;
  readonly machine: string;
  readonly document: number;
  /** Undefined: nobody was told yet. */
  savedAtMs: number | undefined;
}

export interface Promised {
  readonly vault: VaultId;
  readonly chain: ChainId;
  /** As the relay had them when it said so. */
  readonly signedHeadsBySeq: Map<number, Uint8Array>;
}

export interface Ledger {
  readonly edits: ReadonlyMap<string, Edit>;
  made(machine: string, document: number): Edit;
  saved(edit: Edit, nowMs: number): void;
  receipted(vault: VaultId, chain: ChainId, seq: number, signedHead: Uint8Array): void;
  isReceipted(vault: VaultId, chain: ChainId, seq: number): boolean;
  readonly promised: ReadonlyMap<string, Promised>;
  /** What a machine lost by what was done to it on purpose: put back, or burnt. */
  forget(machine: string, keeps: (edit: Edit) => boolean): void;
  readonly savedCount: number;
  readonly receiptedCount: number;
}

export const createLedger = (): Ledger => {
  const edits = new Map<string, Edit>();
  const promised = new Map<string, Promised>();
  let editCount = 0;
  let receiptedCount = 0;
  return {
    edits,
    promised,
    made: (machine, document) => {
      editCount += 1;
      const edit = { id: `${machine}#${editCount}`, machine, document, savedAtMs: undefined };
      edits.set(edit.id, edit);
      return edit;
    },
    saved: (edit, nowMs) => {
      edit.savedAtMs = nowMs;
    },
    receipted: (vault, chain, seq, signedHead) => {
      const key = `${vault}${chain}`;
      const of = promised.get(key) ?? { vault, chain, signedHeadsBySeq: new Map() };
      promised.set(key, of);
      if (!of.signedHeadsBySeq.has(seq)) receiptedCount += 1;
      of.signedHeadsBySeq.set(seq, signedHead);
    },
    isReceipted: (vault, chain, seq) =>
      promised.get(`${vault}${chain}`)?.signedHeadsBySeq.has(seq) === true,
    forget: (machine, keeps) => {
      for (const edit of edits.values())
        if (edit.machine === machine && !keeps(edit)) edit.savedAtMs = undefined;
    },
    get savedCount() {
      return [...edits.values()].filter(({ savedAtMs }) => savedAtMs !== undefined).length;
    },
    get receiptedCount() {
      return receiptedCount;
    },
  };
};
