/** The daemon's own log as files of bounded size. */
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DaemonLog, LogFacts } from "./log.ts";

export interface FileLogDeps {
  readonly folder: string;
  readonly nowMs: () => number;
  readonly fileByteLengthMax?: number;
}

export const logFileName = "daemon.log";
/** Some weeks of an ordinary machine. */
const defaultByteLengthMax = 1_048_576;
/** Beside the one that is written. */
const keptCount = 3;
const fileMode = 0o600;
const folderMode = 0o700;

export const createFileLog = ({
  folder,
  nowMs,
  fileByteLengthMax = defaultByteLengthMax,
}: FileLogDeps): DaemonLog => {
  mkdirSync(folder, { recursive: true, mode: folderMode });
  const path = join(folder, logFileName);
  let byteLength = lengthOf(path);

  const write = (level: string, event: string, facts: LogFacts = {}): void => {
    const at = new Date(nowMs()).toISOString();
    const line = `${JSON.stringify({ at, level, event, ...facts })}\n`;
    try {
      if (byteLength + line.length > fileByteLengthMax) {
        rotate(path);
        byteLength = 0;
      }
      appendFileSync(path, line, { mode: fileMode });
      byteLength += line.length;
    } catch {
      // A disk that is full must not end what the log only tells of.
    }
  };

  return {
    info: (event, facts) => write("info", event, facts),
    warn: (event, facts) => write("warn", event, facts),
    error: (event, facts) => write("error", event, facts),
  };
};

const lengthOf = (path: string): number => {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
};

const rotate = (path: string): void => {
  for (let number = keptCount; number > 0; number -= 1) {
    try {
      renameSync(number === 1 ? path : `${path}.${number - 1}`, `${path}.${number}`);
    } catch {
      // There are not that many yet.
    }
  }
};
