/** What is so much at once that a person should have meant it. */

/** A person who tidies up names them one by one; more is a script or a slip. */
export const massCountMax = 50;
export const massShareMax = 0.2;
/** One or two are never a mass, however small the memory is. */
const fewCountMax = 2;

/** `visibleCount`: how many there were before, without what is hidden. */
export const isMass = ({
  count,
  visibleCount,
}: {
  readonly count: number;
  readonly visibleCount: number;
}): boolean => count > massCountMax || (count > fewCountMax && count > visibleCount * massShareMax);
