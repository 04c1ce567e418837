/**
 * Logs of which the relay is asked for everything once more, since what it says of them does not fit what
 * is here: only the record where two branches part shows that they do. Once on a connection; again only
 * where something else asks.
 */
import { LogKind } from "@duro/crypto/types";
import type { LogHead, LogName, VaultId } from "@duro/protocol";
import type { FollowedLogs, LogTrouble, LogUnplaced } from "../logs/followedLogs.ts";
import { isInBranch } from "../logs/otherBranch.ts";

export interface WholeLogs {
  /** The relay lists that head as the newest of the log. */
  listed(name: LogName, head: LogHead): void;
  /** Whether that is asked about; otherwise it was, and what came is still without a place. */
  unplaced(trouble: LogUnplaced): boolean;
  /** Another log relies on a record of it that is not ours. */
  doubted(name: LogName): void;
  /** Whether this log is one of them: then it was asked for again. */
  askAgain(name: LogName): boolean;
  came(name: LogName, answer: Answer): void;
  refused(name: LogName): void;
  /** It was asked for and has not begun to come: whoever asks for less would take its place. */
  isAsked(name: LogName): boolean;
  /** Nobody knows until it is here which record stands. */
  isUnderWay(vault: VaultId): boolean;
  disconnected(): void;
}

interface Answer {
  readonly fromIndex: number;
  readonly isEnd: boolean;
  readonly isSound: boolean;
}

export interface WholeLogsDeps {
  readonly logs: FollowedLogs;
  readonly ask: (name: LogName, fromIndex: number) => void;
  readonly onTrouble: (trouble: LogTrouble) => void;
}

export const createWholeLogs = ({ logs, ask, onTrouble }: WholeLogsDeps): WholeLogs => {
  const asked = new Set<string>();
  const underWay = new Map<string, { readonly listed: LogHead | undefined; hasBegun: boolean }>();

  /** Once: a relay may say anything. */
  const askOnce = (name: LogName, listed: LogHead | undefined): boolean => {
    if (asked.has(name.log)) return false;
    asked.add(name.log);
    underWay.set(name.log, { listed, hasBegun: false });
    ask(name, 0);
    return true;
  };

  const isAsked = ({ log }: LogName): boolean => underWay.get(log)?.hasBegun === false;

  const isShown = (name: LogName, { index, id }: LogHead): boolean => {
    const other = name.kind === LogKind.Vault ? logs.branches.other(name.log) : undefined;
    return logs.idAt(name, index) === id || (other !== undefined && isInBranch(other, id));
  };

  const refuse = ({ name, index, have, got }: Omit<LogUnplaced, "type">): void =>
    onTrouble({
      type: "LogRefused",
      name,
      index,
      error: { type: "LinkForked", at: index - 1, have, got },
    });

  return {
    listed: (name, head) => {
      const ours = logs.idAt(name, head.index);
      if (ours !== undefined && ours !== head.id) askOnce(name, head);
    },
    unplaced: (trouble) => {
      if (askOnce(trouble.name, undefined) || isAsked(trouble.name)) return true;
      refuse(trouble);
      return false;
    },
    doubted: (name) => void askOnce(name, undefined),
    askAgain: (name) => {
      if (!asked.has(name.log)) return false;
      ask(name, 0);
      return true;
    },
    came: (name, { fromIndex, isEnd, isSound }) => {
      const whole = underWay.get(name.log);
      if (whole === undefined) return;
      whole.hasBegun ||= fromIndex === 0;
      if (!whole.hasBegun || !isEnd) return;
      underWay.delete(name.log);
      const { listed } = whole;
      const have = listed && logs.idAt(name, listed.index);
      if (!isSound || listed === undefined || have === undefined || isShown(name, listed)) return;
      refuse({ name, index: listed.index + 1, have, got: listed.id });
    },
    refused: (name) => {
      underWay.delete(name.log);
    },
    isAsked,
    isUnderWay: (vault) => underWay.has(vault),
    disconnected: () => {
      asked.clear();
      underWay.clear();
    },
  };
};
