/** `duro key …` and `duro fingerprint`: what stands for the keys, drills, and other words. No secret is shown. */
import {
  newPhrase,
  type NewPhraseError,
  parseWords,
  type Phrase,
  systemRandomBytes,
  tryWords,
} from "@duro/client";
import { DeviceScope, err, ok } from "@duro/crypto/types";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import type { Daemon, Home } from "../daemon.ts";
import { needHome } from "../needHome.ts";
import { body, text } from "../shapes.ts";
import { callRoute, talkRoute } from "../routes.ts";
import { deviceRemoved } from "../sync/removed.ts";
import { connected } from "./connected.ts";
import { acknowledgeDevices } from "./deviceNotices.ts";
import { wordsProblem } from "./keyProblems.ts";
import { deviceHere } from "./deviceHere.ts";
import { fingerprintOf } from "./movedIn.ts";
import { endedProblem, notTakenProblem } from "./relayProblems.ts";
import { alone } from "./setupDeps.ts";
import type { SheetFacts } from "./sheet.ts";
import { wordsLine } from "./wordsLine.ts";

export const keysRoute = callRoute<"keys">({
  name: "keys",
  schema: body({}),
  run: async (daemon) => {
    const found = needHome(daemon);
    if (!found.ok) return found;
    const { engine } = found.value;
    const identity = engine.identity(engine.user);
    return ok({
      user: engine.user,
      device: engine.device,
      generation: identity?.generations.at(-1)?.generation ?? 0,
      paper: paperIn(found.value),
      vaults: engine.vaults.map(({ id }) => ({
        id,
        epoch: engine.vaultLog(id)?.epochs.at(-1)?.epoch ?? 0,
      })),
      seedFile: daemon.places.seedFile,
    });
  },
});

const paperIn = ({ engine }: Home) => {
  const devices = [...(engine.identity(engine.user)?.devices.values() ?? [])];
  const paper = devices.findLast(
    ({ scope, revokedAt }) => scope === DeviceScope.Paper && revokedAt === undefined,
  );
  return paper === undefined ? null : { id: paper.id };
};

export const tryWordsRoute = callRoute<"tryWords">({
  name: "tryWords",
  schema: body({ words: text }),
  run: async (daemon, { words }) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    const tried = tryWords(home.value.engine, words);
    if (tried.ok) {
      // For `duro doctor`.
      await daemon.settings.change({ wordsTestedAtMs: daemon.nowMs() });
      return ok({ opens: true, paper: tried.value.paper });
    }
    return err(tried.error.type === "NotHere" ? deviceRemoved : wordsProblem(tried.error));
  },
});

export const newPhraseRoute = talkRoute<"newPhrase">({
  name: "newPhrase",
  schema: body({ words: text }),
  run: (daemon, { words }, line) =>
    alone(daemon, async () => {
      const home = needHome(daemon);
      if (!home.ok) return home;
      const old = parseWords(words);
      if (!old.ok) return err(wordsProblem(old.error));
      const url = await connected(daemon, home.value);
      if (!url.ok) return url;
      const device = await deviceHere(daemon);
      if (!device.ok) return device;
      const { engine } = home.value;
      const deps = { engine, device: device.value, randomBytes: systemRandomBytes };
      const made = await newPhrase(deps, old.value, async (phrase) => {
        const reply = await line.ask(wordsLine(factsOf(daemon, home.value, phrase)));
        return reply?.yes === true;
      });
      if (!made.ok) return err(newPhraseProblem(url.value, made.error));
      acknowledgeDevices(daemon, home.value);
      // Nobody has tried the new ones.
      await daemon.settings.change({ wordsTestedAtMs: undefined });
      return ok({ paper: paperIn(home.value)?.id ?? "", owed: made.value.owed });
    }),
});

const factsOf = (
  { nowMs }: Daemon,
  { engine, vault, nameOf }: Home,
  phrase: Phrase,
): SheetFacts => {
  const identity = engine.identity(engine.user);
  return {
    words: phrase.reveal(),
    user: engine.user,
    vault: vault.id,
    device: engine.device,
    name: nameOf(engine.device),
    madeMs: nowMs(),
    head: identity?.head ?? { index: 0, id: "" },
  };
};

const newPhraseProblem = (url: string, error: NewPhraseError): Problem => {
  switch (error.type) {
    case "PhraseOtherIdentity":
    case "PhraseRevoked":
    case "PhraseOpensNothing":
      return wordsProblem(error);
    case "PhraseNotKept":
      return {
        code: error.type,
        exit: Exit.Usage,
        message:
          "The new words count only once somebody has them: nothing was changed, and the old ones are good.",
        next: "duro key new-phrase, with a pen at hand, or with --recovery-out FILE",
      };
    case "KeyOutOfReach":
      return deviceRemoved;
    case "RecordLost":
      return endedProblem(url, undefined);
    case "RecordRefused":
      return notTakenProblem(
        url,
        "the new words",
        error,
        "keep the old ones, which are good, and try again later; duro key verify says which words open this memory",
      );
  }
};

export const fingerprintRoute = callRoute<"fingerprint">({
  name: "fingerprint",
  schema: body({}),
  run: async (daemon) => {
    const home = needHome(daemon);
    if (!home.ok) return home;
    return ok({ fingerprint: fingerprintOf(home.value), vault: home.value.vault.id });
  },
});
