/** For tests: a value that the test knows to be there. */
import { assert } from "@duro/crypto/types";

export const must = <T>(value: T | undefined): T => {
  assert(value !== undefined, "the test gave a value here");
  return value;
};
