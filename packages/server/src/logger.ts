/**
 * The relay's own log: one line for each event, on stderr. An event is a sentence that is written in
 * this program, and its facts are numbers and words that somebody chose to show: never an id of
 * content, a token, a body, a URL or, unless the operator asked for them, an address.
 */

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogFacts = Readonly<Record<string, string | number | boolean | undefined>>;

export type Logger = Readonly<Record<LogLevel, (event: string, facts?: LogFacts) => void>>;

export interface LoggerOptions {
  /** Lines below it are dropped. */
  readonly level: LogLevel;
  /** JSON for machines, a short line for a person at a terminal. */
  readonly form: "json" | "human";
  readonly nowMs: () => number;
  readonly write: (line: string) => void;
}

export const createLogger = ({ level, form, nowMs, write }: LoggerOptions): Logger => {
  const lineOf = form === "json" ? jsonLine : humanLine;
  const lowest = logLevels.indexOf(level);
  const at =
    (lineLevel: LogLevel) =>
    (event: string, facts: LogFacts = {}): void => {
      if (logLevels.indexOf(lineLevel) < lowest) return;
      write(`${lineOf(new Date(nowMs()).toISOString(), lineLevel, event, facts)}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
};

/** What cannot be told apart from a word of the line stands in quotes, escaped. */
const plainWord = /^[\w.,:/@+-]+$/u;

const jsonLine = (time: string, level: LogLevel, event: string, facts: LogFacts): string =>
  JSON.stringify({ time, level, event, ...facts });

const humanLine = (time: string, level: LogLevel, event: string, facts: LogFacts): string => {
  const words = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      const text = `${value}`;
      return `${name}=${plainWord.test(text) ? text : JSON.stringify(text)}`;
    });
  return [time.slice("2026-11-21T".length, -1), level.padEnd(5), event, ...words].join(" ");
};

/** Where in this program something broke, by file and line: a message may hold a value, this not. */
const placeOf = (cause: unknown): string | undefined => {
  const frame = cause instanceof Error ? cause.stack?.split("\n    at ").at(1) : undefined;
  // A name of a file and no other text: code may also come from where a value could stand.
  return frame === undefined
    ? undefined
    : /(?<=[/\\ (])[\w.-]+\.[cm]?[jt]s:\d+(?=:\d+\)?$)/u.exec(frame.trim())?.[0];
};

/** An error without its message: its name, its code, and where it was thrown. */
export const errorFacts = (cause: unknown): LogFacts => ({
  error: cause instanceof Error ? cause.name : typeof cause,
  code:
    cause instanceof Error && "code" in cause && typeof cause.code === "string"
      ? cause.code
      : undefined,
  at: placeOf(cause),
});
