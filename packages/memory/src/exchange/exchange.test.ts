import { describe, expect, test } from "vitest";
import { show } from "../commands/find.ts";
import { forget, purge } from "../commands/forget.ts";
import { list } from "../commands/list.ts";
import { markDuplicates } from "../commands/duplicates.ts";
import { decide, remember } from "../commands/remember.ts";
import { validate } from "../commands/judge.ts";
import { docNames } from "../docs/directory.ts";
import { parseDocName } from "../docs/names.ts";
import { kindNames } from "../entities/kinds.ts";
import { type EntryId, parseEntryId } from "../ids.ts";
import { type Memory, withDocs } from "../memory.ts";
import { devicePath, furnish } from "../testing/furnish.ts";
import { bringIn } from "../testing/bringIn.ts";
import { createWorld, errorOf, valueOf } from "../testing/replicas.ts";
import { exportDoc } from "./exportDoc.ts";
import { exportToJson, parseExport } from "./exportJson.ts";
import { exportToFiles } from "./exportMarkdown.ts";
import { planImport } from "./planImport.ts";
import { batchesOf } from "./writeImport.ts";

const partsOf = (memory: Memory) =>
  valueOf(docNames(memory)).map((name) => valueOf(exportDoc(memory, name)));
const exported = (memory: Memory): string => exportToJson(partsOf(memory));
const imported = (memory: Memory, text: string) =>
  valueOf(bringIn(memory, valueOf(parseExport(text))));

describe("[MEM12] an export", () => {
  test("is the same bytes on devices that have exchanged everything, whatever order it came in", () => {
    const world = createWorld();
    const devices = ["laptop", "tower", "phone"].map((name) => world.device(name).memory);
    for (const memory of devices.slice(0, 2)) furnish(memory);
    world.exchange((sent) => sent.toReversed());
    const texts = devices.map(exported);
    expect(texts[0]).toContain("it waits for port 5433");
    expect(new Set(texts).size).toBe(1);
    const pages = devices.map((memory) => JSON.stringify(exportToFiles(partsOf(memory), "md")));
    expect(new Set(pages).size).toBe(1);
  });

  test("is the same bytes an hour later, and on a document that was loaded anew", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    furnish(memory);
    const before = exported(memory);
    world.clock.nowMs += 3_600_000;
    world.device("tower");
    world.exchange();
    expect(exported(memory)).toBe(before);
    expect(exported(world.device("tower").memory)).toBe(before);
  });

  test("has no path of a machine and nothing that is forgotten", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    const { decision, task } = furnish(memory);
    valueOf(forget(memory, [decision]));
    valueOf(purge(memory, [task]));
    const files = exportToFiles(partsOf(memory), "md");
    const all = files.map(({ text }) => text).join("\n");
    expect(all).not.toContain(devicePath);
    expect(all).not.toContain("use SQLite");
    expect(all).not.toContain("fix it");
    expect(all).toContain("make login fast");
  });

  test("as pages has every entry's words, and beside them the JSON", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    furnish(memory);
    const files = exportToFiles(partsOf(memory), "md");
    expect(files.map(({ path }) => path.replace(/s_[0-9a-z]{26}/u, "ID"))).toEqual([
      "facts.md",
      "decisions.md",
      "episodes.md",
      "sessions.md",
      "checkpoints.md",
      "tasks.md",
      "projects.md",
      "skills/release-ID/SKILL.md",
      "memory.json",
    ]);
    const pages = files.slice(0, -1).map(({ text }) => text);
    for (const words of ["5433", "one file", "twice as fast", "2. push", "validate", "seen"])
      expect(pages.join("\n")).toContain(words);
    expect(files.at(-1)?.text).toBe(exported(memory));
  });

  test("lets no entry begin a heading, a list or a tag of its own", () => {
    const world = createWorld();
    const { memory } = world.device("laptop");
    valueOf(remember(memory, { claim: "a\n# Facts\n- <script>x</script>" }));
    const page = exportToFiles(partsOf(memory), "md")[0]?.text ?? "";
    expect(page).toContain(String.raw`### a \# Facts - &lt;script>x&lt;/script>`);
  });
});

