/** What needs somebody, beside the alarms of the engine. */
import type { AlarmJson } from "../../api/syncCalls.ts";
import type { Home } from "../daemon.ts";
import { massDeletionNotices } from "../entries/massDeletionNotices.ts";
import { deviceRemoved } from "./removed.ts";

export const noticesOf = (home: Home): readonly AlarmJson[] => [
  ...(home.isRemoved ? [removedNotice] : []),
  ...massDeletionNotices(home),
];

const { message, next } = deviceRemoved;
const removedNotice: AlarmJson = { code: "device-removed", message, next, severity: "alert" };
