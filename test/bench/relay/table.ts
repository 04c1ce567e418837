/** Plain text tables, and the one of goals at the end. */
export const printTable = (head: readonly string[], rows: readonly (readonly string[])[]): void => {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of [head, ...rows])
    console.log(
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  "),
    );
  console.log();
};

export interface Goal {
  readonly what: string;
  readonly goal: string;
  readonly found: string;
  readonly isMet: boolean;
}

export const printGoals = (goals: readonly Goal[]): void =>
  printTable(
    ["goal", "limit", "found", "met"],
    goals.map(({ what, goal, found, isMet }) => [what, goal, found, isMet ? "yes" : "NO"]),
  );
