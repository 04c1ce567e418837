/** Questions to a person at a terminal. */
import { terminalText } from "./plainText.ts";

export interface Asking {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Somebody pressed Ctrl-C at a question. */
  readonly onInterrupt: () => void;
}

export type Ask = (
  question: string,
  options: { readonly isSecret: boolean },
) => Promise<string | undefined>;

/** Undefined where nobody can be asked, and where the terminal has ended. */
export const createAsking = (asking: (() => Asking) | undefined): Ask => {
  if (asking === undefined) return () => Promise.resolve(undefined);
  return async (question, { isSecret }) => {
    const { createInterface } = await import("node:readline");
    const { Writable } = await import("node:stream");
    const { input, output, onInterrupt } = asking();
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    // Readline echoes by writing to its output: a secret's goes nowhere.
    const echo = isSecret ? nowhere : output;
    const prompt = `${terminalText(question, false).trimEnd()} `;
    const lines = createInterface({ input, output: echo, terminal: true, historySize: 0 });
    if (isSecret) output.write(prompt);
    return new Promise((resolve) => {
      lines.once("SIGINT", () => {
        lines.close();
        output.write("\n");
        onInterrupt();
      });
      lines.once("close", () => resolve(undefined));
      lines.question(isSecret ? "" : prompt, (answer) => {
        if (isSecret) output.write("\n");
        resolve(answer);
        lines.close();
      });
    });
  };
};
