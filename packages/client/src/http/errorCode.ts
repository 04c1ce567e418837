/** What the platform calls a failure. Its message is left behind: addresses stand in it. */
const unnamed = "UNKNOWN";

export const errorCodeOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return unnamed;
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
};
