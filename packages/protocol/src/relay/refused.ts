/** A refusal before it is a frame: its name in the catalogue and the facts. */
import { type RefusalName, refusals } from "../refusals.ts";
import { factsOf, type RefusalFrame, type RefusalSubject } from "../wire/refusal.ts";

export interface Refused {
  readonly name: RefusalName;
  readonly facts: Readonly<Record<string, string | number>>;
}

export const refused = (name: RefusalName, facts: Refused["facts"] = {}): Refused => ({
  name,
  facts,
});

export const refusalFrame = (subject: RefusalSubject, { name, facts }: Refused): RefusalFrame => ({
  type: "Refusal",
  subject,
  number: refusals[name].number,
  facts: factsOf(facts),
});
