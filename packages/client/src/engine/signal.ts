/** Tells whoever listens that something has changed; what it is, they look up. */
export interface Signal<T = void> {
  readonly tell: (said: T) => void;
  /** Until what comes back is called. */
  readonly listen: (listener: (said: T) => void) => () => void;
}

export const createSignal = <T = void>(): Signal<T> => {
  const listeners = new Set<(said: T) => void>();
  return {
    tell: (said) => {
      for (const listener of listeners) listener(said);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};
