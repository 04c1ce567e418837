/** Figures of repetitions, and how they are told: the middle one, with the lowest and the highest. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export const quantileOf = (values: readonly number[] | Float64Array, part: number): number => {
  const rising = Float64Array.from(values).toSorted();
  return rising[Math.min(rising.length - 1, Math.floor(rising.length * part))] ?? Number.NaN;
};

/** Of an even number of them the one between the two in the middle. */
const medianOf = (values: readonly number[]): number => {
  const rising = values.toSorted((left, right) => left - right);
  const [low = Number.NaN, high = low] = rising.slice(
    (rising.length - 1) >> 1,
    (rising.length >> 1) + 1,
  );
  return (low + high) / 2;
};

export const spreadOf = (values: readonly number[]): Spread => ({
  median: medianOf(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** Of one repetition each: what stood beside each other in time is compared. */
export const ratiosOf = (ours: readonly number[], theirs: readonly number[]): Spread =>
  spreadOf(ours.map((value, at) => value / (theirs[at] ?? Number.NaN)));

const digitsOf = (value: number): number =>
  Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;

export const numberText = (value: number): string =>
  value.toLocaleString("en-US", { maximumFractionDigits: digitsOf(value) });

export const spreadText = ({ median, min, max }: Spread): string =>
  min === max
    ? numberText(median)
    : `${numberText(median)} (${numberText(min)}–${numberText(max)})`;
