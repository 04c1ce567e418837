/** What the relay says of one vault: its heads, that it is done sending, that it has stored something. */
import { envelopeIdOf } from "@duro/crypto/verify";
import type { ChainId, EnvelopeId, LogHead, Vector } from "@duro/protocol";
import type { ReceiptSaid } from "../vault/context.ts";
import { readEnvelopes } from "../vault/readEnvelopes.ts";
import type { VaultMemory } from "../vault/vaultMemory.ts";
import { judgeHeads, withRelayMark, withRelayRecords } from "./judgeHeads.ts";
import { judgeTick } from "./judgeTick.ts";
import { isReceiptGood, receiptOf, withReceipt } from "./receipts.ts";
import type { WatchKeeper } from "./watchKeeper.ts";
import type { WatchState } from "./watchState.ts";

export interface RelaySays {
  headsCame(chains: Vector, logHead: LogHead, ourLogHead: LogHead | undefined): void;
  /** It has that much of the vault's log. */
  hasRecords(headIndex: number): void;
  envelopesCame(): void;
  caughtUp(): void;
  disconnected(): void;
  /** Every so often while there is a connection. */
  tick(): void;
  /** False: it is not the relay's signature, and counts for nothing. */
  receiptCame(receipt: ReceiptSaid): Promise<boolean>;
}

export const createRelaySays = (keeper: WatchKeeper): RelaySays => {
  const { deps, memory, watcher, change } = keeper;
  const { vault, chains: rows } = memory;

  const reached = (reach: WatchState["reach"]): void => {
    const moment = { rows, holds: memory.holds, isBlocked: keeper.jobs.isBlocked() };
    change(judgeTick(keeper.state, reach, moment, watcher()));
  };
  const progress = (): void => reached({ kind: "catchingUp", progressAtMs: deps.clock.nowMs() });

  return {
    headsCame: (chains, logHead, ourLogHead) => {
      const relay = deps.relay();
      if (relay === undefined) return;
      const heads = { chains, logHead, ourLogHead };
      change(judgeHeads(keeper.state, heads, relay, rows, watcher()));
      progress();
    },
    hasRecords: (headIndex) => {
      const shown = withRelayRecords(keeper.state, headIndex, watcher());
      if (shown !== keeper.state) change(keeper.comparedAgain(shown));
    },
    envelopesCame: () => {
      if (keeper.state.reach.kind === "catchingUp") progress();
    },
    caughtUp: () => {
      const { state } = keeper;
      if (!state.notes.hasCaughtUp)
        change({ ...state, notes: { ...state.notes, hasCaughtUp: true } });
      reached({ kind: "live" });
    },
    disconnected: () => {
      if (keeper.state.reach.kind === "away") return;
      reached({ kind: "away" });
      keeper.note({ ...keeper.state, relay: undefined });
    },
    tick: () => reached(keeper.state.reach),
    receiptCame: async ({ chain, firstSeq, count, firstPosition, nowMs, signature }) => {
      const relay = deps.relay();
      if (relay === undefined) return false;
      const ids = await idsBetween(memory, chain, firstSeq, firstSeq + count);
      const newest = ids.at(-1);
      if (newest === undefined || ids.length < count) return false;
      const came = { vault, chain, firstSeq, firstPosition, nowMs, ids, signature };
      if (!isReceiptGood(relay, came)) {
        deps.onRelayFault("ReceiptBroken");
        return false;
      }
      const receipts = withReceipt(keeper.state.receipts, receiptOf(relay, came));
      const mark = { chain, seq: firstSeq + count - 1, id: newest };
      const signed = withRelayMark({ ...keeper.state, receipts }, mark);
      // A crash before the next commit costs a piece of evidence, and no edit an fsync.
      keeper.note(keeper.comparedAgain(signed));
      return true;
    },
  };
};

/** Who types gets a receipt for the newest envelope alone: its id is at hand, and the store is not asked. */
const idsBetween = async (
  memory: VaultMemory,
  chain: ChainId,
  fromSeq: number,
  endSeq: number,
): Promise<readonly EnvelopeId[]> => {
  const head = memory.chains.get(chain)?.head;
  if (head?.at === fromSeq && endSeq === fromSeq + 1) return [head.id];
  return (await readEnvelopes(memory, chain, fromSeq, endSeq)).map((envelope) =>
    envelopeIdOf(envelope.head),
  );
};
