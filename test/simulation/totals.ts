/** What many runs come to, in a table for a person; and whether they got where they had to. */
import type { RunReport } from "./runSeed.ts";

/** Fewer seeds may well miss a rare state. */
const seedCountForRareStates = 200;

export interface Totals {
  add(report: RunReport): void;
  /** Gives how many rare states were never reached, though they should have been. */
  print(of: { readonly seedCount: number; readonly minutes: number }): number;
}

const addTo = (sums: Map<string, number>, name: string, count: number): void =>
  void sums.set(name, (sums.get(name) ?? 0) + count);

const printSums = (title: string, sums: ReadonlyMap<string, number>): void => {
  console.log(`\n${title}`);
  for (const [name, sum] of sums)
    console.log(`${Math.round(sum).toString().padStart(10)}  ${name}`);
};

export const createTotals = (): Totals => {
  const counts = new Map<string, number>();
  const actions = new Map<string, number>();
  const rare = new Map<string, number>();
  return {
    add: (report) => {
      for (const [name, count] of Object.entries(report.counts)) addTo(counts, name, count);
      for (const [name, count] of report.actions) addTo(actions, name, count);
      for (const [name, count] of report.rare) addTo(rare, name, count);
    },
    print: ({ seedCount, minutes }) => {
      printSums("operations", counts);
      printSums("what happened", actions);
      printSums("rare states", rare);
      const unreached = [...rare].filter(([, count]) => count === 0).map(([name]) => name);
      console.log(`\n${seedCount} seeds, ${(seedCount / minutes).toFixed(0)} a minute`);
      if (seedCount < seedCountForRareStates) return 0;
      for (const name of unreached) console.log(`FAULT never reached: ${name}`);
      return unreached.length;
    },
  };
};
