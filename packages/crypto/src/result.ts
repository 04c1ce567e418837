/** Expected failures are values; only bugs throw. */
export type Result<T, E> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });
export const err = <const E>(error: E): Result<never, E> => ({
  ok: false,
  error,
});

/** A bug in our own code, never a bad input: stop at once instead of going on with a false belief. */
export class BrokenAssumption extends Error {
  override readonly name = "BrokenAssumption";
}

export function assert(condition: boolean, belief: string): asserts condition {
  if (!condition) throw new BrokenAssumption(belief);
}

export const unreachable = (value: never): never => {
  throw new BrokenAssumption(`no case for ${String(value)}`);
};
