/** Plain text tables, and the one of goals at the end. */
import { endProgress } from "./progress.ts";
import { numberText, type Spread, spreadText } from "./figures.ts";

export const printTable = (head: readonly string[], rows: readonly (readonly string[])[]): void => {
  endProgress();
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

/** Of one processor: from here on a figure may tell more of the driver than of what it drives. */
const fullDriverShare = 0.9;

export interface Goal {
  readonly what: string;
  readonly limit: string;
  readonly found: Spread;
  readonly isMet: boolean;
  /** How much of a processor whoever made the load took: for us, and for the peer. */
  readonly driverShares: readonly number[];
}

interface Bound {
  readonly what: string;
  readonly limit: number;
  readonly found: Spread;
  readonly driverShares?: readonly number[];
}

export const atLeast = ({ what, limit, found, driverShares = [] }: Bound): Goal => ({
  what,
  limit: `>= ${numberText(limit)}`,
  found,
  isMet: found.median >= limit,
  driverShares,
});

export const atMost = ({ what, limit, found, driverShares = [] }: Bound): Goal => ({
  what,
  limit: `<= ${numberText(limit)}`,
  found,
  isMet: found.median <= limit,
  driverShares,
});

const driverText = ({ driverShares }: Goal): string =>
  driverShares
    .map((share) => `${numberText(share)}${share >= fullDriverShare ? " full" : ""}`)
    .join(" ");

export const printGoals = (goals: readonly Goal[]): void => {
  printTable(
    ["goal", "limit", "found", "met", "driver"],
    goals.map((one) => [
      one.what,
      one.limit,
      spreadText(one.found),
      one.isMet ? "yes" : "NO",
      driverText(one),
    ]),
  );
  console.log(
    "driver: of one processor, what making the load took for the relay, and for its peer",
  );
};
