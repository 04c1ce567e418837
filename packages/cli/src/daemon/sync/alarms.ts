/** What stands over the vault, in words: the alarms of the engine, and what the safeguards of this machine say. */
import { alarmText, catalogue, heals, type StandingAlarm } from "@duro/client";
import type { AlarmJson } from "../../api/syncCalls.ts";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import type { Home } from "../daemon.ts";

/** Until somebody has looked, nothing leaves this machine by a person's command. */
const safeguarded: ReadonlySet<string> = new Set(["Rollback", "LogForked", "Cloned"]);

/** What a person runs; a heal that needs nobody, or is no command, says so in its own sentence. */
const commandByHeal: Readonly<Partial<Record<keyof typeof heals, string>>> = {
  revoke: "duro device list; if that was not you: duro device revoke ID",
  yours: "if that was not you, for both of them: duro device revoke ID",
  restart: "on the device that is named: duro daemon restart",
  compare: "duro fingerprint, here and on another of your machines: the words should be the same",
};

export const alarmsOf = (home: Home, nameOf: (id: string) => string): readonly AlarmJson[] =>
  home.engine.alarms
    .filter(({ healedAtMs }) => healedAtMs === undefined)
    // That one came is told until somebody has looked: setup/deviceNotices.ts.
    .filter(({ alarm }) => alarm.type !== "DeviceAdded")
    .map((standing) => alarmJson(standing, nameOf));

const alarmJson = (
  { alarm, sinceMs }: StandingAlarm,
  nameOf: (id: string) => string,
): AlarmJson => {
  const meaning = catalogue[alarm.type];
  return {
    code: meaning.code,
    message: alarmText(alarm, nameOf),
    next: commandByHeal[meaning.heal] ?? heals[meaning.heal],
    severity: meaning.severity,
    since: new Date(sinceMs).toISOString(),
  };
};

/** Undefined: no rollback, fork or clone stands. */
export const safeguardProblem = (home: Home): Problem | undefined => {
  const found = home.engine.alarms.find(
    ({ alarm, healedAtMs }) => healedAtMs === undefined && safeguarded.has(alarm.type),
  );
  if (found === undefined) return undefined;
  const { code, message, next } = alarmJson(found, home.nameOf);
  return { code, exit: Exit.Safeguard, message, next };
};
