/** Rows of chains and envelopes, to and from what the store speaks of. */
import { assert, EnvelopeKind, recordIds } from "@duro/crypto/types";
import { chainIds, deviceIds, envelopeIds, incarnations, userIds } from "@duro/protocol";
import type { ChainName, PlacedEnvelope, StoredChain } from "../ports/chainStore.ts";
import { plainBytes } from "./logRows.ts";
import { storedId } from "./sql.ts";

/** All but the name; ids of 32 bytes come in hex, so that no bytes are made on the way to a text. */
export interface ChainRow {
  readonly user_id: string;
  readonly device_id: string;
  readonly incarnation: string;
  readonly opened_under: string;
  readonly seq: number;
  readonly head_id: string;
  readonly epoch: number;
  readonly log_index: number;
  readonly written_at_ms: number;
}

export const rowToChain = ({ vault, chain }: ChainName, row: ChainRow): StoredChain => ({
  vault,
  chain,
  user: storedId(userIds, row.user_id),
  device: storedId(deviceIds, row.device_id),
  incarnation: storedId(incarnations, row.incarnation),
  openedUnder: storedId(recordIds, row.opened_under),
  seq: row.seq,
  headId: storedId(envelopeIds, row.head_id),
  epoch: row.epoch,
  logIndex: row.log_index,
  writtenAtMs: row.written_at_ms,
});

export interface EnvelopeRow {
  readonly position: number;
  readonly signed_head: Uint8Array;
  readonly body: Uint8Array | null;
}

/** Where the fields stand: docs/protocol.md §4. A column for each would cost more than the whole rest. */
const at = { kind: 2, flags: 3, chain: 20, seq: 36, bodyByteLength: 136 } as const;

const kinds = new Map<number, EnvelopeKind>(
  Object.values(EnvelopeKind).map((kind) => [kind, kind]),
);

export const rowToEnvelope = ({ position, signed_head, body }: EnvelopeRow): PlacedEnvelope => {
  const view = new DataView(signed_head.buffer, signed_head.byteOffset, signed_head.length);
  const kind = kinds.get(view.getUint8(at.kind));
  assert(kind !== undefined, "what was stored is of a known kind");
  return {
    chain: chainIds.fromBytes(signed_head.subarray(at.chain, at.seq)),
    position,
    seq: view.getUint32(at.seq, true) + view.getUint32(at.seq + 4, true) * 0x1_0000_0000,
    kind,
    flags: view.getUint8(at.flags),
    bodyByteLength: view.getUint32(at.bodyByteLength, true),
    signedHead: plainBytes(signed_head),
    body: body === null ? undefined : plainBytes(body),
  };
};