describe("[MEM12] an export comes back", () => {
  test("into an empty memory with new ids, and goes out again as the same bytes", () => {
    const from = createWorld().device("laptop").memory;
    furnish(from);
    const to = createWorld().device("other").memory;
    const text = exported(from);
    const report = imported(to, text);
    expect(report.skipped).toEqual([]);
    expect(report.presentCount).toBe(0);
    expect(exported(to)).toBe(text);
    const inside = (memory: Memory): readonly string[] =>
      partsOf(memory).flatMap(({ entries }) => entries.map(({ id }) => id));
    expect(inside(to).filter((id) => inside(from).includes(id))).toEqual([]);
  });

  test("where documents are opened when they are asked for, each once", async () => {
    const from = createWorld().device("laptop").memory;
    furnish(from);
    const incoming = valueOf(parseExport(exported(from)));
    const { memory, doc } = createWorld({ isLazy: true }).device("other");
    const opened: string[] = [];
    const open = (name: Parameters<typeof doc>[0]): Promise<void> => {
      opened.push(name);
      doc(name);
      return opened.length < 50 ? Promise.resolve() : Promise.reject(new Error("without end"));
    };
    const plan = valueOf(await withDocs(open, () => planImport(memory, incoming)));
    expect(plan.entries.length).toBe(incoming.entries.length);
    for (const batch of batchesOf(plan)) valueOf(await withDocs(open, () => batch.write(memory)));
    expect(new Set(opened).size).toBe(opened.length);
    expect(exported(memory)).toBe(exported(from));
    const again = valueOf(await withDocs(open, () => planImport(memory, incoming)));
    expect([again.entries, again.events]).toEqual([[], []]);
  });

  test("with references that lead to the new entries", () => {
    const from = createWorld().device("laptop").memory;
    const { fact } = furnish(from);
    const to = createWorld().device("other").memory;
    imported(to, exported(from));
    const items = valueOf(list(to)).items;
    const again = items.find(({ text }) => text.includes("5433"));
    if (again?.type !== "fact") throw new Error("the fact");
    expect(again.id).not.toBe(fact);
    const old = valueOf(show(to, again.core.supersedes as EntryId));
    expect([old.text.includes("5432"), old.supersededBy]).toEqual([true, again.id]);
    const decision = items.find(({ type }) => type === "decision");
    expect(decision?.type === "decision" && decision.status).toBe("validated");
    const episode = items.find(({ type }) => type === "episode");
    const links =
      episode?.type === "episode" ? [...(episode.entry.sets["links"]?.keys() ?? [])] : [];
    expect(links).toEqual([`decisions_used:${decision?.id ?? ""}`]);
    expect(again.project).toBe(decision?.project);
    expect(again.project).not.toBeUndefined();
  });

  test("any number of times without a second copy, also to where it came from", () => {
    const world = createWorld();
    const from = world.device("laptop").memory;
    furnish(from);
    const text = exported(from);
    expect(imported(from, text).importedCount).toBe(0);
    expect(exported(from)).toBe(text);
    const to = createWorld().device("other").memory;
    imported(to, text);
    const once = exported(to);
    expect(imported(to, text).importedCount).toBe(0);
    expect(exported(to)).toBe(once);
    // Round the world and home again.
    expect(imported(from, once).importedCount).toBe(0);
    expect(exported(from)).toBe(text);
  });

  test("with the verdicts that were given since, when it is imported a second time", () => {
    const world = createWorld();
    const from = world.device("laptop").memory;
    const { id } = valueOf(decide(from, { decision: "use SQLite" }));
    const to = createWorld().device("other").memory;
    imported(to, exported(from));
    valueOf(validate(from, id, { status: "reversed", by: "user" }));
    expect(imported(to, exported(from))).toMatchObject({ importedCount: 0, presentCount: 1 });
    const [item] = valueOf(list(to)).items;
    expect(item?.type === "decision" && item.status).toBe("reversed");
  });

  test("with trust of its own: what a file calls a person's word is imported", () => {
    const from = createWorld().device("laptop").memory;
    furnish(from);
    const to = createWorld().device("other").memory;
    imported(to, exported(from));
    const trusts = valueOf(list(to, { types: [...kindNames] })).items.map(({ trust }) => trust);
    expect(new Set(trusts)).toEqual(new Set(["imported"]));
  });

  test("not with what was forgotten here since, even after a purge", () => {
    const from = createWorld().device("laptop").memory;
    valueOf(remember(from, { claim: "to be forgotten" }));
    const to = createWorld().device("other").memory;
    const [id] = imported(to, exported(from)).ids;
    if (id === undefined) throw new Error("an entry");
    valueOf(purge(to, [id]));
    expect(imported(to, exported(from))).toMatchObject({ importedCount: 0, presentCount: 1 });
    expect(valueOf(list(to)).items).toEqual([]);
  });

  test("not with verdicts on what has been purged here", () => {
    const from = createWorld().device("laptop").memory;
    const { id } = valueOf(decide(from, { decision: "use SQLite" }));
    const { memory, doc } = createWorld().device("other");
    valueOf(purge(memory, imported(memory, exported(from)).ids));
    valueOf(validate(from, id, { status: "reversed", by: "user" }));
    imported(memory, exported(from));
    for (const name of valueOf(docNames(memory))) expect(doc(name).getMap("events").size).toBe(0);
  });

  test("on two devices at once as two entries, of which one is shown", () => {
    const from = createWorld().device("laptop").memory;
    valueOf(remember(from, { claim: "said once" }));
    const text = exported(from);
    const world = createWorld();
    const [left, right] = [world.device("left").memory, world.device("right").memory];
    imported(left, text);
    imported(right, text);
    world.exchange();
    expect(valueOf(list(left)).items.length).toBe(2);
    for (const memory of [left, right]) valueOf(markDuplicates(memory, valueOf(docNames(memory))));
    world.exchange();
    const shown = [left, right].map((memory) => valueOf(list(memory)).items.map(({ id }) => id));
    expect(shown[0]?.length).toBe(1);
    expect(shown[0]).toEqual(shown[1]);
  });

  test("into the project that has its remote, not into a second one", () => {
    const from = createWorld().device("laptop").memory;
    furnish(from);
    const to = createWorld().device("other").memory;
    const own = furnish(to).project;
    imported(to, exported(from));
    const projects = valueOf(list(to, { types: ["project"] })).items;
    expect(projects.map(({ id }) => id)).toEqual([own]);
    const facts = valueOf(list(to, { types: ["fact"] })).items;
    expect(new Set(facts.map(({ project }) => project))).toEqual(new Set([own]));
  });
});

