/** One chain and what of it has no receipt yet: the memory of a client, which outlives its connections. */
import type { SealedEnvelope } from "../../../packages/crypto/src/testing/people.ts";
import type { ChainId, VaultId } from "../../../packages/protocol/src/index.ts";
import type { ChainWriter } from "../../../packages/server/src/testing/testVault.ts";
import { chainIn, type Ledger } from "./ledger.ts";

export interface PutSource {
  readonly vault: VaultId;
  readonly chain: ChainId | undefined;
  /** Made and not receipted, rising by seq. */
  readonly pending: SealedEnvelope[];
  make(ledger: Ledger, plaintexts: readonly Uint8Array[]): readonly SealedEnvelope[];
  /** There are receipts up to here. */
  receipted(seq: number): void;
}

export const createPutSource = (vault: VaultId, writer: ChainWriter): PutSource => {
  const pending: SealedEnvelope[] = [];
  let chain: ChainId | undefined;
  return {
    vault,
    get chain() {
      return chain;
    },
    pending,
    make: (ledger, plaintexts) => {
      const made = plaintexts.map((plaintext) => writer.next(plaintext));
      for (const { head, id } of made) {
        chain = head.chain;
        chainIn(ledger, vault, head.chain).ids.push(id);
      }
      pending.push(...made);
      return made;
    },
    receipted: (seq) => {
      const keptFrom = pending.findIndex(({ head }) => head.seq > seq);
      pending.splice(0, keptFrom === -1 ? pending.length : keptFrom);
    },
  };
};
