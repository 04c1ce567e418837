import { Exit } from "../exits.ts";
import type { Output } from "./output.ts";
import { jsonLine, terminalText } from "./plainText.ts";
import { createProgress } from "./progress.ts";
import { type Asking, createAsking } from "./prompt.ts";
import { styleOf } from "./style.ts";
import { tableText } from "./table.ts";

export interface OutputDeps {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly canAsk: boolean;
  readonly hasColour: boolean;
  readonly isErrTerminal: boolean;
  readonly isOutTerminal: boolean;
  readonly columns: number;
  /** To a stream; calls back once there is room for more, also where nobody reads any longer. */
  readonly writeOut: (bytes: string | Uint8Array, done?: () => void) => void;
  readonly writeErr: (text: string) => void;
  readonly nowMs: () => number;
  readonly asking: () => Asking;
}

export const createOutput = (deps: OutputDeps): Output => {
  const { isJson, isQuiet, hasColour, writeOut, writeErr } = deps;
  const toErr = (text: string): void => writeErr(`${terminalText(text, hasColour)}\n`);
  const ask = createAsking(deps.canAsk ? deps.asking : undefined);
  return {
    style: styleOf(hasColour),
    table: (columns, rows) =>
      tableText(
        columns.map((each) => (typeof each === "string" ? { title: each } : each)),
        rows,
        deps.columns,
      ),
    columns: deps.columns,
    result: (json, text) => {
      if (isJson) writeOut(`${jsonLine(json)}\n`);
      else {
        const shown = terminalText(text(), hasColour).replace(/\n+$/u, "");
        if (shown !== "") writeOut(`${shown}\n`);
      }
      return Exit.Done;
    },
    problem: ({ code, message, next, exit }) => {
      const error = next === undefined ? { code, message } : { code, message, next };
      if (isJson) writeOut(`${jsonLine({ error })}\n`);
      else toErr(`duro: ${message}${next === undefined ? "" : `\n  next: ${next}`}`);
      return exit;
    },
    raw: (bytes) =>
      new Promise((resolve) => {
        const isShown = deps.isOutTerminal;
        const text =
          typeof bytes === "string" ? bytes : isShown ? Buffer.from(bytes).toString() : undefined;
        writeOut(isShown && text !== undefined ? terminalText(text, false) : bytes, resolve);
      }),
    say: (text) => {
      if (!isJson && !isQuiet) toErr(text);
    },
    progress: (what) =>
      createProgress(what, {
        isShown: !isQuiet && !isJson,
        isTerminal: deps.isErrTerminal,
        columns: deps.columns,
        write: writeErr,
        nowMs: deps.nowMs,
      }),
    ask: (question) => ask(question, { isSecret: false }),
    askSecret: (question) => ask(question, { isSecret: true }),
  };
};
