import { readUpdate } from "@duro/protocol";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { deletionsOf } from "./deletions.ts";
import { rewriteUpdates } from "./rewriteUpdates.ts";
import { docFrom, docOf, visible } from "./testing/editScript.ts";

const author = 2 ** 40 + 5;
const other = 2 ** 40 + 3;
const later = 2 ** 40 + 9;
const newClientId = 2 ** 52 + 17;

/** What everybody holds, then what the author wrote that does not count. */
const carryOver = (
  edit: (doc: Y.Doc) => void,
  { counted, lost = docOf(other) }: { counted: Y.Doc; lost?: Y.Doc },
) => {
  const base = Y.encodeStateAsUpdate(counted);
  const doc = docFrom([base, Y.encodeStateAsUpdate(lost)], author);
  const own: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => own.push(update));
  edit(doc);
  const update = rewriteUpdates({
    doc,
    counted: Y.decodeStateVector(Y.encodeStateVector(counted)),
    oldClientId: author,
    newClientId,
    deletions: deletionsOf(own),
  });
  if (update === undefined) return { doc, reader: docFrom([base]), structCount: 0 };
  const shape = readUpdate(update, newClientId);
  if (!shape.ok) throw new Error(shape.error.expected);
  const reader = docFrom([base, update]);
  expect(reader.store.pendingStructs).toBeNull();
  expect(reader.store.pendingDs).toBeNull();
  return { doc, reader, structCount: shape.value.structCount };
};

const docWith = (clientId: number, edit: (doc: Y.Doc) => void, from?: Y.Doc): Y.Doc => {
  const doc = docFrom(from === undefined ? [] : [Y.encodeStateAsUpdate(from)], clientId);
  edit(doc);
  return doc;
};

test("no edit is carried over where there is none", () => {
  const counted = docWith(other, (doc) => doc.getText("text").insert(0, "theirs"));
  const rewrite = {
    doc: counted,
    counted: new Map([[other, 6]]),
    oldClientId: author,
    newClientId,
  };
  expect(rewriteUpdates({ ...rewrite, deletions: new Map() })).toBeUndefined();
});

test("formatting, and taking formatting away, is carried over with its ends", () => {
  const counted = docWith(other, (doc) => {
    doc.getText("text").insert(0, "one two three");
    doc.getText("text").format(0, 7, { bold: true });
  });
  const { doc, reader } = carryOver(
    (edited) => {
      const text = edited.getText("text");
      text.format(4, 9, { italic: true });
      text.format(0, 3, { bold: null });
      text.insert(5, "X", { link: "here" });
    },
    { counted },
  );
  expect(visible(reader)).toEqual(visible(doc));
});

test("of a map entry only the newest value is carried over, and it replaces what counts", () => {
  const counted = docWith(other, (doc) => doc.getMap("map").set("a", "theirs"));
  const { reader, structCount } = carryOver(
    (doc) => {
      for (let count = 0; count < 10; count += 1) doc.getMap("map").set("a", count);
    },
    { counted },
  );
  expect(visible(reader).map).toEqual({ a: 9 });
  expect(structCount).toBe(1);
});

test("an entry stays away that was deleted after it had replaced a concurrent one", () => {
  const counted = docWith(other, (doc) => doc.getMap("map").set("a", "theirs"));
  const { doc, reader } = carryOver(
    (edited) => {
      edited.getMap("map").set("a", "ours");
      edited.getMap("map").delete("a");
    },
    { counted },
  );
  expect(visible(doc).map).toEqual({});
  expect(visible(reader).map).toEqual({});
});

test("an entry stays away that had replaced a concurrent one before anybody knew, and was then deleted", () => {
  const counted = docWith(other, (doc) => doc.getMap("map").set("a", "theirs"));
  const doc = docOf(author);
  const own: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array, origin: unknown) => {
    if (origin !== "heard") own.push(update);
  });
  doc.getMap("map").set("a", "ours");
  // The author's clientID is the higher one, so the entry that arrives now loses without a word.
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(counted), "heard");
  doc.getMap("map").delete("a");
  expect(deletionsOf(own).has(other)).toBe(false);
  const update = rewriteUpdates({
    doc,
    counted: new Map([[other, 1]]),
    oldClientId: author,
    newClientId,
    deletions: deletionsOf(own),
  });
  const reader = docFrom([Y.encodeStateAsUpdate(counted), update ?? new Uint8Array()]);
  expect(visible(reader).map).toEqual({});
});

test("types made by the edits come with what was put into them, however deep", () => {
  const counted = docWith(other, (doc) => doc.getArray("list").push(["theirs"]));
  const { doc, reader } = carryOver(
    (edited) => {
      const inner = new Y.Map<unknown>();
      edited.getMap("map").set("a", new Y.Map([["inner", inner]]));
      inner.set("list", new Y.Array());
      (inner.get("list") as Y.Array<unknown>).push([1, new Y.Text("deep"), 2]);
      const text = (inner.get("list") as Y.Array<unknown>).get(1) as Y.Text;
      text.insert(4, "er", { bold: true });
      // What lay in the root is put into the new type.
      edited.getArray("list").delete(0, 1);
      (inner.get("list") as Y.Array<unknown>).insert(0, ["theirs"]);
      const element = new Y.XmlElement("p");
      edited.getXmlFragment("xml").insert(0, [element]);
      element.setAttribute("class", "c");
      element.insert(0, [new Y.XmlText("words"), new Y.XmlElement("br")]);
    },
    { counted },
  );
  expect(visible(reader)).toEqual(visible(doc));
  expect(visible(reader).xml).toContain('class="c"');
});

