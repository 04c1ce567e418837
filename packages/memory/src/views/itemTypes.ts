/** The shapes in which readers get entries. */
import type { DocName } from "../docs/names.ts";
import type { KindName, KindOf } from "../entities/kinds.ts";
import type { EntryId } from "../ids.ts";
import type { TypeOf } from "../shape.ts";
import type { Entry } from "../store.ts";
import type { DecisionStatus } from "../folds/decisionStatus.ts";
import type { Event } from "../folds/events.ts";
import type { Trust } from "../folds/trust.ts";

type CoreOf<T extends KindName> = TypeOf<KindOf<T>["core"]>;
export type EntryOf<T extends KindName> = Entry<CoreOf<T>, KindOf<T>["fields"]>;

export interface ItemBase {
  readonly id: EntryId;
  readonly doc: DocName;
  readonly project: EntryId | undefined;
  /** The one line that a list shows. */
  readonly text: string;
  readonly atMs: number;
  /** As its chain proves, not as it says. */
  readonly device: string | undefined;
  readonly tags: readonly string[];
  readonly isAltered: boolean;
  readonly isPinned: boolean;
  readonly forgottenMs: number | undefined;
  /** As the operation proves: a device. */
  readonly forgottenBy: string | undefined;
  readonly supersededBy: EntryId | undefined;
  readonly trust: Trust;
}

export interface FactItem extends ItemBase {
  readonly type: "fact";
  readonly core: CoreOf<"fact">;
  readonly sensitivity: "public" | "internal" | "sensitive";
  readonly validUntilMs: number | undefined;
  readonly isValid: boolean;
  readonly confidence: number;
  readonly duplicates: readonly EntryId[];
}

export interface DecisionItem extends ItemBase {
  readonly type: "decision";
  readonly core: CoreOf<"decision">;
  readonly title: string | undefined;
  readonly status: DecisionStatus;
  /** The verdicts behind the status; several when contested. */
  readonly standing: readonly Event[];
  readonly confidence: number;
  readonly isDueForReview: boolean;
  readonly duplicates: readonly EntryId[];
}

export interface OtherItem<T extends Exclude<KindName, "decision" | "fact">> extends ItemBase {
  readonly type: T;
  readonly core: CoreOf<T>;
  readonly entry: EntryOf<T>;
}

export type Item =
  | FactItem
  | DecisionItem
  | OtherItem<"episode">
  | OtherItem<"skill">
  | OtherItem<"session">
  | OtherItem<"checkpoint">
  | OtherItem<"task">
  | OtherItem<"project">;
