/**
 * `node test/bench/checkpoint.ts`: what a checkpoint costs beside Yjs's own encodings: 50,000 records of
 * 200 bytes in 60 documents, each a map with its JSON in one entry, by three authors in turn.
 */
import { randomBytes } from "node:crypto";
import * as Y from "yjs";
import { compareWithCheckpoint } from "../../packages/client/src/checkpoints/compareWithCheckpoint.ts";
import { deflate } from "../../packages/client/src/checkpoints/deflate.ts";
import {
  type DocState,
  packCheckpoint,
} from "../../packages/client/src/checkpoints/packCheckpoint.ts";
import { readCheckpoint } from "../../packages/client/src/checkpoints/readCheckpoint.ts";
import { openBlob, sealBlob } from "../../packages/crypto/src/blob.ts";
import { must } from "../../packages/crypto/src/testing/people.ts";
import { someVaultKey } from "../../packages/crypto/src/testing/samples.ts";
import { systemRandomBytes } from "../../packages/crypto/src/random.ts";
import { ok } from "../../packages/crypto/src/result.ts";
import { docIds } from "../../packages/protocol/src/ids.ts";

const docCount = 60;
const recordCount = 50_000;
const recordByteLength = 200;
const authorCount = 3;
/** An agent writes some of them in a row. */
const inARowCount = 20;

const words =
  "memory relay device vault epoch chain sealed update decision outcome agent session fact because when test build crash fix index query cache retry schema deploy".split(
    " ",
  );

const recordOf = (at: number): string => {
  const head = `{"id":"${randomBytes(10).toString("hex")}","at":${1_790_000_000_000 + at * 977},"text":"`;
  const random = randomBytes(recordByteLength);
  let text = "";
  for (let word = 0; text.length < recordByteLength; word++)
    text += `${words[(random[word] ?? 0) % words.length]} `;
  return `${head}${text.slice(0, recordByteLength - head.length - 2)}"}`;
};

const stateOf = (count: number): Uint8Array => {
  const doc = new Y.Doc();
  for (let at = 0; at < count; at++) {
    if (at % inARowCount === 0)
      doc.clientID = 2 ** 50 + (Math.floor(at / inARowCount) % authorCount);
    doc.transact(() => {
      const record = new Y.Map<string>();
      record.set("c", recordOf(at));
      doc.getMap("records").set(randomBytes(10).toString("hex"), record);
    });
  }
  return Y.encodeStateAsUpdate(doc);
};

const states: readonly DocState[] = Array.from({ length: docCount }, () => ({
  doc: docIds.fromBytes(randomBytes(docIds.byteLength)),
  state: stateOf(Math.ceil(recordCount / docCount)),
}));

async function* all(): AsyncGenerator<DocState> {
  for (const doc of states) yield await Promise.resolve(doc);
}

const sumOf = (parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, { length }) => sum + length, 0);

const rows: Record<string, { seconds: string; bytes: number | string }> = {};
const timed = async <T>(name: string, work: () => Promise<T>, bytesOf?: (made: T) => number) => {
  const startedAtMs = performance.now();
  const made = await work();
  rows[name] = {
    seconds: ((performance.now() - startedAtMs) / 1_000).toFixed(2),
    bytes: bytesOf?.(made) ?? "",
  };
  return made;
};

const fresh = (): Y.Doc[] =>
  states.map(({ state }) => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, state);
    return doc;
  });

const docs = await timed("load the states into Yjs", async () => Promise.resolve(fresh()));
const v1 = await timed(
  "encodeStateAsUpdate",
  async () => Promise.resolve(docs.map((doc) => Y.encodeStateAsUpdate(doc))),
  sumOf,
);
const v2 = await timed(
  "encodeStateAsUpdateV2",
  async () => Promise.resolve(docs.map((doc) => Y.encodeStateAsUpdateV2(doc))),
  sumOf,
);
for (const [name, encoded] of [
  ["V1", v1],
  ["V2", v2],
] as const)
  await timed(`deflate each ${name}`, () => Promise.all(encoded.map(deflate)), sumOf);

const key = someVaultKey({ randomBytes: systemRandomBytes });
const chunksById = new Map<string, readonly Uint8Array[]>();
const contents: Uint8Array[] = [];
const packed = must(
  await timed(
    "packCheckpoint, sealed",
    () =>
      packCheckpoint(all(), (content) => {
        const { ref, chunks } = sealBlob({ randomBytes: systemRandomBytes }, key, content);
        chunksById.set(ref.id, chunks);
        contents.push(content);
        return Promise.resolve(ok(ref));
      }),
    () => sumOf([...chunksById.values()].flat()),
  ),
);
const open = (ref: Parameters<typeof openBlob>[1]) =>
  Promise.resolve(openBlob(key, ref, chunksById.get(ref.id) ?? []));

const reader = readCheckpoint(packed, open);
await timed(
  "readCheckpoint, opened, all",
  async () => {
    const read: Uint8Array[] = [];
    for (const doc of reader.inPlace) read.push(must(await reader.state(doc)));
    return read;
  },
  sumOf,
);
await timed("readCheckpoint, opened, one document", async () =>
  must(
    await readCheckpoint(packed, open).state(
      states[30]?.doc ?? docIds.fromBytes(new Uint8Array(16)),
    ),
  ),
);
await timed("compareWithCheckpoint", () => compareWithCheckpoint(all(), packed, open));

console.table(rows);
const deflatedByteLength = new Map(
  packed.docs.map((entry) => [`${entry.blob}/${entry.offset}`, entry.byteLength]),
);
console.log(
  `${packed.blobs.length} blobs of ${contents.map(({ length }) => (length + 8) / 1_024).join(", ")} KiB, ${deflatedByteLength.size} groups of ${[...deflatedByteLength.values()].reduce((sum, length) => sum + length, 0)} bytes`,
);
