/**
 * Shows the relay who lives here. Where nobody is there the first time, the daemon tries again by itself
 * until it is done, also after it was started anew.
 */
import {
  makeRegistration,
  readRegistration,
  type RegistrationRefused,
  type Registering,
} from "@duro/client";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import type { Daemon, Home } from "../daemon.ts";
import { failureFacts } from "../failureFacts.ts";
import { inTime } from "./inTime.ts";
import { storeProblem } from "./keyProblems.ts";
import { askProblem, registrationProblem } from "./relayProblems.ts";

export type Registration =
  /** Nothing was to be registered. */
  | { readonly kind: "none" }
  | { readonly kind: "done"; readonly relayUrl: string }
  /** Nobody was there, or could not just now: it is tried again. */
  | { readonly kind: "later"; readonly problem: Problem }
  /** A person has to do something. */
  | { readonly kind: "refused"; readonly problem: Problem };

/** The relay is the machine's from the moment it can be: also while nobody is there. */
export const register = async (
  { after, store, http, settings }: Pick<Daemon, "after" | "store" | "http" | "settings">,
  user: Home["engine"]["user"],
): Promise<Registration> => {
  const wanted = await readRegistration(store);
  if (wanted === undefined) return { kind: "none" };
  const { relayUrl } = wanted;
  const made = await inTime({ after, http }, (hurried) =>
    makeRegistration({ store, http: hurried }, user),
  );
  if (made.ok) {
    await settings.change({ server: relayUrl });
    return { kind: "done", relayUrl };
  }
  const { error } = made;
  if (error.type === "RegistrationRefused" && !isPassing(error))
    return { kind: "refused", problem: registrationProblem(relayUrl, error) };
  await settings.change({ server: relayUrl });
  return { kind: "later", problem: laterProblem(wanted, error) };
};

const passing: ReadonlySet<string | undefined> = new Set([
  "RateLimited",
  "TooManyConnections",
  "Overloaded",
  "ShuttingDown",
  "RequestTimeout",
  "Internal",
  "NotReady",
]);

const isPassing = ({ refusal, status }: RegistrationRefused): boolean =>
  passing.has(refusal) || (refusal === undefined && status >= 500);

type MakeError = Extract<Awaited<ReturnType<typeof makeRegistration>>, { ok: false }>["error"];

const laterProblem = ({ relayUrl }: Registering, error: MakeError): Problem => {
  switch (error.type) {
    case "Unreachable":
      return queued(askProblem(relayUrl, error));
    case "AnswerTooLong":
    case "RegistrationRefused":
      return queued(registrationProblem(relayUrl, error));
    case "StoreFull":
    case "StoreBroken":
    case "StoreClosed":
      return storeProblem(error);
  }
};

const queued = ({ code, message }: Problem): Problem => ({
  code,
  exit: Exit.Offline,
  message: `${message} Your memory is set up on this machine and works; it is linked by itself once the relay answers.`,
  next: "duro status shows when it is; nothing needs to be done again",
});

const tryAgainMs = 15_000;
const trying = new WeakSet<Daemon["store"]>();

interface Refusal {
  readonly problem: Problem;
  readonly sinceMs: number;
}

const refusals = new WeakMap<Daemon["store"], Refusal>();

/** Why nobody is registered though somebody wants to be, as found by the last try in the background. */
export const standingRefusal = ({ store }: Pick<Daemon, "store">): Refusal | undefined =>
  refusals.get(store);

/** Once, now, where something is to be registered: one look into the store where nothing is. */
export const registerNow = async (daemon: Daemon): Promise<Registration> => {
  const { store, home, log } = daemon;
  if (home === undefined || (await readRegistration(store)) === undefined) return { kind: "none" };
  const tried = await register(daemon, home.engine.user);
  if (tried.kind === "refused") {
    refusals.set(store, { problem: tried.problem, sinceMs: daemon.nowMs() });
    log.warn("registration refused", { code: tried.problem.code });
    return tried;
  }
  refusals.delete(store);
  if (tried.kind !== "done") return tried;
  log.info("registered");
  // An engine that knew of no relay is opened anew; the other one was turned away there so far.
  if (home.engine.status.link === "none") await daemon.reopen();
  else home.engine.connect();
  return tried;
};

/** Tries now, and again and again; ends by itself. To be called when the daemon has opened a home. */
export const keepRegistering = (daemon: Daemon): void => {
  const { store, log, after } = daemon;
  if (trying.has(store)) return;
  trying.add(store);
  const run = async (): Promise<void> => {
    const tried = await registerNow(daemon);
    if (tried.kind === "later") after(tryAgainMs, begin);
    else trying.delete(store);
  };
  const begin = (): void => {
    run().catch((cause: unknown) => {
      trying.delete(store);
      log.error("registration failed", failureFacts(cause));
    });
  };
  begin();
};
