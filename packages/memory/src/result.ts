/** Expected failures are values; only bugs throw. The package imports nothing of ours, so it has its own. */
export type Result<T, E> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });
export const err = <const E>(error: E): Result<never, E> => ({ ok: false, error });

class BrokenAssumption extends Error {
  override readonly name = "BrokenAssumption";
}

export function assert(condition: boolean, belief: string): asserts condition {
  if (!condition) throw new BrokenAssumption(belief);
}
