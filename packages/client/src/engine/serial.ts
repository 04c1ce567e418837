/** One job after the other: what two jobs look at is never half changed. */
export interface Serial {
  run<T>(job: () => Promise<T>): Promise<T>;
  /** Resolves when everything asked for so far is done. */
  idle(): Promise<void>;
}

export const createSerial = (): Serial => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (job) => {
      const mine = last.then(job, job);
      last = mine.catch(() => {});
      return mine;
    },
    idle: async () => {
      await last;
    },
  };
};
