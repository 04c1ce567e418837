/** One decoder under fuzzing: right inputs to start from, and what it may answer. */
export interface FuzzTarget {
  readonly name: string;
  /** Right inputs, from which wrong ones are made. */
  readonly specimens: readonly Uint8Array[];
  /** "ok", or the type of the error. */
  readonly answer: (input: Uint8Array) => string;
  readonly errors: ReadonlySet<string>;
}

export const target = (
  name: string,
  specimens: readonly Uint8Array[],
  errors: readonly string[],
  answer: (input: Uint8Array) => string,
): FuzzTarget => ({ name, specimens, errors: new Set(errors), answer });

type Outcome =
  { readonly ok: true } | { readonly ok: false; readonly error: { readonly type: string } };

export const outcomeOf = (outcome: Outcome): string => (outcome.ok ? "ok" : outcome.error.type);

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, at) => byte === right[at]);

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: { readonly type: string } };

/** Whatever reads back must be written as the same bytes: a second spelling is a failure of its own. */
export const oneSpelling = <T>(
  input: Uint8Array,
  decoded: Decoded<T>,
  encode: (value: T) => Uint8Array,
): string => {
  if (!decoded.ok) return decoded.error.type;
  return sameBytes(encode(decoded.value), input) ? "ok" : "a second spelling";
};