describe("what is no export of ours", () => {
  test.each(["", "[]", "{}", '{"format":"duro-memory"}', '{"format":"other","version":1}'])(
    "is refused: %s",
    (text) => {
      expect(errorOf(parseExport(text)).type).toBe("NotAnExport");
    },
  );

  test("is refused when a newer version wrote it", () => {
    const text = '{"format":"duro-memory","version":2,"entries":[]}';
    expect(errorOf(parseExport(text))).toEqual({ type: "ExportTooNew", version: 2 });
  });

  test("is taken as far as it can be read, and the rest is named", () => {
    const good = exported(
      ((memory) => {
        furnish(memory);
        return memory;
      })(createWorld().device("laptop").memory),
    );
    const broken = good
      .replace('"claim": "it waits for port 5433"', '"claim": 7')
      .replace('"type": "skill"', '"type": "spell"');
    const { memory } = createWorld().device("other");
    const report = imported(memory, broken);
    expect(
      report.skipped.map(({ why, field }) => `${why} ${field ?? ""}`.trim()).toSorted(),
    ).toEqual(["TargetUnknown", "TypeUnknown", "WrongField claim"]);
    expect(report.importedCount).toBeGreaterThan(5);
  });
});

test("every name in a directory and every id in an export is one that can be read again", () => {
  const { memory } = createWorld().device("laptop");
  furnish(memory);
  for (const name of valueOf(docNames(memory))) expect(parseDocName(name).ok).toBe(true);
  for (const { entries } of partsOf(memory))
    for (const { id } of entries) expect(parseEntryId(id).ok).toBe(true);
});

describe("what comes in from elsewhere", () => {
  interface Parts {
    readonly core?: object;
    readonly fields?: object;
    readonly sets?: object;
  }
  const exportWith = ({ core = {}, fields = {}, sets = {} }: Parts): string => {
    const { memory } = createWorld().device("elsewhere");
    valueOf(remember(memory, { claim: "x" }));
    const all = JSON.parse(exported(memory)) as { readonly entries: Required<Parts>[] };
    const [fact] = all.entries;
    const entry = { ...fact, core: { ...fact?.core, ...core }, fields, sets };
    return JSON.stringify({ ...all, entries: [entry] }).replaceAll("PROTO", "__proto__");
  };

  test.each<[string, Parts]>([
    ["a set's member", { sets: { tags: { PROTO: 1, good: 1 } } }],
    ["a set", { sets: { PROTO: { x: 1 }, tags: { good: 1 } } }],
    ["a field", { fields: { PROTO: 1 } }],
    ["an origin", { core: { origins: ["PROTO"] } }],
    ["a long member", { sets: { tags: { ["y".repeat(2_000)]: 1, good: 1 } } }],
  ])("has no name that other devices refuse: %s", (_what, parts) => {
    const { memory } = createWorld().device("laptop");
    expect(imported(memory, exportWith(parts)).importedCount).toBe(1);
    const text = exported(memory);
    expect(text).not.toContain("__proto__");
    expect(text).not.toContain("yyyy");
    const origins = valueOf(docNames(memory)).flatMap((name) =>
      Array.from(memory.docOf(name)?.getMap("imported").keys() ?? []),
    );
    expect(origins).toHaveLength(1);
    expect(origins).not.toContain("__proto__");
  });

  test("is left out where one value of it would not fit an envelope, also one of many numbers", () => {
    const { memory } = createWorld().device("laptop");
    for (const core of [{ claim: "x".repeat(500_000) }, { extra: Array(100_000).fill(0.1) }]) {
      const report = imported(memory, exportWith({ core }));
      expect(report.skipped).toMatchObject([{ why: "TooLarge" }]);
    }
    const fits = exportWith({ core: { claim: "x".repeat(400_000) } });
    expect(imported(memory, fits).importedCount).toBe(1);
  });
});
