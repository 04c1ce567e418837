/**
 * Every command that works on what a relay stores, from what was asked to what is printed: the key is
 * read, the database opened beside a relay that may run there, and closed again.
 */
import { err, ok, type Result, type SignPublicKey } from "@duro/crypto/types";
import { relayKeysFromSeed, secret } from "@duro/crypto/receipt";
import { errorCode } from "../embedded/systemError.ts";
import { Exit, type Failure } from "../exits.ts";
import { createLogger, errorFacts, type Logger } from "../logger.ts";
import type { Sql } from "../postgres/sql.ts";
import type { Command } from "../program/command.ts";
import { prepareFolder } from "../program/folder.ts";
import type { Io } from "../program/io.ts";
import { readKeyFile } from "../program/keyFile.ts";
import { connectDatabase } from "../program/openDatabase.ts";
import { openStore } from "../program/openStore.ts";
import { createSay, type Say } from "../program/say.ts";
import { runAdmin } from "./admin/runAdmin.ts";
import type { Ask } from "./askPerson.ts";
import { runBackup } from "./backup/runBackup.ts";
import { runCheck } from "./check/runCheck.ts";
import type { Ended, Outcome } from "./outcome.ts";
import { refuseFolder } from "./restore/emptyFolder.ts";
import { refuseBackup, runRestore } from "./restore/runRestore.ts";
import { isForbidden } from "./runUpkeep.ts";
import type { UpkeepDeps } from "./upkeepDeps.ts";
import { failureOf } from "./upkeepError.ts";

export type StoreCommand = Exclude<Command, { readonly kind: "serve" | "help" | "version" }>;

interface Running {
  readonly io: Io;
  readonly say: Say;
  readonly log: Logger;
  readonly ask: Ask | undefined;
}

/** `ask` is undefined where nobody sits at a terminal. */
export const runStoreCommand = async (
  command: StoreCommand,
  io: Io,
  ask: Ask | undefined,
): Promise<Exit> => {
  const { output } = command;
  const say = createSay(output, io);
  const log = createLogger({
    level: output.isQuiet ? "error" : output.logLevel,
    form: io.isErrTerminal ? "human" : "json",
    nowMs: io.nowMs,
    write: io.writeErr,
  });
  const ended = await carryOut(command, { io, say, log, ask });
  if (!ended.ok) {
    say.failure(ended.error);
    return ended.error.exit;
  }
  print(command, ended.value, io, say);
  return ended.value.exit;
};

/** A result is what was asked for, so it is printed also where everything else is quiet. */
const print = ({ output }: StoreCommand, { lines, notes, json }: Outcome, io: Io, say: Say) => {
  for (const note of notes) say.warning(note);
  const text = output.isJson ? JSON.stringify(json) : lines.join("\n");
  io.writeOut(`${text}\n`);
};

const carryOut = async (command: StoreCommand, running: Running): Ended => {
  try {
    const relayKey = await readRelayKey(command, running.say);
    if (!relayKey.ok) return relayKey;
    const refused = await refuseEarly(command, relayKey.value, running.say);
    if (refused !== undefined) return err(refused);
    return await withStore(command, running, relayKey.value);
  } catch (cause) {
    running.log.error("the command failed", errorFacts(cause));
    return err({
      code: "Internal",
      exit: Exit.Unexpected,
      message: "The command failed at something that is a fault in it.",
      next: "try it again; if it stays so, report it with the last line of its log",
    });
  }
};

/** Undefined: there is none, or it is not asked for. */
const readRelayKey = async (
  { kind, store }: StoreCommand,
  say: Say,
): Promise<Result<SignPublicKey | undefined, Failure>> => {
  if (kind !== "check" && kind !== "restore") return ok(undefined);
  const seed = await readKeyFile(store.keyFile);
  if (seed.ok) return ok(seed.value && relayKeysFromSeed(secret(seed.value)).signKey);
  if (kind === "restore") return seed;
  // Everything else can be looked at without it.
  say.warning(seed.error.message);
  return ok(undefined);
};

/** A restore is refused before anything is made in its place. */
const refuseEarly = async (
  command: StoreCommand,
  relayKey: SignPublicKey | undefined,
  say: Say,
): Promise<Failure | undefined> => {
  if (command.kind !== "restore") return undefined;
  const { store } = command;
  const refused = (await refuseBackup(command, relayKey)) ?? (await refuseFolder(store));
  if (refused !== undefined || store.database.kind === "url") return refused;
  const prepared = await prepareFolder(store.dataFolder);
  if (!prepared.ok) return prepared.error;
  for (const warning of prepared.value) say.warning(warning);
  return undefined;
};

/** A transaction that is under way ends with its connection. */
const endSeconds = 1;

const withStore = async (
  command: StoreCommand,
  running: Running,
  relayKey: SignPublicKey | undefined,
): Ended => {
  const { io, log } = running;
  const mayBegin = command.kind === "restore";
  const opened = await openStore(command.store, log, { mayBegin });
  if (!opened.ok) return opened;
  log.debug(opened.value.sentence);
  const sql = connectDatabase(opened.value.address, log);
  try {
    const unreachable = await reach(sql);
    if (unreachable !== undefined) return err(unreachable);
    const stopping = new AbortController();
    void io.stop.requested.then(() => stopping.abort());
    return await run(command, {
      sql,
      relayKey,
      nowMs: io.nowMs,
      randomBytes: io.randomBytes,
      tell: (line) => running.say.warning(line),
      ask: running.ask,
      signal: stopping.signal,
    });
  } finally {
    await sql.end({ timeout: endSeconds });
    await opened.value.close();
  }
};

/** Of the network, of TLS, of Postgres: whatever it is, nothing can be asked. */
const reach = async (sql: Sql): Promise<Failure | undefined> => {
  try {
    await sql`select 1`;
    return undefined;
  } catch (cause) {
    const code = errorCode(cause);
    if (code === undefined) throw cause;
    const type = isForbidden(code) ? "DatabaseForbids" : "DatabaseUnreachable";
    return failureOf({ type, code });
  }
};

const run = (command: StoreCommand, deps: UpkeepDeps): Ended => {
  switch (command.kind) {
    case "adminInvite":
    case "adminUsage":
    case "adminQuota":
    case "adminRemove":
      return runAdmin(command, deps);
    case "check":
      return runCheck(command, deps);
    case "backup":
      return runBackup(command, deps);
    case "restore":
      return runRestore(command, deps);
  }
};
