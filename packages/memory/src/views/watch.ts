/** Which entries a change of a document touches: what an index has to read anew. */
import type * as Y from "yjs";
import { eventsTable } from "../entities/event.ts";
import { kindNames, kinds } from "../entities/kinds.ts";
import { type EntryId, isEntryId } from "../ids.ts";
import { isJsonObject } from "../json.ts";

/** Calling what comes back ends it. */
export const watchEntries = (
  doc: Y.Doc,
  onChanged: (ids: ReadonlySet<EntryId>) => void,
): (() => void) => {
  const stops = kindNames.map((type) => {
    const table = doc.getMap(kinds[type].table);
    const listener = (changes: readonly Y.YEvent<Y.AbstractType<unknown>>[]): void => {
      const ids = changes.flatMap((change) => {
        const [id] = change.path;
        return id === undefined ? [...change.keys.keys()] : [id];
      });
      onChanged(new Set(ids.filter(isEntryId)));
    };
    table.observeDeep(listener);
    return () => table.unobserveDeep(listener);
  });
  const events = doc.getMap(eventsTable);
  const onEvent = (change: Y.YMapEvent<unknown>): void => {
    const targets = [...change.keys].map(([id, { oldValue }]) =>
      targetOf(events.get(id) ?? oldValue),
    );
    onChanged(new Set(targets.filter(isEntryId)));
  };
  events.observe(onEvent);
  return () => {
    for (const stop of stops) stop();
    events.unobserve(onEvent);
  };
};

const targetOf = (event: unknown): unknown => (isJsonObject(event) ? event["of"] : undefined);
