/** Our own export as one JSON text: equal vaults give equal bytes. */
import { kinds, type KindName } from "../entities/kinds.ts";
import { isEntryId, timeOfId } from "../ids.ts";
import {
  isJsonObject,
  type Json,
  type JsonObject,
  jsonToText,
  parseJson,
  toJsonObject,
} from "../json.ts";
import { err, ok, type Result } from "../result.ts";
import type { ExportPart } from "./exportDoc.ts";
import { joinParts } from "./joinParts.ts";
import {
  type Incoming,
  type IncomingEntry,
  type IncomingEvent,
  isName,
  type Skipped,
} from "./incoming.ts";

/** A reader refuses another format, and a version that is newer than its own. */
const format = "duro-memory";
const version = 1;

export const exportToJson = (parts: readonly ExportPart[]): string => {
  const { entries, events } = joinParts(parts);
  return jsonToText({
    format,
    version,
    entries: entries.map((entry) => toJsonObject(entry)),
    events: events.map((one) => toJsonObject(one)),
  });
};

interface NotAnExport {
  readonly type: "NotAnExport";
}
export interface ExportTooNew {
  readonly type: "ExportTooNew";
  readonly version: number;
}

export const parseExport = (text: string): Result<Incoming, ExportTooNew | NotAnExport> => {
  const all = parseJson(text);
  if (all === undefined || !isJsonObject(all) || all["format"] !== format)
    return err({ type: "NotAnExport" });
  const found = all["version"];
  if (typeof found !== "number") return err({ type: "NotAnExport" });
  if (found > version) return err({ type: "ExportTooNew", version: found });
  const skipped: Skipped[] = [];
  const entries = listIn(all, "entries").flatMap((value) => entryOf(value, skipped));
  const events = listIn(all, "events").flatMap((value) => eventOf(value, skipped));
  return ok({ entries, events, skipped });
};

const listIn = (from: JsonObject, name: string): readonly JsonObject[] => {
  const list = from[name];
  return Array.isArray(list) ? (list as readonly Json[]).filter(isJsonObject) : [];
};

const objectIn = (from: JsonObject, name: string): JsonObject => {
  const value = from[name];
  return value !== undefined && isJsonObject(value) ? value : {};
};

const namedIn = (from: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(from).filter(([name]) => isName(name)));

/** The foreign id first, then all it was called before. */
const originsOf = (id: string, core: JsonObject): readonly [string, ...string[]] => {
  const before = core["origins"];
  const names = Array.isArray(before) ? (before as readonly Json[]) : [];
  return [
    id,
    ...names.filter((one) => typeof one === "string").filter((one) => isName(one) && one !== id),
  ];
};

const entryOf = (value: JsonObject, skipped: Skipped[]): readonly IncomingEntry[] => {
  const { id, type, project } = value;
  if (!isEntryId(id) || typeof type !== "string" || !Object.hasOwn(kinds, type)) {
    skipped.push({ what: typeof id === "string" ? id : "an entry", why: "TypeUnknown" });
    return [];
  }
  const core = objectIn(value, "core");
  const kind = kinds[type as KindName];
  const members = Object.entries(namedIn(objectIn(value, "sets"))).flatMap(([name, set]) =>
    isJsonObject(set) ? [[name, namedIn(set)] as const] : [],
  );
  const isList = (name: string): boolean => kind.lists.includes(name);
  return [
    {
      type: type as KindName,
      origins: originsOf(id, core),
      project: isEntryId(project) ? project : undefined,
      atMs: timeOfId(id),
      core,
      fields: namedIn(objectIn(value, "fields")),
      sets: Object.fromEntries(members.filter(([name]) => !isList(name))),
      lists: Object.fromEntries(members.filter(([name]) => isList(name))),
      texts: Object.fromEntries(
        Object.entries(namedIn(objectIn(value, "texts"))).flatMap(([name, text]) =>
          typeof text === "string" ? [[name, text] as const] : [],
        ),
      ),
    },
  ];
};

const eventOf = (value: JsonObject, skipped: Skipped[]): readonly IncomingEvent[] => {
  const { id } = value;
  const { of, ...core } = objectIn(value, "core");
  if (!isEntryId(id) || typeof of !== "string") {
    skipped.push({ what: "an event", why: "TypeUnknown" });
    return [];
  }
  return [{ origins: originsOf(id, core), of, core }];
};
