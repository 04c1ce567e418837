/** Until all that was written here is signed for by the relay, and all that it has is here. */
import { err, ok, type Result } from "@duro/crypto/types";
import { counted } from "../../counted.ts";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import type { SyncJson } from "../../api/syncCalls.ts";
import type { Daemon, Home } from "../daemon.ts";
import type { Line } from "../routes.ts";
import { safeguardProblem } from "./alarms.ts";
import { deviceRemoved } from "./removed.ts";

/** A relay that does not answer in this time is out of reach, for whoever set no time. */
const reachMsMax = 8_000;
const tellMs = 1_000;

type Said = Line<{ readonly pending: number; readonly received: number }, never>;

export const waitInSync = async (
  daemon: Daemon,
  home: Home,
  { timeoutMs, line }: { readonly timeoutMs: number | undefined; readonly line: Said },
): Promise<Result<SyncJson, Problem>> => {
  const { settings, nowMs, after } = daemon;
  const { engine, vault } = home;
  if (settings.now.server === undefined) return ok({ sent: 0, received: 0 });
  if (settings.now.pausedUntil !== undefined) return err(paused);
  const endMs = timeoutMs === undefined ? Number.POSITIVE_INFINITY : nowMs() + timeoutMs;
  const began = countsOf(home);
  const done = (): SyncJson => {
    const now = countsOf(home);
    return { sent: now.sent - began.sent, received: now.received - began.received };
  };
  let unreachableSinceMs: number | undefined;
  let toldMs = nowMs();
  let isFresh = false;
  const endedBefore = engine.status.ended;
  engine.connect();
  for (;;) {
    if (line.signal.aborted) return err(interrupted);
    if (home.isRemoved) return err(deviceRemoved);
    const safeguard = safeguardProblem(home);
    if (safeguard !== undefined) return err(safeguard);
    const now = nowMs();
    if (now >= endMs) return err(outOfTime(vault.status.pendingCount));
    const isReady = engine.status.link === "ready";
    if (isReady) unreachableSinceMs = undefined;
    else {
      isFresh = false;
      unreachableSinceMs ??= now;
      const isHopeless =
        engine.status.link === "stopped" ||
        now - unreachableSinceMs > reachMsMax ||
        hasFailed(home, endedBefore);
      if (isHopeless && (timeoutMs === undefined || engine.status.link === "stopped"))
        return err(offline(home));
    }
    if (isReady && !isFresh) {
      // Never waited for longer than there is time: the relay may say nothing.
      const limitMs = Math.min(endMs - now, reachMsMax);
      isFresh = await withLimit(after, limitMs, engine.refresh(vault.id));
      if (isFresh) await home.settled();
      continue;
    }
    const { pendingCount, isCaughtUp } = vault.status;
    if (isReady && isCaughtUp && pendingCount === 0) return ok(done());
    if (now - toldMs >= tellMs) {
      toldMs = now;
      line.say({ pending: pendingCount, received: done().received });
    }
    await changedOrLater(home, after);
  }
};

const countsOf = ({ engine, vault }: Home): { sent: number; received: number } => {
  let sent = 0;
  let received = 0;
  for (const row of engine.chains(vault.id)) {
    if (row.device === engine.device) sent += row.receipted;
    else received += row.counted;
  }
  return { sent, received };
};

/** It dialled since we asked and came to nothing, and waits before it dials again. */
const hasFailed = (
  { engine: { status } }: Home,
  endedBefore: Home["engine"]["status"]["ended"],
): boolean => status.link === "waiting" && status.ended !== endedBefore;

const pollMs = 250;

const changedOrLater = ({ engine }: Home, after: Daemon["after"]): Promise<void> =>
  new Promise((resolve) => {
    const settle = (): void => {
      giveUp();
      stop();
      resolve();
    };
    const giveUp = after(pollMs, settle);
    const stop = engine.onChange(settle);
  });

const withLimit = (
  after: Daemon["after"],
  limitMs: number,
  work: Promise<boolean>,
): Promise<boolean> =>
  new Promise((resolve) => {
    const giveUp = after(limitMs, () => resolve(false));
    void work.then((isDone) => {
      giveUp();
      return resolve(isDone);
    });
  });

const interrupted: Problem = {
  code: "Interrupted",
  exit: Exit.Interrupted,
  message: "It was interrupted; what was under way goes on in the daemon.",
  next: "duro status",
};

const paused: Problem = {
  code: "Paused",
  exit: Exit.Offline,
  message: "Sync is paused on this machine; what is written waits here.",
  next: "duro resume",
};

const outOfTime = (pending: number): Problem => ({
  code: "WaitTimedOut",
  exit: Exit.Offline,
  message: `The time to wait is over: ${counted(pending, "change of this machine is", "changes of this machine are")} not with the relay yet, or not all of its changes are here. The daemon goes on.`,
  next: "duro status",
});

const offline = ({ engine, vault }: Home): Problem => {
  const { ended } = engine.status;
  const why =
    ended?.kind === "refused"
      ? ` It said: ${ended.refusal.name ?? `refusal ${ended.refusal.number}`}.`
      : ended?.kind === "closed" && ended.refusal !== undefined
        ? ` It said: ${ended.refusal}.`
        : "";
  return {
    code: "Offline",
    exit: Exit.Offline,
    message: `The relay cannot be reached.${why} ${counted(vault.status.pendingCount, "change waits", "changes wait")} on this machine, to go out when it is back.`,
    next: "duro doctor, which says what answers there",
  };
};
