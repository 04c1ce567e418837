/** Every blob of a vault, page by page, as Postgres has them. */
import { assert, decodeBlobHeader } from "@duro/crypto/types";
import { blobIds, deviceIds } from "@duro/protocol";
import { type Sql, storedBytesId, storedId } from "../postgres/sql.ts";
import type { BlobList } from "./exportAccount.ts";

interface BlobRow {
  readonly blob_id: Uint8Array;
  readonly header: Uint8Array;
  readonly uploader: string;
  readonly missing_count: number;
  readonly is_dropped: boolean;
}

export const createPostgresBlobList = (sql: Sql): BlobList => ({
  blobsOf: async (vault, after, countMax) => {
    const behind = after === undefined ? sql`` : sql`and blob_id > ${blobIds.toBytes(after)}`;
    const rows = await sql<BlobRow[]>`
      select blob_id, header, uploader, missing_count, dropped_at_ms is not null as is_dropped
      from blobs where vault_id = ${vault} ${behind}
      order by blob_id limit ${countMax}`;
    return rows.map((row) => {
      const header = decodeBlobHeader(row.header);
      assert(header.ok, "only headers that can be read were stored");
      return {
        vault,
        blob: storedBytesId(blobIds, row.blob_id),
        header: header.value,
        uploader: storedId(deviceIds, row.uploader),
        missingCount: row.missing_count,
        isDropped: row.is_dropped,
      };
    });
  },
});
