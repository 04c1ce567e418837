/** `duro approve` and `duro pair`: another machine is let in, or a phone that reads. */
import {
  type ApproveDeps,
  approvePairing,
  type DeviceCard,
  inviteByPairing,
  type LetIn,
  systemRandomBytes,
} from "@duro/client";
import { DeviceScope, err, ok, type Result } from "@duro/crypto/types";
import type { CardBody } from "../../api/setupCalls.ts";
import { dayMs } from "../../durations.ts";
import type { Problem } from "../../problem.ts";
import type { Daemon, Home } from "../daemon.ts";
import { needHome } from "../needHome.ts";
import { body, text } from "../shapes.ts";
import { talkRoute } from "../routes.ts";
import { connected } from "./connected.ts";
import { deviceHere } from "./deviceHere.ts";
import { acknowledgeDevices } from "./deviceNotices.ts";
import { nameIfNameless } from "./deviceNames.ts";
import { pairingProblem } from "./pairingProblems.ts";
import { wholeNumber } from "./shapes.ts";

export const approveRoute = talkRoute<"approve">({
  name: "approve",
  schema: body({ code: text }),
  run: async (daemon, { code }, line) => {
    const deps = await approveDeps(daemon);
    if (!deps.ok) return deps;
    const letIn = await approvePairing(deps.value, {
      code,
      as: { scope: DeviceScope.Full },
      signal: line.signal,
      choose: async (choices, card) => {
        const reply = await line.ask({ card: cardNow(daemon, card), choices });
        return reply?.number;
      },
    });
    if (!letIn.ok) return err(pairingProblem("approver", deps.value.relayUrl, letIn.error));
    const { device, card } = await welcome(daemon, deps.value.home, letIn.value);
    return ok({ device, name: card.name });
  },
});

export const pairRoute = talkRoute<"pair">({
  name: "pair",
  schema: body({ days: wholeNumber }),
  run: async (daemon, { days }, line) => {
    const deps = await approveDeps(daemon);
    if (!deps.ok) return deps;
    const { relayUrl, home } = deps.value;
    const expiresAtMs = daemon.nowMs() + days * dayMs;
    let check = "";
    const letIn = await inviteByPairing(deps.value, {
      as: { scope: DeviceScope.Viewer, expiresAtMs, vaults: [home.vault.id] },
      signal: line.signal,
      showCode: (code) => line.say({ url: viewerUrl(relayUrl, code.reveal()) }),
      showCheckNumber: (number) => {
        check = number;
      },
      choose: async (choices, card) => {
        const reply = await line.ask({ check, card: cardNow(daemon, card), choices });
        return reply?.number;
      },
    });
    if (!letIn.ok) return err(pairingProblem("approver", relayUrl, letIn.error));
    const { device, card } = await welcome(daemon, home, letIn.value);
    return ok({ device, name: card.name, expires: new Date(expiresAtMs).toISOString() });
  },
});

/** What is behind the # of an address never leaves the browser that opens it. */
const viewerUrl = (relayUrl: string, code: string): string => `${relayUrl}/#${code}`;

const cardNow = ({ nowMs }: Daemon, card: DeviceCard): CardBody & { readonly at: string } => ({
  ...card,
  at: new Date(nowMs()).toISOString(),
});

const approveDeps = async (
  daemon: Daemon,
): Promise<Result<ApproveDeps & { readonly home: Home }, Problem>> => {
  const home = needHome(daemon);
  if (!home.ok) return home;
  const relayUrl = await connected(daemon, home.value);
  if (!relayUrl.ok) return relayUrl;
  const device = await deviceHere(daemon);
  if (!device.ok) return device;
  return ok({
    home: home.value,
    engine: home.value.engine,
    store: daemon.store,
    device: device.value,
    randomBytes: systemRandomBytes,
    relayUrl: relayUrl.value,
  });
};

/** Whoever let it in knows of it, and has read what it is called. */
const welcome = async (daemon: Daemon, home: Home, letIn: LetIn): Promise<LetIn> => {
  acknowledgeDevices(daemon, home);
  await nameIfNameless(home, letIn.device, letIn.card);
  return letIn;
};
