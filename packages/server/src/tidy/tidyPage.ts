/** What happens to the bodies of one page. Pure. */
import type { BodyChanges, BodyPlace } from "../ports/tidyStore.ts";
import { fateOf, type TidyPlan } from "./planTidy.ts";

/** Bodies that are deleted in one transaction: it holds the vault, and whoever writes there waits. */
const removedByteLengthMax = 33_554_432;

export interface TidiedPage extends BodyChanges {
  /** Looked at up to here; 0 when the page is empty. */
  readonly toPosition: number;
  /** All of the page, not just its beginning. */
  readonly isWhole: boolean;
}

export const tidyPage = (
  plan: TidyPlan,
  bodies: readonly BodyPlace[],
  nowMs: number,
): TidiedPage => {
  const trash: number[] = [];
  const restore: number[] = [];
  const remove: number[] = [];
  let removedByteLength = 0;
  let toPosition = 0;
  for (const body of bodies) {
    switch (fateOf(plan, body, nowMs)) {
      case "stays":
        break;
      case "trash":
        trash.push(body.position);
        break;
      case "restore":
        restore.push(body.position);
        break;
      case "remove":
        // One is removed however long it is.
        if (remove.length > 0 && removedByteLength + body.byteLength > removedByteLengthMax)
          return { trash, restore, remove, toPosition, isWhole: false };
        removedByteLength += body.byteLength;
        remove.push(body.position);
        break;
    }
    toPosition = body.position;
  }
  return { trash, restore, remove, toPosition, isWhole: true };
};
