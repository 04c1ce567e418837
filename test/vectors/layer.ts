/** A layer: what makes its file, and what runs one case of it. */
import { jsonOf, type Ran, type VectorFile } from "./format.ts";
import { printJson } from "./print.ts";

/** A file as it was read from disk: what its inputs hold is the runner's to say. */
export type ReadFile = VectorFile<unknown>;

export interface Layer {
  readonly name: string;
  /** The text of the file as it must be now. */
  readonly make: () => Promise<string>;
  readonly run: (file: ReadFile, input: unknown) => Ran | Promise<Ran>;
  /** Fields of an input, where they stand, of which a flipped bit must show. */
  readonly telling: readonly string[];
}

/** Once read from JSON, an input is what the maker of the same file wrote: cast here and nowhere else. */
export const layer = <Input, Tables extends object>(
  name: string,
  make: () => VectorFile<Input, Tables> | Promise<VectorFile<Input, Tables>>,
  /** Takes what stands in the file, and nothing of what made it. */
  run: (input: Input, tables: Tables) => Ran | Promise<Ran>,
  telling: readonly string[] = [],
): Layer => ({
  name,
  make: async () => printJson(jsonOf(await make())),
  run: (file, input) => run(input as Input, file as VectorFile<Input, Tables>),
  telling,
});

export const parseFile = (text: string): ReadFile => JSON.parse(text) as ReadFile;
