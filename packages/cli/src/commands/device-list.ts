/** Which devices are in this memory. Whoever has seen the list knows of all of them. */
import type { DeviceJson } from "../api/setupCalls.ts";
import type { Output } from "../output/output.ts";
import type { Command } from "./command.ts";
import { agoText } from "../durations.ts";

export const command: Command = {
  name: "device list",
  about: "lists your devices",
  arguments: [],
  flags: {},
  examples: [
    [
      "duro device list",
      "names, what they may, when they were heard of last; the removed ones, too",
    ],
    ["duro device list --json", "for scripts"],
  ],
  run: async ({ api, out, nowMs }) => {
    const answer = await api.call("devices", { isSeen: true });
    if (!answer.ok) return out.problem(answer.error);
    return out.result(answer.value, () => listText(answer.value.devices, out, nowMs()));
  },
};

const listText = (devices: readonly DeviceJson[], { table }: Output, nowMs: number): string =>
  table(
    [
      { title: "device", isFlexible: true },
      { title: "runs on" },
      { title: "may" },
      { title: "last seen" },
      { title: "id" },
    ],
    devices
      .toSorted((left, right) => Number(left.revoked) - Number(right.revoked))
      .map((device) => [
        `${device.name === "" ? "(no name)" : device.name}${device.isThis ? " (this one)" : ""}`,
        device.system ?? "-",
        mayText(device),
        device.isThis ? "now" : device.scope === "paper" ? "-" : agoText(device.lastSeen, nowMs),
        device.id,
      ]),
  );

const mayText = ({ scope, revoked, expires }: DeviceJson): string => {
  if (revoked) return "nothing: removed";
  switch (scope) {
    case "full":
      return "everything";
    case "viewer":
      return `read${expires === undefined ? "" : ` until ${expires.slice(0, 10)}`}`;
    case "paper":
      return "recover";
  }
};
