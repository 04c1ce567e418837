/** Reads the records of a log as they are stored, and holds each row against the record in it. */
import { LogKind, recordIds } from "@duro/crypto/types";
import { decodeRecord, type LogRecord } from "@duro/crypto/verify";
import type { UserId, VaultId } from "@duro/protocol";
import { plainBytes } from "../../postgres/logRows.ts";
import { storedBytesId } from "../../postgres/sql.ts";
import type { Transaction } from "../../postgres/transact.ts";
import type { Finding } from "./finding.ts";

export type LogPlace = { readonly user: UserId } | { readonly vault: VaultId };

interface RecordRow {
  readonly record_index: number;
  readonly record_id: Uint8Array;
  readonly record: Uint8Array;
}

/** The longest records fit some tens of MiB. */
const pageRecordCount = 64;

export type ReadRecord =
  | { readonly kind: "record"; readonly index: number; readonly record: LogRecord }
  | { readonly kind: "finding"; readonly finding: Finding };

/** In the order of their rows. */
export async function* readRecords(tx: Transaction, place: LogPlace): AsyncGenerator<ReadRecord> {
  let after = -1;
  for (;;) {
    const rows = await readPage(tx, place, after);
    for (const row of rows) {
      yield readRow(place, row);
      after = row.record_index;
    }
    if (rows.length < pageRecordCount) return;
  }
}

const readPage = (tx: Transaction, place: LogPlace, after: number) =>
  "user" in place
    ? tx<RecordRow[]>`
        select record_index, record_id, record from identity_records
        where user_id = ${place.user} and record_index > ${after}
        order by record_index limit ${pageRecordCount}`
    : tx<RecordRow[]>`
        select record_index, record_id, record from vault_records
        where vault_id = ${place.vault} and record_index > ${after}
        order by record_index limit ${pageRecordCount}`;

const readRow = (place: LogPlace, row: RecordRow): ReadRecord => {
  const index = row.record_index;
  const found = (type: Finding["type"], what: string): ReadRecord => ({
    kind: "finding",
    finding: { type, ...place, index, what },
  });
  const decoded = decodeRecord(plainBytes(row.record));
  if (!decoded.ok) return found("RecordUnreadable", decoded.error.type);
  const record = decoded.value;
  const [kind, log] =
    "user" in place ? [LogKind.Identity, place.user] : [LogKind.Vault, place.vault];
  if (record.kind !== kind || record.log !== log) return found("RecordMisplaced", "log");
  if (record.index !== index) return found("RecordMisplaced", "index");
  if (record.id !== storedBytesId(recordIds, row.record_id)) return found("RecordMisplaced", "id");
  return { kind: "record", index, record };
};
