import type { StatusJson } from "../api/syncCalls.ts";
import { counted } from "../counted.ts";
import type { Output } from "../output/output.ts";
import type { Command } from "./command.ts";
import { agoText } from "../durations.ts";

export const command: Command = {
  name: "status",
  about: "whether everything is in step, and what needs you",
  arguments: [],
  flags: {},
  examples: [
    ["duro status", "one screen"],
    ["duro status --json", "for scripts: state, pending, devices, alarms"],
  ],
  notes: [
    "state is one of: current, syncing, waiting (the relay is out of reach), paused, attention (something needs you), local (no relay).",
  ],
  run: async ({ api, out, nowMs }) => {
    const status = await api.call("status", {});
    if (!status.ok) return out.problem(status.error);
    return out.result(status.value, () => statusText(status.value, out, nowMs()));
  },
};

const stateTexts: Readonly<Record<StatusJson["state"], string>> = {
  current: "Everything is in step.",
  syncing: "Syncing.",
  waiting: "The relay is out of reach; what you write waits here and goes out later.",
  paused: "Sync is paused.",
  attention: "Something needs you.",
  local: "Everything stays on this machine: there is no relay.",
};

const statusText = (status: StatusJson, { style, table }: Output, nowMs: number): string => {
  const { state, server, pending, alarms, devices, entries, pausedUntil } = status;
  const tint = state === "attention" ? style.bad : state === "current" ? style.good : style.bold;
  const counts = Object.entries(entries).map(([type, count]) => counted(count, type));
  const lines = [
    tint(stateTexts[state]),
    ...(server === null ? [] : [`Relay    ${server}`]),
    ...(pending === 0 ? [] : [`Waiting  ${counted(pending, "change")} of this machine`]),
    ...(pausedUntil === undefined
      ? []
      : [`Paused   until ${pausedUntil === "always" ? "duro resume" : pausedUntil}`]),
    `Memory   ${counts.length === 0 ? "empty; begin with: duro remember TEXT" : counts.join(", ")}`,
    "",
    table(
      [
        { title: "device", isFlexible: true },
        { title: "changes", isNumber: true },
        { title: "at the relay", isNumber: true },
        { title: "last seen" },
        { title: "id" },
      ],
      devices.map(({ id, name, head, receipted, lastSeen, isThis }) => [
        `${name === id ? "(no name)" : name}${isThis ? " (this one)" : ""}`,
        `${head}`,
        server === null ? "-" : `${receipted}`,
        isThis ? "now" : agoText(lastSeen, nowMs),
        id,
      ]),
    ),
    ...alarms.flatMap(({ message, next, severity }) => [
      "",
      severity === "notice" ? message : style.warn(message),
      `  next: ${next}`,
    ]),
  ];
  return lines.join("\n");
};
