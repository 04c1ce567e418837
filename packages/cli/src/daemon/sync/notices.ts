/** What needs somebody, beside the alarms of the engine. */
import type { AlarmJson } from "../../api/syncCalls.ts";
import type { Home } from "../daemon.ts";
import { deviceRemoved } from "./removed.ts";

export const noticesOf = ({ engine }: Home): readonly AlarmJson[] => [
  ...(engine.isRemoved
    ? [
        {
          code: "device-removed",
          message: deviceRemoved.message,
          next: deviceRemoved.next ?? "",
          severity: "alert" as const,
          since: new Date(0).toISOString(),
        },
      ]
    : []),
];
