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
  { store, http, settings }: Pick<Daemon, "store" | "http" | "settings">,
  user: Home["engine"]["user"],
): Promise<Registration> => {
  const wanted = await readRegistration(store);
  if (wanted === undefined) return { kind: "none" };
  const { relayUrl } = wanted;
  const made = await makeRegistration({ store, http }, user);
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
const refusals = new WeakMap<Daemon["store"], Problem>();

/** Why nobody is registered though somebody wants to be, as found by the last try in the background. */
export const standingRefusal = ({ store }: Pick<Daemon, "store">): Problem | undefined =>
  refusals.get(store);

/** Tries now, and again and again; ends by itself. To be called when the daemon has opened a home. */
export const keepRegistering = (daemon: Daemon): void => {
  const { store, log, after } = daemon;
  if (trying.has(store)) return;
  trying.add(store);
  const again = async (): Promise<void> => {
    const { home } = daemon;
    const isWanted = home !== undefined && (await readRegistration(store)) !== undefined;
    const tried = isWanted ? await register(daemon, home.engine.user) : undefined;
    if (tried?.kind === "later") return void after(tryAgainMs, run);
    trying.delete(store);
    if (tried?.kind === "refused") {
      refusals.set(store, tried.problem);
      return log.warn("registration refused", { code: tried.problem.code });
    }
    refusals.delete(store);
    if (tried?.kind !== "done") return;
    log.info("registered");
    await daemon.reopen();
  };
  const run = (): void => {
    again().catch((cause: unknown) => {
      trying.delete(store);
      log.error("registration failed", { name: cause instanceof Error ? cause.name : "unknown" });
    });
  };
  run();
};
