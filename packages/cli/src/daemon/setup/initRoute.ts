/**
 * `duro init`. In this order, so that an end between any two steps leaves something that the next init
 * goes on with: the seed, the founding under a name of its own, the words with the person, the identity
 * together with the registration that is wanted, the registration.
 */
import {
  createPhrase,
  ensureDevice,
  type Founding,
  isOfWords,
  keepFounding,
  prepareFounding,
  readFounding,
  readRegistration,
  registrationWrite,
  settleFounding,
  systemRandomBytes,
  dropRegistration,
} from "@duro/client";
import { err, ok, type Result } from "@duro/crypto/types";
import type { SetupTalks } from "../../api/setupCalls.ts";
import type { Problem } from "../../problem.ts";
import type { Daemon, Home } from "../daemon.ts";
import { body, optionalText } from "../shapes.ts";
import { type Line, talkRoute } from "../routes.ts";
import { deviceRemoved } from "../sync/removed.ts";
import { askFirst } from "./askFirst.ts";
import { cardBody, yesNo } from "./shapes.ts";
import { acknowledgeDevices } from "./deviceNotices.ts";
import { nameIfNameless } from "./deviceNames.ts";
import { alreadyLinked, relayClosed, sheetTaken, whereTo, wordsNotKept } from "./initProblems.ts";
import { seedProblem, storeProblem } from "./keyProblems.ts";
import { keepRegistering, register } from "./registering.ts";
import { parseRelayAddress } from "./relayAddress.ts";
import { alone } from "./setupDeps.ts";
import { wordsInSheet } from "./sheet.ts";
import { whoOf } from "./who.ts";
import { wordsLine } from "./wordsLine.ts";

type Init = SetupTalks["init"];
type InitLine = Line<Init["line"], Init["reply"]>;
type Answer = Promise<Result<Init["answer"], Problem>>;

export const initRoute = talkRoute<"init">({
  name: "init",
  schema: body({
    server: optionalText,
    isLocal: yesNo,
    invite: optionalText,
    card: cardBody,
    sheet: optionalText,
  }),
  run: (daemon, wish, line) =>
    alone(daemon, async () => {
      const address = wish.server === undefined ? ok(undefined) : parseRelayAddress(wish.server);
      if (!address.ok) return address;
      const { home } = daemon;
      return home === undefined
        ? found(daemon, wish, address.value, line)
        : repair(daemon, home, wish, address.value);
    }),
});

const found = async (
  daemon: Daemon,
  wish: Init["body"],
  url: string | undefined,
  line: InitLine,
): Answer => {
  if (url === undefined && !wish.isLocal) return err(whereTo);
  const asked = url === undefined ? ok(undefined) : await agreeOn(daemon, url, line);
  if (!asked.ok) return asked;
  const device = await ensureDevice(daemon.keyStore, { randomBytes: systemRandomBytes });
  if (!device.ok) return err(seedProblem(device.error));
  const founding = await foundingOf(daemon, device.value, wish, line);
  if (!founding.ok) return founding;
  const wanted =
    url === undefined ? [] : [registrationWrite({ relayUrl: url, invite: wish.invite })];
  const settled = await settleFounding(daemon.store, founding.value, wanted);
  if (!settled.ok) return err(storeProblem(settled.error));
  return linkUp(daemon, founding.value.user, wish);
};

/** Whether to go on without a relay, where none answers. */
const agreeOn = async (
  daemon: Daemon,
  url: string,
  line: InitLine,
): Promise<Result<void, Problem>> => {
  const asked = await askFirst(daemon, url);
  if (!asked.ok) return asked;
  if (asked.value.kind === "nobody") {
    const { problem } = asked.value;
    const answer = await line.ask({ step: "offline", why: problem.message });
    return answer?.yes === true ? ok(undefined) : err(problem);
  }
  const { registration, nowMs } = asked.value.about;
  if (registration === "closed") return err(relayClosed(url));
  const skewMs = nowMs === undefined ? null : nowMs - daemon.nowMs();
  line.say({ step: "relay", url, registration, skewMs });
  return ok(undefined);
};

/** The one that waits for the words on this very sheet, or a new one with new words. */
const foundingOf = async (
  daemon: Daemon,
  device: Parameters<typeof prepareFounding>[1],
  { sheet, card }: Init["body"],
  line: InitLine,
): Promise<Result<Founding, Problem>> => {
  const waiting = await readFounding(daemon.store);
  if (sheet !== undefined)
    return waiting?.device === device.id && isOfWords(waiting, wordsInSheet(sheet))
      ? ok(waiting)
      : err(sheetTaken);
  const randomBytes = systemRandomBytes;
  const phrase = createPhrase({ randomBytes });
  const founding = prepareFounding({ randomBytes }, device, phrase);
  const kept = await keepFounding(daemon.store, founding);
  if (!kept.ok) return err(storeProblem(kept.error));
  const words = phrase.reveal();
  const { user, vault, sheetHead: head } = founding;
  const made = {
    words,
    user,
    vault,
    device: device.id,
    name: card.name,
    madeMs: daemon.nowMs(),
    head,
  };
  const answer = await line.ask(wordsLine(made));
  return answer?.yes === true ? ok(founding) : err(wordsNotKept);
};

/** Somebody lives here already: what is missing is done, and what is wished for beside. */
const repair = async (
  daemon: Daemon,
  home: Home,
  wish: Init["body"],
  url: string | undefined,
): Answer => {
  const { server } = daemon.settings.now;
  const pending = await readRegistration(daemon.store);
  const wanted = url ?? pending?.relayUrl ?? server;
  if (wish.isLocal && server !== undefined) return err(alreadyLinked(server));
  await nameIfNameless(home, home.engine.device, wish.card);
  if (wanted === undefined || (wanted === server && pending === undefined && !isUnknown(home)))
    return ok({ ...whoOf(home), server: server ?? null });
  // By the log alone: the word of one relay does not bind another.
  if (home.engine.isRemoved) return err(deviceRemoved);
  const asked = await askFirst(daemon, wanted);
  if (!asked.ok) return asked;
  if (asked.value.kind === "nobody") return err(asked.value.problem);
  const invite = wish.invite ?? pending?.invite;
  const kept = await daemon.store.commit([registrationWrite({ relayUrl: wanted, invite })]);
  if (!kept.ok) return err(storeProblem(kept.error));
  return linkUp(daemon, home.engine.user, wish);
};

/** The relay has forgotten this person, or never met them. */
const isUnknown = ({ engine }: Home): boolean => {
  const { ended } = engine.status;
  return (
    (ended?.kind === "refused" && ended.refusal.name === "AuthFailed") ||
    (ended?.kind === "closed" && ended.refusal === "AuthFailed")
  );
};

const linkUp = async (
  daemon: Daemon,
  user: Home["engine"]["user"],
  { card }: Init["body"],
): Answer => {
  const registered = await register(daemon, user);
  if (registered.kind === "refused") {
    // Nobody asks again by themselves: a person does, with an invite or another address.
    const dropped = await dropRegistration(daemon.store);
    if (!dropped.ok) return err(storeProblem(dropped.error));
  }
  const home = await daemon.reopen();
  if (!home.ok) return home;
  await nameIfNameless(home.value, home.value.engine.device, card);
  acknowledgeDevices(daemon, home.value);
  if (registered.kind === "later") keepRegistering(daemon);
  return registered.kind === "later" || registered.kind === "refused"
    ? err(registered.problem)
    : ok({ ...whoOf(home.value), server: daemon.settings.now.server ?? null });
};
