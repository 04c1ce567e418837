/**
 * The daemon's own log, in lines of JSON, rotated. Of no content: no text, title, path, tag, name, key or
 * address may be put into it, so that it can be given to whoever helps.
 */
export interface DaemonLog {
  info(event: string, facts?: LogFacts): void;
  warn(event: string, facts?: LogFacts): void;
  error(event: string, facts?: LogFacts): void;
}

export type LogFacts = Readonly<Record<string, string | number | boolean | undefined>>;
