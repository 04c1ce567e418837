/** How makers write their cases down. */
import type { Json, VectorCase } from "../format.ts";

export const golden = <Input>(
  name: string,
  why: string,
  input: Input,
  output: Json,
): VectorCase<Input> => ({ name, why, expect: "ok", input, output });

export interface Blame {
  readonly stage?: string;
  readonly rule?: string;
  /** Facts that the refusal carries and a person needs. */
  readonly output?: Json;
}

export const fault = <Input>(
  expect: string,
  name: string,
  why: string,
  input: Input,
  { stage, rule, output }: Blame = {},
): VectorCase<Input> => ({
  name,
  why,
  expect,
  ...(stage === undefined ? {} : { stage }),
  ...(rule === undefined ? {} : { rule }),
  input,
  ...(output === undefined ? {} : { output }),
});
