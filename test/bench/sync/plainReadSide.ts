/**
 * The peer of a cold device: the same bytes by one plain query, decrypted and read to the records, by a
 * program that trusts them: no signature is checked, nothing is kept.
 */
import { openBody } from "@duro/crypto";
import { assert } from "@duro/crypto/types";
import { decodeEnvelope, type VerifiedEnvelope } from "@duro/crypto/verify";
import { decodeBody, decodeDataContent } from "@duro/protocol";
import postgres from "postgres";
import { decodeUpdate } from "yjs";
import { serveJobs } from "../relay/jobs.ts";
import type { DatabasePlace } from "../relay/relayProcess.ts";
import type { Place } from "./syncClient.ts";
import { createWorld } from "./world.ts";

interface Row {
  readonly signed_head: Uint8Array;
  readonly body: Uint8Array;
}

interface Asked {
  readonly database: DatabasePlace;
  readonly place: Place;
}

const read = async ({ database, place }: Asked) => {
  const sql = postgres({ ...database, max: 1, idle_timeout: 0 });
  await sql`select 1`;
  const { vault } = createWorld(place.seed, place.deviceCount);
  const startedMs = performance.now();
  const rows = await sql<Row[]>`
    select h.signed_head, b.body
    from envelope_heads h join envelope_bodies b using (vault_id, position)
    where h.vault_id = ${vault.state.vault} order by h.position`;
  let structCount = 0;
  for (const row of rows) {
    const envelope = decodeEnvelope(Buffer.concat([row.signed_head, row.body]));
    assert(envelope.ok, "the relay keeps what can be read");
    // A program that trusts what it has read.
    const content = openBody(vault.key, envelope.value as VerifiedEnvelope);
    assert(content.ok, "it opens");
    const body = decodeBody(envelope.value.head, content.value);
    assert(body.ok, "it can be read");
    if (body.value.type !== "Data") continue;
    const data = decodeDataContent(body.value.plaintext.content);
    assert(data.ok, "it can be read");
    for (const { update } of data.value.updates) structCount += decodeUpdate(update).structs.length;
  }
  const ms = performance.now() - startedMs;
  await sql.end();
  return { ms, envelopeCount: rows.length, structCount };
};

const jobs = { read };

export type PlainReadSide = typeof jobs;
serveJobs(jobs);
