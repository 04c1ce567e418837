/** How a command speaks: its result on stdout, talk and warnings on stderr, JSON where it was asked for. */
import type { Failure } from "../exits.ts";
import type { Output } from "./command.ts";
import type { Io } from "./io.ts";

export interface Say {
  /** One line of JSON, or text for a person. */
  readonly result: (json: unknown, text: string) => void;
  readonly warning: (sentence: string) => void;
  readonly failure: (failure: Pick<Failure, "code" | "message" | "next">) => void;
}

export const createSay = (
  { isJson, isQuiet }: Pick<Output, "isJson" | "isQuiet">,
  io: Pick<Io, "writeOut" | "writeErr">,
): Say => ({
  result: (json, text) => {
    if (isJson) io.writeOut(`${JSON.stringify(json)}\n`);
    else if (!isQuiet) io.writeOut(`${text}\n`);
  },
  warning: (sentence) => {
    if (!isQuiet) io.writeErr(`duro-relay: ${sentence}\n`);
  },
  failure: ({ code, message, next }) => {
    if (isJson) io.writeOut(`${JSON.stringify({ error: { code, message, next } })}\n`);
    else io.writeErr(`duro-relay: ${message}\n  next: ${next}\n`);
  },
});

const boldOn = "\u001B[1m";
const boldOff = "\u001B[22m";

export const bold = (text: string, hasColour: boolean): string =>
  hasColour ? `${boldOn}${text}${boldOff}` : text;
