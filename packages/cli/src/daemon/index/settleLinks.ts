/**
 * Which entries are hidden because another stands in their stead: the same answer as `hiddenIn` of
 * `@duro/memory` gives (MEM8). A link hides its entry, whether what it leads to is known or not. Only where
 * links run in a circle is the newest entry of the circle shown.
 */
import type { DatabaseSync } from "node:sqlite";
import { type EntryId, isSuperseded } from "@duro/memory";

export const settleLinks = (db: DatabaseSync): void => {
  db.exec("UPDATE entry SET isHidden = 1 WHERE link IS NOT NULL AND isHidden = 0");
  const link = db.prepare("SELECT link FROM entry WHERE id = ?");
  const linkOf = (id: EntryId): EntryId | undefined => {
    const value = link.get(id)?.["link"];
    return typeof value === "string" ? (value as EntryId) : undefined;
  };
  const show = db.prepare("UPDATE entry SET isHidden = isForgotten WHERE id = ?");
  for (const { id } of db.prepare(perhapsNewestOfCircle).all())
    if (!isSuperseded(id as EntryId, linkOf)) show.run(id as EntryId);
};

/** The newest of a circle leads to an older one, and something leads to it. There are next to none. */
const perhapsNewestOfCircle = `
  SELECT id FROM entry
  WHERE link IS NOT NULL
    AND substr(link, instr(link, '_') + 1) <= age
    AND EXISTS (SELECT 1 FROM entry AS other WHERE other.link = entry.id)`;
