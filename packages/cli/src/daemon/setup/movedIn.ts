/** What follows when a machine was let in: its vault is opened, filled from the relay, and it gets its name. */
import { vaultFingerprint } from "@duro/client";
import { ok, type Result } from "@duro/crypto/types";
import type { CardBody } from "../../api/setupCalls.ts";
import type { Problem } from "../../problem.ts";
import type { Daemon, Home } from "../daemon.ts";
import { entryCountOf } from "../entryCount.ts";
import { untilSo } from "./connected.ts";
import { acknowledgeDevices } from "./deviceNotices.ts";
import { nameIfNameless } from "./deviceNames.ts";

/** What is larger goes on coming after that; nobody has to wait in front of it. */
const catchUpMsMax = 300_000;
const tellMs = 1_000;
/** A wait for the index gives up after some seconds; one that ends sooner has seen its end. */
const indexedMsMax = 2_000;
const indexRoundsMax = 100;

export const moveIn = async (
  daemon: Daemon,
  relayUrl: string,
  card: CardBody,
  /** How many entries are here by now, about once a second. */
  tell: (entryCount: number) => void,
): Promise<Result<Home, Problem>> => {
  await daemon.settings.change({ server: relayUrl });
  const opened = await daemon.reopen();
  if (!opened.ok) return opened;
  const home = opened.value;
  acknowledgeDevices(daemon, home);
  const stopTelling = tellOften(daemon, () => tell(entryCountOf(home)));
  try {
    const isHere = await untilSo(
      daemon,
      home,
      catchUpMsMax,
      ({ link }) => home.vault.status.isCaughtUp || link === "stopped",
    );
    await nameIfNameless(home, home.engine.device, card);
    if (isHere) await untilIndexed(daemon, home);
  } finally {
    stopTelling();
  }
  return ok(home);
};

const untilIndexed = async ({ nowMs }: Daemon, home: Home): Promise<void> => {
  for (let left = indexRoundsMax; left > 0; left -= 1) {
    const beganMs = nowMs();
    await home.settled();
    if (nowMs() - beganMs < indexedMsMax) return;
  }
};

const tellOften = ({ after }: Daemon, tell: () => void): (() => void) => {
  let stop = (): void => {};
  const begin = (): void => {
    stop = after(tellMs, () => {
      tell();
      begin();
    });
  };
  begin();
  return () => stop();
};

export const fingerprintOf = ({ engine, vault }: Home): string =>
  (vaultFingerprint(engine, vault.id) ?? []).join(" ");
