/** Times from a sender to receivers in one process, of every delivery of one run. */
interface Latencies {
  /** The next message was due then. */
  sent(atMs: number): void;
  /** One receiver has come from one position to another. */
  received(fromPosition: number, toPosition: number): void;
  readonly valuesMs: readonly number[];
}

/** `basePosition`: what everybody had before the run. */
export const createLatencies = (basePosition: number): Latencies => {
  const sentAtMs: number[] = [];
  const valuesMs: number[] = [];
  return {
    sent: (atMs) => {
      sentAtMs.push(atMs);
    },
    received: (fromPosition, toPosition) => {
      const nowMs = performance.now();
      for (let position = fromPosition; position < toPosition; position++)
        valuesMs.push(nowMs - (sentAtMs[position - basePosition] ?? Number.NaN));
    },
    valuesMs,
  };
};
