/** What a result says, in one word: `"ok"`, or the type of its error. For tables of refusals. */
import { assert, type Result } from "../result.ts";

export const outcomeOf = (result: Result<unknown, { readonly type: string }>): string =>
  result.ok ? "ok" : result.error.type;

/** The error of a result that the test knows to be bad. */
export const mustFail = <T, E>(result: Result<T, E>): E => {
  assert(!result.ok, "expected a refusal, got a value");
  return result.error;
};
