/** Carries out the operator's commands: opens what they work on, and says what came of it. */
import { relayKeysFromSeed, secret } from "@duro/crypto/receipt";
import { err, ok, type Result, type SignPublicKey } from "@duro/crypto/types";
import { Exit, type Failure } from "../exits.ts";
import { createLogger } from "../logger.ts";
import { connectSql } from "../postgres/sql.ts";
import { runAdmin } from "../upkeep/admin/runAdmin.ts";
import { runBackup } from "../upkeep/backup/runBackup.ts";
import { runCheck } from "../upkeep/check/runCheck.ts";
import type { Ended } from "../upkeep/outcome.ts";
import { runRestore } from "../upkeep/restore/runRestore.ts";
import type { UpkeepDeps } from "../upkeep/upkeepDeps.ts";
import type { Command, StorePlace } from "./command.ts";
import { prepareFolder } from "./folder.ts";
import type { Io } from "./io.ts";
import { readKeyFile } from "./keyFile.ts";
import { openStore } from "./openStore.ts";
import { createSay, type Say } from "./say.ts";

export type UpkeepProgram = Exclude<Command, { readonly kind: "serve" | "help" | "version" }>;

/** One that works, and one that stops it when it is stuck. */
const connectionCountMax = 3;

export const upkeepCommand = async (command: UpkeepProgram, io: Io): Promise<Exit> => {
  const say = createSay(command.output, io);
  const ended = await work(command, io, say);
  if (!ended.ok) {
    say.failure(ended.error);
    return ended.error.exit;
  }
  const { lines, notes, json, exit } = ended.value;
  say.result(json, lines.join("\n"));
  for (const note of notes) say.warning(note);
  return exit;
};

const work = async (command: UpkeepProgram, io: Io, say: Say): Ended => {
  const { store, output } = command;
  const isRestore = command.kind === "restore";
  if (isRestore && store.database.kind === "embedded") {
    const prepared = await prepareFolder(store.dataFolder);
    if (!prepared.ok) return prepared;
    for (const warning of prepared.value) say.warning(warning);
  }
  const key = await relayKeyOf(store);
  if (!key.ok) return key;
  const log = createLogger({
    level: output.isQuiet ? "error" : output.logLevel,
    form: io.isErrTerminal ? "human" : "json",
    nowMs: io.nowMs,
    write: io.writeErr,
  });
  const opened = await openStore(store, log, { mayBegin: isRestore });
  if (!opened.ok) return opened;
  const sql = connectSql(opened.value.address, { connectionCountMax });
  const stopping = new AbortController();
  void io.stop.requested.then(() => stopping.abort());
  const deps: UpkeepDeps = {
    sql,
    nowMs: io.nowMs,
    randomBytes: io.randomBytes,
    tell: (line) => {
      if (!output.isQuiet) io.writeErr(`${line}\n`);
    },
    ask: io.ask,
    signal: stopping.signal,
    relayKey: key.value,
  };
  try {
    return await run(command, deps);
  } finally {
    await sql.end({ timeout: 1 });
    await opened.value.close();
  }
};

const relayKeyOf = async ({
  keyFile,
}: StorePlace): Promise<Result<SignPublicKey | undefined, Failure>> => {
  const seed = await readKeyFile(keyFile);
  if (!seed.ok) return err(seed.error);
  return ok(seed.value === undefined ? undefined : relayKeysFromSeed(secret(seed.value)).signKey);
};

const run = (command: UpkeepProgram, deps: UpkeepDeps): Ended => {
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
