/** `duro remember` and `duro decide`: new facts and decisions. */
import { decision } from "../entities/decision.ts";
import { fact, type FactKind } from "../entities/fact.ts";
import type { EntryId } from "../ids.ts";
import type { DocNotOpen, Memory } from "../memory.ts";
import type { Result } from "../result.ts";
import type { BadField, TypeOf } from "../shape.ts";
import { createEntry, type Written } from "./create.ts";

type FactCore = TypeOf<typeof fact.core>;
type DecisionCore = TypeOf<typeof decision.core>;

interface NewEntryOf {
  readonly tags?: readonly string[] | undefined;
  readonly project?: EntryId | undefined;
}

export type NewFact = NewEntryOf &
  Partial<Omit<FactCore, "at" | "claim" | "device" | "origins">> & {
    readonly claim: string;
    readonly sensitivity?: "public" | "internal" | "sensitive" | undefined;
    readonly validUntil?: number | undefined;
  };

export type NewDecision = NewEntryOf &
  Omit<DecisionCore, "at" | "device" | "origins" | "rationale"> & {
    readonly rationale?: string | undefined;
    readonly title?: string | undefined;
  };

/** What a person says is likelier true than what a model concluded; neither is certain. */
const confidenceOfUser = 0.8;
const confidenceOfAgent = 0.5;
const kindByDefault: FactKind = "fact";

export const remember = (
  memory: Memory,
  { tags, project, sensitivity, validUntil, ...core }: NewFact,
): Result<Written, BadField | DocNotOpen> => {
  const isAgent = core.agent !== undefined;
  return createEntry(memory, fact, {
    core: {
      ...core,
      kind: core.kind ?? kindByDefault,
      provenance: core.provenance ?? (isAgent ? "unknown" : "user"),
      confidence: core.confidence ?? (isAgent ? confidenceOfAgent : confidenceOfUser),
      at: memory.nowMs(),
      device: memory.device,
    },
    fields: { sensitivity, validUntil },
    tags,
    project,
  });
};

export const decide = (
  memory: Memory,
  { tags, project, title, ...core }: NewDecision,
): Result<Written, BadField | DocNotOpen> =>
  createEntry(memory, decision, {
    core: {
      ...core,
      rationale: core.rationale ?? "",
      at: memory.nowMs(),
      device: memory.device,
    },
    fields: { title },
    tags,
    project,
  });
