/**
 * `duro recover`: back in with the 24 words. Until they have proved to open the key, nothing is written
 * on this machine; the seed is the first thing, behind that.
 */
import {
  deviceFromSeed,
  newSeed,
  parseWords,
  type Phrase,
  recover,
  type Recovery,
  systemRandomBytes,
  tryWords,
} from "@duro/client";
import { err, ok, recordIds, type Result } from "@duro/crypto/types";
import type { DeviceJson, SetupTalks } from "../../api/setupCalls.ts";
import type { Problem } from "../../problem.ts";
import type { Daemon, Home } from "../daemon.ts";
import { body, optionalText, text } from "../shapes.ts";
import { entryCountOf } from "../entryCount.ts";
import { type Line, talkRoute } from "../routes.ts";
import { askForRelay } from "./askFirst.ts";
import { devicesOf, scopeName } from "./deviceFacts.ts";
import { seedProblem, wordsProblem } from "./keyProblems.ts";
import { lookWithWords } from "./lookWithWords.ts";
import { moveIn } from "./movedIn.ts";
import { alreadySetUp } from "./pairingProblems.ts";
import { recoverProblem } from "./recoverProblems.ts";
import { parseRelayAddress } from "./relayAddress.ts";
import { alone, flowDeps } from "./setupDeps.ts";
import { cardBody, yesNo } from "./shapes.ts";
import { whoOf } from "./who.ts";

type Recover = SetupTalks["recover"];
type Answer = Promise<Result<Recover["answer"], Problem>>;

export const recoverRoute = talkRoute<"recover">({
  name: "recover",
  schema: body({
    server: text,
    words: text,
    head: optionalText,
    isDryRun: yesNo,
    card: cardBody,
  }),
  run: (daemon, wish, line) =>
    alone(daemon, async () => {
      const words = parseWords(wish.words);
      if (!words.ok) return err(wordsProblem(words.error));
      if (daemon.home !== undefined) return inHere(daemon.home, wish);
      const address = parseRelayAddress(wish.server);
      if (!address.ok) return address;
      const relay = await askForRelay(daemon, address.value);
      if (!relay.ok) return relay;
      return comeBack(daemon, address.value, { wish, words: words.value, line });
    }),
});

/** This machine is in already: with these words, or with others. */
const inHere = async (home: Home, wish: Recover["body"]): Answer => {
  const tried = tryWords(home.engine, wish.words);
  if (tried.ok) return ok(restoredIn(home));
  return err(tried.error.type === "NotHere" ? alreadySetUp : wordsProblem(tried.error));
};

const comeBack = async (
  daemon: Daemon,
  relayUrl: string,
  {
    wish,
    words,
    line,
  }: {
    readonly wish: Recover["body"];
    readonly words: Phrase;
    readonly line: Line<Recover["line"], Recover["reply"]>;
  },
): Answer => {
  const kept = await daemon.keyStore.load();
  if (!kept.ok) return err(seedProblem(kept.error));
  const seed = kept.value ?? newSeed({ randomBytes: systemRandomBytes });
  let seen: Seen | undefined;
  let trouble: Problem | undefined;
  const sheetHead = headOf(wish.head);
  const recovered = await recover(
    { ...flowDeps(daemon, relayUrl), device: deviceFromSeed(seed) },
    {
      phrase: words,
      ...(sheetHead === undefined ? {} : { sheetHead }),
      confirm: async (identity, [vault]) => {
        const devices = [...identity.devices.values()].map((one): DeviceJson => ({
          id: one.id,
          name: "",
          scope: scopeName(one.scope),
          lastSeen: null,
          revoked: one.revokedAt !== undefined,
          isThis: false,
        }));
        seen = { user: identity.user, vault: vault ?? "", devices };
        if (wish.isDryRun) return false;
        const reply = await line.ask({ step: "devices", devices });
        if (reply?.yes !== true || kept.value !== undefined) return reply?.yes === true;
        const saved = await daemon.keyStore.save(seed);
        if (!saved.ok) trouble = seedProblem(saved.error);
        return saved.ok;
      },
    },
  );
  if (trouble !== undefined) return err(trouble);
  if (!recovered.ok) {
    if (recovered.error.type === "RecoveryDeclined" && wish.isDryRun && seen !== undefined)
      return lookOnly(daemon, relayUrl, words, seen);
    return err(recoverProblem(relayUrl, recovered.error));
  }
  const tell = (entries: number): void => line.say({ step: "fetching", entries });
  tell(0);
  const home = await moveIn(daemon, relayUrl, wish.card, tell);
  return home.ok ? ok(restoredIn(home.value)) : home;
};

interface Seen {
  readonly user: Home["engine"]["user"];
  readonly vault: string;
  readonly devices: readonly DeviceJson[];
}

const lookOnly = async (
  daemon: Daemon,
  relayUrl: string,
  words: Phrase,
  { user, vault, devices }: Seen,
): Answer => {
  const found = await lookWithWords(daemon, relayUrl, { user, words });
  if (!found.ok) return found;
  const { entryCount, newestMs } = found.value;
  return ok({
    user,
    device: null,
    vault,
    restored: entryCount,
    devices: devices.filter(({ revoked, scope }) => !revoked && scope !== "paper").length,
    newest: newestMs === undefined ? null : new Date(newestMs).toISOString(),
  });
};

const restoredIn = (home: Home): Recover["answer"] => {
  const { index, engine } = home;
  const [newest] = index.list({ limit: 1 }).items;
  return {
    ...whoOf(home),
    restored: entryCountOf(home),
    devices: devicesOf(engine).filter(({ isRevoked, scope }) => !isRevoked && scope !== "paper")
      .length,
    newest: newest === undefined ? null : new Date(newest.atMs).toISOString(),
  };
};

/** A sheet without one, or with one that somebody wrote over, is a sheet still. */
const headOf = (head: string | undefined): Recovery["sheetHead"] => {
  const { index, id } = /^(?<index>\d{1,9}) (?<id>[0-9a-f]{64})$/u.exec(head ?? "")?.groups ?? {};
  const parsed = recordIds.parse(id ?? "");
  return index === undefined || !parsed.ok ? undefined : { index: Number(index), id: parsed.value };
};
