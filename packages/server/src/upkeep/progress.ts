/** Says from time to time how far something long has come. */

/** Often enough to see that it lives, seldom enough for a log. */
const tellEveryMs = 5_000;

export interface Progress {
  readonly tick: (sentence: () => string) => void;
}

/** Silent for the first seconds: what is quick says nothing. */
export const createProgress = (tell: (line: string) => void, nowMs: () => number): Progress => {
  let toldAtMs = nowMs();
  return {
    tick: (sentence) => {
      const now = nowMs();
      if (now - toldAtMs < tellEveryMs) return;
      toldAtMs = now;
      tell(sentence());
    },
  };
};
