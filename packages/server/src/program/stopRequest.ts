/** That somebody asked the program to stop, and why: a signal, or a failure that it does not survive. */

export interface StopRequest {
  /** Undefined: nobody did. */
  readonly reason: () => string | undefined;
  readonly isFailure: () => boolean;
  readonly requested: Promise<void>;
  /** False: it was asked before. */
  readonly ask: (reason: string, options?: { readonly isFailure: boolean }) => boolean;
}

export const createStopRequest = (): StopRequest => {
  const { promise: requested, resolve } = Promise.withResolvers<void>();
  let reason: string | undefined;
  let isFailure = false;
  return {
    reason: () => reason,
    isFailure: () => isFailure,
    requested,
    ask: (because, options) => {
      // A failure while stopping still is one.
      if (options?.isFailure === true) isFailure = true;
      if (reason !== undefined) return false;
      reason = because;
      resolve();
      return true;
    },
  };
};
