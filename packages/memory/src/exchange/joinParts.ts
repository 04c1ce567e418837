/** The parts of an export as one. */
import { kindNames } from "../entities/kinds.ts";
import { byText } from "../json.ts";
import type { ExportPart } from "./exportDoc.ts";
import { withOriginNames } from "./originNames.ts";

/** In one order, whatever order the documents came in. */
export const joinParts = (parts: readonly ExportPart[]): ExportPart => {
  const { entries, events } = withOriginNames({
    entries: parts.flatMap((part) => part.entries),
    events: parts.flatMap((part) => part.events),
  });
  return {
    entries: entries.toSorted(
      (a, b) => kindNames.indexOf(a.type) - kindNames.indexOf(b.type) || byText(a.id, b.id),
    ),
    events: events.toSorted((a, b) => byText(a.id, b.id)),
  };
};