test("half of what one struct holds is carried over when the other half counts", () => {
  const counted = docWith(author, (doc) => {
    doc.getText("text").insert(0, "counts");
    doc.getArray("list").push([1, 2]);
  });
  const { doc, reader } = carryOver(
    (edited) => {
      edited.getText("text").insert(6, " not");
      edited.getArray("list").push([3, 4]);
    },
    { counted },
  );
  expect(visible(reader)).toEqual(visible(doc));
  expect(visible(reader).list).toEqual([1, 2, 3, 4]);
});

test("what was typed in many edits becomes one operation", () => {
  const { reader, structCount } = carryOver(
    (doc) => {
      for (let count = 0; count < 200; count += 1) doc.getText("text").insert(count % 7, "ab");
    },
    { counted: docOf(other) },
  );
  expect(structCount).toBe(1);
  expect(reader.getText("text").length).toBe(400);
});

test("what stood beside an edit that does not count stands beside what is left of it", () => {
  const counted = docWith(other, (doc) => doc.getText("text").insert(0, "AB"));
  const lost = docWith(later, (doc) => doc.getText("text").insert(1, "lost"), counted);
  const { reader } = carryOver((doc) => doc.getText("text").insert(3, "x"), { counted, lost });
  expect(reader.getText("text").toJSON()).toBe("AxB");
});

test("what was written into a type that does not count is lost with it, and nothing else is", () => {
  const counted = docWith(other, (doc) => doc.getText("text").insert(0, "AB"));
  const lost = docWith(later, (doc) => doc.getMap("map").set("a", new Y.Text("lost")), counted);
  const { reader } = carryOver(
    (doc) => {
      (doc.getMap("map").get("a") as Y.Text).insert(0, "inside");
      doc.getText("text").insert(1, "x");
    },
    { counted, lost },
  );
  expect(visible(reader).map).toEqual({});
  expect(reader.getText("text").toJSON()).toBe("AxB");
});

test("deletions are carried over of what counts, and of nothing else", () => {
  const counted = docWith(other, (doc) => doc.getText("text").insert(0, "AB"));
  const lost = docWith(later, (doc) => doc.getText("text").insert(1, "lost"), counted);
  const { reader } = carryOver((doc) => doc.getText("text").delete(0, 3), { counted, lost });
  expect(reader.getText("text").toJSON()).toBe("B");
  expect(reader.store.clients.has(later)).toBe(false);
});

test("of what one author wrote in one go, a deletion is carried over as far as it counts", () => {
  const counted = docWith(other, (doc) => doc.getText("text").insert(0, "AB"));
  const lost = docWith(other, (doc) => doc.getText("text").insert(2, "CD"), counted);
  const { reader } = carryOver((doc) => doc.getText("text").delete(1, 3), { counted, lost });
  expect(reader.getText("text").toJSON()).toBe("A");
});

test("what others deleted or replaced of ours comes back when they do not count", () => {
  const counted = docWith(other, (doc) => {
    doc.getMap("map").set("a", "theirs");
    doc.getMap("map").set("b", new Y.Array());
  });
  const start = Y.encodeStateAsUpdate(counted);
  const ours = docFrom([start], author, false);
  const own: Uint8Array[] = [];
  ours.on("update", (update: Uint8Array, origin: unknown) => {
    if (origin !== "heard") own.push(update);
  });
  ours.getMap("map").set("a", "ours");
  ours.getText("text").insert(0, "one two three");
  (ours.getMap("map").get("b") as Y.Array<unknown>).push(["inside"]);
  const lost = docWith(
    later,
    (doc) => {
      doc.getMap("map").set("a", "lost");
      doc.getMap("map").delete("b");
      doc.getText("text").delete(2, 8);
    },
    ours,
  );
  ours.getText("text").delete(0, 4);
  Y.applyUpdate(ours, Y.encodeStateAsUpdate(lost), "heard");
  expect(visible(ours)).toMatchObject({ map: { a: "lost" }, text: [{ insert: "ree" }] });
  const update = rewriteUpdates({
    doc: ours,
    counted: Y.decodeStateVector(Y.encodeStateVector(counted)),
    oldClientId: author,
    newClientId,
    deletions: deletionsOf(own),
  });
  const reader = docFrom([start, update ?? new Uint8Array()]);
  expect(visible(reader)).toMatchObject({
    map: { a: "ours", b: ["inside"] },
    text: [{ insert: "two three" }],
  });
});

test("edits keep their order among each other and among concurrent ones of a lower and a higher clientID", () => {
  for (const concurrent of [2 ** 40, 2 ** 53 - 1]) {
    const theirs = docWith(concurrent, (doc) => doc.getText("text").insert(0, "theirs"));
    const own: Uint8Array[] = [];
    const doc = docOf(author);
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== "heard") own.push(update);
    });
    doc.getText("text").insert(0, "ours");
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(theirs), "heard");
    const update = rewriteUpdates({
      doc,
      counted: new Map([[concurrent, 6]]),
      oldClientId: author,
      newClientId,
      deletions: deletionsOf(own),
    });
    const reader = docFrom([Y.encodeStateAsUpdate(theirs), update ?? new Uint8Array()]);
    expect(visible(reader)).toEqual(visible(doc));
  }
});
