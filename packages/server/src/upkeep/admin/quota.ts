/** A quota as it is asked for, kept and shown. */

export type Quota = number | "default" | "unlimited";

/** Kept as a number, so that it is told from the absence of one; nobody stores as much. */
const unlimitedByteLength = Number.MAX_SAFE_INTEGER;

/** Undefined: the relay's default holds. */
export const quotaToStored = (quota: Quota): number | undefined => {
  if (quota === "default") return undefined;
  return quota === "unlimited" ? unlimitedByteLength : quota;
};

export const storedToQuota = (stored: number | undefined): Quota => {
  if (stored === undefined) return "default";
  return stored >= unlimitedByteLength ? "unlimited" : stored;
};
