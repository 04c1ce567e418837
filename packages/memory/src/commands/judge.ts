/** What happened to an entry, as events: verdicts on decisions, and words for or against anything. */
import type { DocName } from "../docs/names.ts";
import { event, type EventCore, type EventType, type Verdict } from "../entities/event.ts";
import type { EntryId } from "../ids.ts";
import type { Memory } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import type { BadField } from "../shape.ts";
import {
  type DecisionStatus,
  foldDecision,
  type statusByVerdict,
  verdictOf,
} from "../folds/decisionStatus.ts";
import { addEvent, type Event, eventsOf, type NewEvent } from "../folds/events.ts";
import { findEntry, type FindError, type Found } from "./find.ts";

export type VerdictStatus = (typeof statusByVerdict)[Verdict];

/** What a caller may say of an event; the rest is known. */
export type Saying = Pick<
  EventCore,
  "actual" | "agent" | "by" | "confidence" | "evidence" | "expected" | "result"
>;

export interface Judged {
  /** Of the event. */
  readonly id: EntryId;
  readonly docs: readonly DocName[];
}

export interface Validated extends Judged {
  readonly status: DecisionStatus;
  /** Verdicts that said otherwise and that this one settles. To be shown: nothing is settled silently. */
  readonly settles: readonly Event[];
}

export interface WrongType {
  readonly type: "WrongType";
  readonly id: EntryId;
}

const verdictByStatus: Readonly<Record<VerdictStatus, Verdict>> = {
  validated: "validate",
  partial: "partial",
  reversed: "reverse",
  superseded: "supersede",
};

/** `duro validate`: the outcome of a decision. */
export const validate = (
  memory: Memory,
  id: EntryId,
  { status, ...saying }: Saying & { readonly status: VerdictStatus },
): Result<Validated, BadField | FindError | WrongType> => {
  const found = findEntry(memory, id);
  if (!found.ok) return found;
  if (found.value.type !== "decision") return err({ type: "WrongType", id });
  const { standing } = foldDecision(eventsOf(found.value, id));
  const verdict = verdictByStatus[status];
  const added = add(found.value, {
    ...saying,
    t: verdict,
    resolves: standing.map((one) => one.id),
  });
  if (!added.ok) return added;
  return ok({
    ...added.value,
    status: foldDecision(eventsOf(found.value, id)).status,
    settles: standing.filter((one) => verdictOf(one) !== verdict),
  });
};

/** A word for or against: `reinforce`, `weaken`, `review`, `confirm`, `reject`. */
export const judge = (
  memory: Memory,
  id: EntryId,
  saying: Saying & { readonly t: Exclude<EventType, Verdict> },
): Result<Judged, BadField | FindError> => {
  const found = findEntry(memory, id);
  return found.ok ? add(found.value, saying) : found;
};

const add = (found: Found, content: NewEvent): Result<Judged, BadField> => {
  const checked = event.read({ ...content, of: found.id, at: 0, tick: 0 }, "", "strict");
  if (!checked.ok) return checked;
  return ok({ id: addEvent(found, found.id, content), docs: [found.name] });
};
