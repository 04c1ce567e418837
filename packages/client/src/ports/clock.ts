/** Time as the engine sees it. Adapters: systemClock, and the simulation's own. */
export interface Clock {
  nowMs(): number;
  /** Once, and no sooner than that; calling what comes back takes it back. */
  after(delayMs: number, work: () => void): () => void;
}
