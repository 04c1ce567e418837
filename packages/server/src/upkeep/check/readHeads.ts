/** Envelopes as they are stored: a row, and the signed head in it. */
import { asSignature, type EnvelopeHead, type Signature, sizes } from "@duro/crypto/types";
import { decodeHead } from "@duro/crypto/verify";
import { type ChainId, chainIds, type VaultId } from "@duro/protocol";
import { plainBytes } from "../../postgres/logRows.ts";
import { storedId } from "../../postgres/sql.ts";
import type { Transaction } from "../../postgres/transact.ts";
import type { Report } from "./report.ts";

export interface HeadRow {
  readonly chain_id: string;
  readonly seq: number;
  readonly position: number;
  readonly kind: number;
  readonly flags: number;
  readonly body_byte_length: number;
  readonly signed_head: Uint8Array;
}

export interface ReadHead {
  readonly chain: ChainId;
  /** Of the row. */
  readonly seq: number;
  readonly position: number;
  readonly head: EnvelopeHead;
  readonly signature: Signature;
}

/** Undefined: it cannot be read, and it was said. */
export const readHead = (report: Report, vault: VaultId, row: HeadRow): ReadHead | undefined => {
  const chain = storedId(chainIds, row.chain_id);
  const { seq, position } = row;
  const bytes = plainBytes(row.signed_head);
  const decoded = decodeHead(bytes.subarray(0, sizes.headByteLength));
  report.count("envelopes");
  if (!decoded.ok) {
    report.find({ type: "HeadUnreadable", vault, chain, seq, what: decoded.error.type });
    return undefined;
  }
  const head = decoded.value;
  const isSame =
    head.vault === vault &&
    head.chain === chain &&
    head.seq === seq &&
    head.kind === row.kind &&
    head.flags === row.flags &&
    head.bodyByteLength === row.body_byte_length;
  if (!isSame) report.find({ type: "HeadRowDiffers", vault, chain, seq });
  return {
    chain,
    seq,
    position,
    head,
    signature: asSignature(bytes.subarray(sizes.headByteLength)),
  };
};

/** Some hundred KiB of rows. */
const pageHeadCount = 1_024;
/** Below every seq, also below one that cannot be. */
const seqBeforeAll = -Number.MAX_SAFE_INTEGER;

export async function* headsOf(
  tx: Transaction,
  vault: VaultId,
  chain: ChainId,
): AsyncGenerator<readonly HeadRow[]> {
  let after = seqBeforeAll;
  for (;;) {
    const rows = await tx<HeadRow[]>`
      select chain_id, seq, position, kind, flags, body_byte_length, signed_head
      from envelope_heads
      where vault_id = ${vault} and chain_id = ${chain} and seq > ${after}
      order by seq limit ${pageHeadCount}`;
    if (rows.length > 0) yield rows;
    after = rows.at(-1)?.seq ?? after;
    if (rows.length < pageHeadCount) return;
  }
}
