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
  readonly ownChain: ChainId;
  readonly rowOf: (chain: ChainId) => ChainRow | undefined;
  /** Up to where the claims of a chain were added. */
  readonly readUntil: ReadonlyMap<ChainId, number>;
  readonly idAt: (chain: ChainId, seq: number) => EnvelopeId | undefined;
}

/** For one look at them: where a chain ends is asked once. */
export const knownChainsOf = ({
  vault,
  view,
  ownChain,
  rowOf,
  readUntil,
  idAt,
}: ChainsHere): KnownChains => {
  const ends = new Map<ChainId, { readonly seq: number | undefined }>();
  const endOf = (row: ChainRow): number | undefined => {
    const known = ends.get(row.chain) ?? { seq: endSeqOf(view, row) };
    ends.set(row.chain, known);
    return known.seq;
  };
  return {
    vault,
    deviceOf: (chain) => rowOf(chain)?.device,
    heldSeq: (chain) => rowOf(chain)?.head.at ?? 0,
    readSeq: (chain) => {
      const row = rowOf(chain);
      if (row === undefined) return 0;
      const endSeq = endOf(row);
      // What we say is added as it is sealed.
      const isOver =
        chain === ownChain || row.voidAt > 0 || (endSeq !== undefined && row.counted >= endSeq);
      return isOver ? row.head.at : (readUntil.get(chain) ?? 0);
    },
    idAt: (chain, seq) => {
      const head = rowOf(chain)?.head;
      return head?.at === seq ? head.id : idAt(chain, seq);
    },
    limitOf: (chain) => {
      const row = rowOf(chain);
      return row === undefined ? undefined : endOf(row);
    },
  };
};

/** Nothing of the chain counts behind it; 0: nothing at all. Undefined: it is open, or not known yet. */
export const endSeqOf = (view: LogView, row: ChainRow): number | undefined => {
  const limit = limitOf(view, row);
  return limit.kind === "end" ? limit.seq : undefined;
};

export const knownLogsOf = (logs: FollowedLogs): KnownLogs => ({
  head: (log) => logs.head(log),
  idAt: (log, index) =>
    log.kind === LogKind.Vault && logs.isBehindFork(log.log, index)
      ? undefined
      : logs.idAt(log, index),
  has: (log, id) =>
    log.kind === LogKind.Vault
      ? logs.vault(log.log)?.indexByRecord.has(id) === true || logs.hasFallen(log.log, id)
      : logs.hasIdentityRecord(log.log, id),
});
