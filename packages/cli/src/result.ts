/**
 * Of `@duro/crypto/types`, without what that file brings along: a command must be quick to start. Whatever
 * a command loads takes it from here, the daemon from there.
 */
import type { Result } from "@duro/crypto/types";

export type { Result };

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value });
export const err = <const E>(error: E): Result<never, E> => ({ ok: false, error });
