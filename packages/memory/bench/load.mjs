/**
 * What 50,000 facts cost: to write, to load from stored updates, to list, to index, to export. Not in the
 * gate: figures depend on the machine. `node --expose-gc packages/memory/bench/load.mjs [count]`
 */
import * as Y from "yjs";
import {
  docNames,
  exportDoc,
  exportToJson,
  itemsOf,
  list,
  markDuplicates,
  openMemory,
  remember,
  searchRowOf,
} from "../src/index.ts";

const count = Number(process.argv[2] ?? 50_000);
const dayMs = 86_400_000;
const start = Date.UTC(2025, 10, 1);

const createMemory = (docs) => {
  const clock = { nowMs: start };
  const memory = openMemory({
    docOf: (name) => docs.get(name) ?? docs.set(name, new Y.Doc()).get(name),
    authorOf: () => ({ device: "bench" }),
    nowMs: () => clock.nowMs,
    randomBytes: (byteLength) => crypto.getRandomValues(new Uint8Array(byteLength)),
    device: "bench",
  });
  return { memory, clock };
};

const heapMb = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};

const timed = (what, work) => {
  const before = heapMb();
  const began = performance.now();
  const value = work();
  const ms = performance.now() - began;
  console.log(
    `${what.padEnd(42)} ${ms.toFixed(0).padStart(7)} ms  ${(heapMb() - before).toFixed(1).padStart(8)} MB`,
  );
  return value;
};

const must = (result) => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

const docs = new Map();
const { memory, clock } = createMemory(docs);
const written = timed(`write ${count} facts over a year`, () => {
  for (let index = 0; index < count; index += 1) {
    clock.nowMs = start + Math.floor((index * 365 * dayMs) / count);
    must(
      remember(memory, {
        claim: `service ${index} answers on port ${index % 65_536} and retries ${index % 7} times when userId is unknown`,
        tags: [`area-${index % 40}`, `team-${index % 9}`],
        evidence: {
          type: "quote",
          snippet: "seen in the log of the deployment, twice, with the same cause",
        },
      }),
    );
  }
  return [...docs].map(([name, doc]) => [name, Y.encodeStateAsUpdate(doc)]);
});

const bytes = written.reduce((sum, [, update]) => sum + update.length, 0);
console.log(`${written.length} documents, ${(bytes / 1e6).toFixed(1)} MB as updates`);
docs.clear();

const loaded = timed("load all documents", () => {
  const all = new Map();
  for (const [name, update] of written) {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, update);
    all.set(name, doc);
  }
  return all;
});
const { memory: reader } = createMemory(loaded);
const names = must(docNames(reader));
const newest = names.find((name) => name.startsWith("mem/"));

timed("load the newest month alone", () => {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, written.find(([name]) => name === newest)[1]);
  return doc;
});
timed("list the first 50", () => must(list(reader)));
timed("read and fold one month", () => must(itemsOf(reader, newest)));
timed("rows for the index, one month", () => must(itemsOf(reader, newest)).map(searchRowOf));
timed("look for duplicates everywhere", () => must(markDuplicates(reader, names)));
timed(
  "export everything",
  () => exportToJson(names.map((name) => must(exportDoc(reader, name)))).length,
);
