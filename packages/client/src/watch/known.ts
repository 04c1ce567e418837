/** What is here of chains and logs, as claims are held against it. */
import { LogKind } from "@duro/crypto/types";
import type { ChainId, EnvelopeId, VaultId } from "@duro/protocol";
import type { KnownChains, KnownLogs } from "../alarms/claims.ts";
import type { FollowedLogs } from "../logs/followedLogs.ts";
import type { ChainRow } from "../store/rows.ts";
import { limitOf, type LogView } from "../vault/view.ts";

export interface ChainsHere {
  readonly vault: VaultId;
  readonly view: LogView;
  readonly rowOf: (chain: ChainId) => ChainRow | undefined;
  /** Up to where the claims of a chain were added. */
  readonly readUntil: ReadonlyMap<ChainId, number>;
  readonly idAt: (chain: ChainId, seq: number) => EnvelopeId | undefined;
}

export const knownChainsOf = ({
  vault,
  view,
  rowOf,
  readUntil,
  idAt,
}: ChainsHere): KnownChains => ({
  vault,
  deviceOf: (chain) => rowOf(chain)?.device,
  heldSeq: (chain) => rowOf(chain)?.head.at ?? 0,
  readSeq: (chain) => {
    const row = rowOf(chain);
    if (row === undefined) return 0;
    const endSeq = endSeqOf(view, row);
    const isOver = row.voidAt > 0 || (endSeq !== undefined && row.counted >= endSeq);
    return isOver ? row.head.at : (readUntil.get(chain) ?? 0);
  },
  idAt: (chain, seq) => {
    const head = rowOf(chain)?.head;
    return head?.at === seq ? head.id : idAt(chain, seq);
  },
  limitOf: (chain) => {
    const row = rowOf(chain);
    return row === undefined ? undefined : endSeqOf(view, row);
  },
});

/** Nothing of the chain counts behind it; 0: nothing at all. Undefined: it is open, or not known yet. */
export const endSeqOf = (view: LogView, row: ChainRow): number | undefined => {
  const limit = limitOf(view, row);
  return limit.kind === "end" ? limit.seq : undefined;
};

export const knownLogsOf = (logs: FollowedLogs): KnownLogs => ({
  head: (log) => logs.head(log),
  idAt: (log, index) => logs.idAt(log, index),
  has: (log, id) =>
    log.kind === LogKind.Vault
      ? logs.vault(log.log)?.indexByRecord.has(id) === true
      : logs.hasIdentityRecord(log.log, id),
});
