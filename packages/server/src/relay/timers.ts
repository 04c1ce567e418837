/** Waiting, as the relay's core needs it: a parameter, so that the simulation can bring its own. */
export interface RelayTimers {
  /** Again and again, until what comes back is called. */
  every(intervalMs: number, work: () => void): () => void;
  /** After everything that came in the same turn. */
  nextTurn(): Promise<void>;
}

export const systemTimers: RelayTimers = {
  every: (intervalMs, work) => {
    const timer = setInterval(work, intervalMs);
    return () => clearInterval(timer);
  },
  nextTurn: () => new Promise((resolve) => void setImmediate(resolve)),
};
