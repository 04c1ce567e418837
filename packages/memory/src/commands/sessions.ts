/** What is known of sessions, and named places in them. */
import { checkpoint, session } from "../entities/session.ts";
import type { EntryId } from "../ids.ts";
import type { DocNotOpen, Memory } from "../memory.ts";
import type { Result } from "../result.ts";
import type { BadField, TypeOf } from "../shape.ts";
import { createEntry, type Written } from "./create.ts";

type SessionCore = TypeOf<typeof session.core>;
type CheckpointCore = TypeOf<typeof checkpoint.core>;

export type NewSession = Omit<SessionCore, "at" | "device" | "origins"> & {
  readonly tags?: readonly string[] | undefined;
};

/**
 * One for each device that takes part. Its id is random like any other: a machine that was set back
 * would make the same natural one twice. What grows (title, end, digest) is changed by `edit`.
 */
export const addSession = (
  memory: Memory,
  { tags, ...core }: NewSession,
): Result<Written, BadField | DocNotOpen> =>
  createEntry(memory, session, {
    core: { ...core, at: core.started, device: memory.device },
    fields: { status: "open" },
    tags,
    atMs: core.started,
  });

/** A bookmark; it copies nothing of the session. */
export const addCheckpoint = (
  memory: Memory,
  place: Omit<CheckpointCore, "at" | "device" | "origins" | "session"> & {
    readonly session: EntryId;
  },
): Result<Written, BadField | DocNotOpen> =>
  createEntry(memory, checkpoint, {
    core: { ...place, at: memory.nowMs(), device: memory.device },
  });
