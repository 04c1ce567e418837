/** Gathers what is to be said of one's own presence: a cursor moves more often than anybody looks. */
import type { DocId } from "@duro/protocol";
import type { Clock } from "../ports/clock.ts";
import { docsPerPresenceMax, type PresenceEntry, stateByteLengthMax } from "./presenceForm.ts";

export interface OutgoingDeps {
  readonly clock: Clock;
  readonly send: (rising: readonly PresenceEntry[]) => void;
  readonly onTooLong: (doc: DocId, byteLength: number) => void;
}

export interface Outgoing {
  queue(entry: PresenceEntry): void;
}

/** Ten times a second looks like at once. */
const gatherMs = 100;

export const createOutgoing = ({ clock, send, onTooLong }: OutgoingDeps): Outgoing => {
  const waiting = new Map<DocId, PresenceEntry>();
  let takeBack: (() => void) | undefined;

  const flush = (): void => {
    takeBack?.();
    takeBack = undefined;
    const rising = [...waiting.values()].toSorted((a, b) => (a.doc < b.doc ? -1 : 1));
    waiting.clear();
    for (let at = 0; at < rising.length; at += docsPerPresenceMax)
      send(rising.slice(at, at + docsPerPresenceMax));
  };

  return {
    queue: (entry) => {
      const { doc, state } = entry;
      const { length } = new TextEncoder().encode(JSON.stringify(state));
      if (length > stateByteLengthMax) return onTooLong(doc, length);
      waiting.set(doc, entry);
      // Nobody may be there to send a goodbye later.
      if (state === null) return flush();
      takeBack ??= clock.after(gatherMs, flush);
      return undefined;
    },
  };
};
