/** The daemon itself: whether it lives, where it stands, when it syncs. */
import { ok } from "@duro/crypto/types";
import { Type } from "typebox";
import { callRoute, type Route, talkRoute } from "../routes.ts";
import { needHome } from "../needHome.ts";
import { registerNow } from "../setup/registering.ts";
import { pausedText, statusOf } from "./status.ts";
import { waitInSync } from "./waitInSync.ts";

const nothing = Type.Object({});
/** A year: whoever wants more says nothing, and resumes. */
const pauseMsMax = 31_536_000_000;

export const syncRoutes: readonly Route[] = [
  callRoute<"ping">({
    name: "ping",
    schema: nothing,
    run: async (daemon) =>
      ok({ version: daemon.version, pid: process.pid, isSetUp: daemon.home !== undefined }),
  }),
  callRoute<"stop">({
    name: "stop",
    schema: nothing,
    run: async (daemon) => {
      daemon.stop();
      return ok({ pid: process.pid });
    },
  }),
  callRoute<"status">({
    name: "status",
    schema: nothing,
    run: async (daemon) => {
      const home = needHome(daemon);
      if (!home.ok) return home;
      await home.value.settled();
      return ok(statusOf(daemon, home.value));
    },
  }),
  callRoute<"pause">({
    name: "pause",
    schema: Type.Object({
      durationMs: Type.Optional(Type.Number({ minimum: 1, maximum: pauseMsMax })),
    }),
    run: async (daemon, { durationMs }) => {
      const home = needHome(daemon);
      if (!home.ok) return home;
      const pausedUntil = durationMs === undefined ? "always" : daemon.nowMs() + durationMs;
      await daemon.pause(pausedUntil);
      return ok({ pausedUntil: pausedText(pausedUntil) });
    },
  }),
  callRoute<"resume">({
    name: "resume",
    schema: nothing,
    run: async (daemon) => {
      const home = needHome(daemon);
      if (!home.ok) return home;
      await daemon.pause(undefined);
      return ok({ state: statusOf(daemon, home.value).state });
    },
  }),
  talkRoute<"sync">({
    name: "sync",
    schema: Type.Object({ timeoutMs: Type.Optional(Type.Number({ minimum: 0 })) }),
    run: async (daemon, { timeoutMs }, line) => {
      // Whoever was set up while the relay was away is shown to it first.
      await registerNow(daemon);
      const home = needHome(daemon);
      return home.ok ? waitInSync(daemon, home.value, { timeoutMs, line }) : home;
    },
  }),
];
