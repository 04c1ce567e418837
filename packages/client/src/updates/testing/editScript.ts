/** Edits of several people in one document, every kind that Yjs has, who now and then hear of each other. */
import fc from "fast-check";
import * as Y from "yjs";
import { stopFormattingCleanup } from "../formattingCleanup.ts";

const kinds = [
  "type",
  "erase",
  "format",
  "embed",
  "push",
  "remove",
  "set",
  "unset",
  "nestMap",
  "nestText",
  "editNested",
  "element",
  "attribute",
  "hear",
] as const;

export interface EditStep {
  readonly who: number;
  readonly kind: (typeof kinds)[number];
  readonly at: number;
  readonly length: number;
  readonly word: string;
  readonly other: number;
}

/** None of two units: Yjs replaces a pair that an edit goes through, on some replicas sooner than on others. */
const characters = fc.constantFrom("a", "b", "é", "語", " ");

export const editScript = (personCount: number, stepCountMax = 60): fc.Arbitrary<EditStep[]> =>
  fc.array(
    fc.record({
      who: fc.nat(personCount - 1),
      kind: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...kinds) },
        fc.constant<EditStep["kind"]>("hear"),
      ),
      at: fc.nat(40),
      length: fc.integer({ min: 1, max: 4 }),
      word: fc.string({ minLength: 1, maxLength: 5, unit: characters }),
      other: fc.nat(personCount - 1),
    }),
    // The default would make short ones, in which people hardly ever meet.
    { minLength: 1, maxLength: stepCountMax, size: "max" },
  );

export const docOf = (clientId: number, gc = true): Y.Doc => {
  const doc = new Y.Doc({ gc });
  doc.clientID = clientId;
  stopFormattingCleanup(doc);
  return doc;
};

export const docFrom = (updates: readonly Uint8Array[], clientId = 1, gc = true): Y.Doc => {
  const doc = docOf(clientId, gc);
  for (const update of updates) Y.applyUpdate(doc, update, "heard");
  // Yjs takes another one when its own comes from outside.
  doc.clientID = clientId;
  return doc;
};

/**
 * Loaded anew and encoded: replicas that heard the same in another order have the same operations, and
 * may have them in other pieces.
 */
export const canonical = (doc: Y.Doc): Uint8Array =>
  Y.encodeStateAsUpdate(docFrom([Y.encodeStateAsUpdate(doc)]));

/** Few, so that people meet at them. */
const mapNames = ["a", "b", "c"];

/** All that somebody sees of it. */
export const visible = (doc: Y.Doc) => ({
  text: doc.getText("text").toDelta(),
  list: doc.getArray("list").toJSON(),
  map: doc.getMap("map").toJSON(),
  xml: doc.getXmlFragment("xml").toJSON(),
});

export interface SentUpdate {
  readonly by: number;
  /** Which step of the script it comes from. */
  readonly step: number;
  readonly update: Uint8Array;
}

export interface Played {
  readonly docs: readonly Y.Doc[];
  readonly sent: readonly SentUpdate[];
}

/** `by` and `who` are places in `people`, the clientIDs. From `silentFrom` on nobody hears of the first. */
export const play = (
  script: readonly EditStep[],
  people: readonly number[],
  silentFrom = Infinity,
): Played => {
  const docs = people.map((clientId) => docOf(clientId));
  const sent: SentUpdate[] = [];
  let at = 0;
  docs.forEach((doc, by) =>
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== "heard") sent.push({ by, step: at, update });
    }),
  );
  for (const [index, step] of script.entries()) {
    at = index;
    const doc = docs[step.who];
    const other = docs[step.other];
    if (doc === undefined || other === undefined) continue;
    const isSilent = step.other === 0 && index >= silentFrom;
    if (step.kind === "hear" && isSilent) continue;
    if (step.kind === "hear") Y.applyUpdate(doc, Y.encodeStateAsUpdate(other), "heard");
    else doc.transact(() => edit(doc, step));
  }
  return { docs, sent };
};

const edit = (doc: Y.Doc, { kind, at, length, word }: EditStep): void => {
  const text = doc.getText("text");
  const list = doc.getArray<unknown>("list");
  const map = doc.getMap<unknown>("map");
  const xml = doc.getXmlFragment("xml");
  const name = mapNames[at % mapNames.length] ?? "a";
  switch (kind) {
    case "type":
      return text.insert(at % (text.length + 1), word, at % 5 === 0 ? { bold: true } : undefined);
    case "erase":
      return erase(text, at, length);
    case "format":
      return text.length === 0
        ? undefined
        : text.format(at % text.length, length, { [name]: at % 3 === 0 ? null : length });
    case "embed":
      return text.insertEmbed(at % (text.length + 1), { word });
    case "push":
      return list.insert(at % (list.length + 1), [word, at, { word }, null].slice(0, length));
    case "remove":
      return list.length === 0 ? undefined : list.delete(at % list.length, 1);
    case "set":
      return void map.set(name, length === 1 ? new Uint8Array([at]) : word);
    case "unset":
      return map.delete(name);
    case "nestMap":
      return void map.set(name, new Y.Map([[word, new Y.Array()]]));
    case "nestText":
      return list.insert(at % (list.length + 1), [new Y.Text(word)]);
    case "editNested":
      return editNested([...list.toArray(), ...map.values()], at, word);
    case "element":
      return xml.insert(at % (xml.length + 1), [new Y.XmlElement("p"), new Y.XmlText(word)]);
    case "attribute":
      return setAttribute(xml.toArray(), at, word);
    case "hear":
      return undefined;
  }
};

const erase = (text: Y.Text, at: number, length: number): void => {
  if (text.length === 0) return;
  const from = at % text.length;
  text.delete(from, Math.min(length, text.length - from));
};

const editNested = (values: readonly unknown[], at: number, word: string): void => {
  const types = values.filter((value) => value instanceof Y.Text || value instanceof Y.Map);
  const type = types[at % Math.max(1, types.length)];
  if (type instanceof Y.Text) type.insert(at % (type.length + 1), word);
  if (!(type instanceof Y.Map)) return;
  const inner = [...type.values()].find((value) => value instanceof Y.Array);
  if (inner instanceof Y.Array && at % 2 === 0) inner.insert(0, [word, new Y.Map([[word, at]])]);
  else type.set(mapNames[at % mapNames.length] ?? "a", word);
};

const setAttribute = (children: readonly unknown[], at: number, word: string): void => {
  const child = children[at % Math.max(1, children.length)];
  if (child instanceof Y.XmlElement) {
    child.setAttribute("class", word);
    child.insert(0, [new Y.XmlText(word)]);
  } else if (child instanceof Y.XmlText) child.insert(0, word, { i: true });
};
