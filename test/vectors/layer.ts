/** A layer: what makes its file, and what runs one case of it. */
import { jsonOf, type Ran, type VectorCase, type VectorFile } from "./format.ts";
import { printJson } from "./print.ts";

/** A file as it was read from disk: what its inputs hold is the runner's to say. */
export type ReadFile = VectorFile<unknown>;

export interface Layer {
  readonly name: string;
  /** The text of the file as it must be now. */
  readonly make: () => Promise<string>;
  readonly run: (file: ReadFile, input: unknown) => Ran | Promise<Ran>;
  /** The input that a flipped bit must not survive; undefined where cases have different ones. */
  readonly main: readonly string[];
}

interface LayerParts<Input, Tables extends object> {
  readonly make: () => VectorFile<Input, Tables> | Promise<VectorFile<Input, Tables>>;
  /** Takes what stands in the file, and nothing of what made it. */
  readonly run: (input: Input, tables: Tables) => Ran | Promise<Ran>;
  readonly main: readonly string[];
}

/** Once read from JSON, an input is what the maker of the same file wrote: cast here and nowhere else. */
export const layer = <Input, Tables extends object>(
  name: string,
  { make, run, main }: LayerParts<Input, Tables>,
): Layer => ({
  name,
  make: async () => printJson(jsonOf(await make())),
  run: (file, input) => run(input as Input, file as VectorFile<Input, Tables>),
  main,
});

export const parseFile = (text: string): ReadFile => JSON.parse(text) as ReadFile;

export const isRefusal = ({ expect }: VectorCase<unknown>): boolean => expect !== "ok";
