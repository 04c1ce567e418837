/** Asks whoever sits at the terminal. Only a yes is one. */
import { createInterface } from "node:readline/promises";

export type Ask = (question: string) => Promise<boolean>;

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Whoever interrupts, or ends the input, has not said yes. */
export const createAsk =
  ({ input, output }: Terminal): Ask =>
  async (question) => {
    const lines = createInterface({ input, output });
    try {
      const over = new Promise<string>((resolve) => {
        lines.once("close", () => resolve(""));
        lines.once("SIGINT", () => resolve(""));
      });
      const answer = await Promise.race([lines.question(`${question}\nyes or no: `), over]);
      return /^y(?:es)?$/iu.test(answer.trim());
    } finally {
      lines.close();
    }
  };
