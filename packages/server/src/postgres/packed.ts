/**
 * Many values in one parameter, so that a statement is one text whatever it writes, with a plan that is
 * made once. The driver would send a parameter for each, or each quoted, and bytes as hex.
 */
import { assert } from "@duro/crypto/types";
import type { IdKind } from "@duro/protocol";
import type { Sql } from "./sql.ts";

/** A list as Postgres reads it, of what needs no quotes: ids, numbers, true and false. */
export const sqlList = (values: readonly (string | number | boolean)[]): string =>
  `{${values.join(",")}}`;

/** Two thirds of the length of hex. `decode(…, 'base64')` reads it. */
export const packBytes = (pieces: readonly Uint8Array[]): string =>
  Buffer.concat(pieces).toString("base64");

/** The one of these pieces, all of one length, that has the `number` of the row. Postgres counts from 1. */
export const numberedBytes = (sql: Sql, byteLength: number, pieces: readonly Uint8Array[]) => {
  assert(
    pieces.every((piece) => piece.length === byteLength),
    `pieces have ${byteLength} bytes`,
  );
  return sql`substr((select decode(${packBytes(pieces)}, 'base64')),
    (number::int - 1) * ${byteLength}::int + 1, ${byteLength}::int)`;
};

export const numberedId = <Id extends string>(sql: Sql, kind: IdKind<Id>, ids: readonly Id[]) =>
  numberedBytes(
    sql,
    kind.byteLength,
    ids.map((id) => kind.toBytes(id)),
  );
