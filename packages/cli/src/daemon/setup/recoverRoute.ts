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
  type RecoverError,
  type Recovery,
  systemRandomBytes,
  tryWords,
} from "@duro/client";
import { err, ok, recordIds, type Result } from "@duro/crypto/types";
import type { DeviceJson, SetupTalks } from "../../api/setupCalls.ts";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import type { Daemon, Home } from "../daemon.ts";
import { body, optionalText, text } from "../entries/shapes.ts";
import { type Line, talkRoute } from "../routes.ts";
import { askForRelay } from "./askFirst.ts";
import { devicesOf, scopeName } from "./deviceFacts.ts";
import {
  seedProblem,
  storeProblem,
  wordsProblem,
  wordsRevoked,
  wordsUnknown,
} from "./keyProblems.ts";
import { lookWithWords } from "./lookWithWords.ts";
import { entryCountOf, moveIn } from "./movedIn.ts";
import { alreadySetUp } from "./pairingProblems.ts";
import { parseRelayAddress } from "./relayAddress.ts";
import { endedProblem } from "./relayProblems.ts";
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

const recoverProblem = (url: string, error: RecoverError): Problem => {
  switch (error.type) {
    case "AlreadySetUp":
      return alreadySetUp;
    case "NoSession":
      return sessionProblem(url, error.why);
    case "LogsWithheld":
      return {
        code: error.type,
        exit: Exit.Safeguard,
        message: `The relay at ${url} shows an older state of this memory than the sheet names, or none. Nothing was changed.`,
        next: "ask whoever runs the relay whether it was set back to an older backup",
      };
    case "PhraseOtherIdentity":
    case "PhraseRevoked":
    case "PhraseOpensNothing":
      return wordsProblem(error);
    case "RecoveryDeclined":
      return {
        code: error.type,
        exit: Exit.Usage,
        message: "Nothing was changed, as was wished.",
        next: "duro recover, once more, when it is right",
      };
    case "KeyOutOfReach":
      return {
        code: error.type,
        exit: Exit.WrongKey,
        message:
          "This machine was not let in: it was removed from this memory before, or the words were replaced meanwhile.",
        next: "duro uninstall removes what is left here of before; then run this again",
      };
    case "RecordLost":
      return endedProblem(url, undefined);
    case "RecordRefused":
      return {
        code: error.type,
        exit: Exit.RelayRefused,
        message: `The relay at ${url} did not take this machine in: ${error.refusal ?? "for a reason that this version does not know"}.`,
        next: "try again later; duro doctor looks closer",
      };
    case "StoreFull":
    case "StoreBroken":
    case "StoreClosed":
      return storeProblem(error);
  }
};

type Why = Extract<RecoverError, { readonly type: "NoSession" }>["why"];

const sessionProblem = (url: string, why: Why): Problem => {
  const refusal =
    why === "too long"
      ? undefined
      : why.kind === "refused"
        ? why.refusal.name
        : why.kind === "closed"
          ? why.refusal
          : undefined;
  if (refusal === "AuthFailed") return wordsUnknown(url);
  return refusal === "DeviceRemoved" ? wordsRevoked : endedProblem(url, why);
};
