/** What follows when a machine was let in: its vault is opened, filled from the relay, and it gets its name. */
import { vaultFingerprint } from "@duro/client";
import { ok, type Result } from "@duro/crypto/types";
import type { CardBody } from "../../api/setupCalls.ts";
import type { Problem } from "../../problem.ts";
import type { Daemon, Home } from "../daemon.ts";
import { untilSo } from "./connected.ts";
import { acknowledgeDevices } from "./deviceNotices.ts";
import { nameIfNameless } from "./deviceNames.ts";

/** A large vault goes on coming after that; nobody has to wait in front of it. */
const catchUpMsMax = 60_000;

export const moveIn = async (
  daemon: Daemon,
  relayUrl: string,
  card: CardBody,
): Promise<Result<Home, Problem>> => {
  await daemon.settings.change({ server: relayUrl });
  const home = await daemon.reopen();
  if (!home.ok) return home;
  acknowledgeDevices(daemon, home.value);
  await caughtUp(daemon, home.value);
  await nameIfNameless(home.value, home.value.engine.device, card);
  await home.value.settled();
  return ok(home.value);
};

/** Everything that the relay has is here, or it takes too long. */
const caughtUp = (daemon: Daemon, home: Home): Promise<boolean> =>
  untilSo(
    daemon,
    home,
    catchUpMsMax,
    ({ link }) => home.vault.status.isCaughtUp || link === "stopped",
  );

export const fingerprintOf = ({ engine, vault }: Home): string =>
  (vaultFingerprint(engine, vault.id) ?? []).join(" ");
