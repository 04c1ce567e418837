/**
 * A program for a test of crashes: writes one document after the other, each time under a new mark which
 * all of its rows have in their text, until it is killed.
 */
import { createSearchIndex } from "../createSearchIndex.ts";
import { aRow, docNamed } from "./indexFolder.ts";

const path = process.argv[2];
if (path === undefined) throw new Error("the path of an index");

const docs = ["mem/_/2026-09", "mem/_/2026-10", "mem/_/2026-11"].map(docNamed);
const rowsByDoc = new Map(
  docs.map((doc) => [doc, Array.from({ length: 40 }, () => aRow({ doc }))]),
);
const index = createSearchIndex({ path, log: () => {} });
process.stdout.write("begun\n");

for (let mark = 1; ; mark += 1)
  for (const [doc, rows] of rowsByDoc) {
    const marked = rows.map((row) =>
      Object.assign({ ...row }, { line: `m${mark}`, text: `m${mark}` }),
    );
    if (mark % 3 === 0) {
      await index.replaceDocInTurns(doc, `m${mark}`, marked, () => Promise.resolve());
      continue;
    }
    index.replaceDoc(doc, `m${mark}`, marked);
  }
