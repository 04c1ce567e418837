/** What came of an attack: how often the relay answered with each refusal, close code or status. */
export interface Tally {
  readonly add: (what: string, count?: number) => void;
  readonly counts: Readonly<Record<string, number>>;
}

export const createTally = (): Tally => {
  const counts: Record<string, number> = {};
  return {
    add: (what, count = 1) => {
      counts[what] = (counts[what] ?? 0) + count;
    },
    counts,
  };
};
