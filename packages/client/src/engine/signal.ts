/** Tells whoever listens that something has changed; what it is, they look up. */
export interface Signal {
  readonly tell: () => void;
  /** Until what comes back is called. */
  readonly listen: (listener: () => void) => () => void;
}

export const createSignal = (): Signal => {
  const listeners = new Set<() => void>();
  return {
    tell: () => {
      for (const listener of listeners) listener();
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};
