/** Everything the relay holds, as of one moment, as the bytes of a backup. Knows no file. */
import { createHash } from "node:crypto";
import { zstdCompressSync, constants } from "node:zlib";
import { asSignPublicKey, assert, err, ok, type Result } from "@duro/crypto/types";
import { plainBytes } from "../../postgres/logRows.ts";
import type { Transaction } from "../../postgres/transact.ts";
import { stopIfAsked } from "../runUpkeep.ts";
import type { UpkeepError } from "../upkeepError.ts";
import {
  type BackupHeader,
  blockByteLength,
  encodeFrame,
  encodePreamble,
  encodeTableEnd,
  frameLeadByteLength,
  FrameTag,
  hashByteLength,
} from "./backupFormat.ts";
import { copyOut } from "./copyStreams.ts";
import { createRowCounter } from "./rowCounter.ts";
import type { Snapshot } from "./snapshot.ts";
import { readSchema, readTables, type Table } from "./tables.ts";

/** Nearly all of it is ciphertext, of which more work would save nothing. */
const compression = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export const readBackupHeader = async (
  tx: Transaction,
  madeAtMs: number,
): Promise<Result<BackupHeader, UpkeepError>> => {
  const schema = await readSchema(tx);
  if (schema === undefined) return err({ type: "NoRelayHere" });
  const [relay] = await tx<{ relay_key: Uint8Array }[]>`select relay_key from relay`;
  if (relay === undefined) return err({ type: "NoRelayHere" });
  const relayKey = asSignPublicKey(plainBytes(relay.relay_key));
  return ok({ schema, relayKey, madeAtMs, tables: await readTables(tx) });
};

export interface Watch {
  readonly signal: AbortSignal;
  /** Of one table, as often as something of it was read. */
  readonly onRead: (table: string, rowCount: number, byteLength: number) => void;
}

export async function* writeBackup(
  snapshot: Snapshot,
  header: BackupHeader,
  watch: Watch,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  const hashed = (bytes: Uint8Array): Uint8Array => {
    hash.update(bytes);
    return bytes;
  };
  yield hashed(encodePreamble(header));
  for (const table of header.tables)
    for await (const frame of tableFrames(snapshot, table, watch)) yield hashed(frame);
  const end = encodeFrame(FrameTag.End, new Uint8Array(hashByteLength));
  hash.update(end.subarray(0, frameLeadByteLength));
  end.set(hash.digest(), frameLeadByteLength);
  yield end;
}

async function* tableFrames(
  { tx, stop }: Snapshot,
  table: Table,
  { signal, onRead }: Watch,
): AsyncGenerator<Uint8Array> {
  const counter = createRowCounter();
  let byteLength = 0;
  const columns = table.columns.map(({ name }) => name);
  for await (const block of inBlocks(copyOut(tx, { name: table.name, columns }, stop))) {
    stopIfAsked(signal);
    const isRows = counter.take(block);
    assert(isRows, "Postgres gives what its manual says");
    byteLength += block.length;
    onRead(table.name, counter.rowCount(), byteLength);
    yield encodeFrame(FrameTag.Data, zstdCompressSync(block, compression));
  }
  assert(counter.isComplete(), "Postgres says where a table ends");
  const end = { rowCount: counter.rowCount(), byteLength };
  yield encodeFrame(FrameTag.TableEnd, encodeTableEnd(end));
}

/** The same bytes in pieces of one length, but for the last. */
async function* inBlocks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let gathered: Uint8Array[] = [];
  let byteLength = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    while (byteLength + rest.length >= blockByteLength) {
      const taken = blockByteLength - byteLength;
      yield Buffer.concat([...gathered, rest.subarray(0, taken)]);
      rest = rest.subarray(taken);
      gathered = [];
      byteLength = 0;
    }
    if (rest.length > 0) gathered.push(rest);
    byteLength += rest.length;
  }
  if (byteLength > 0) yield Buffer.concat(gathered);
}
