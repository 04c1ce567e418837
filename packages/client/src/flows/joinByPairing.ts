/**
 * A new machine joins a person who lets it in from another one. It shows a code, or has read the one that
 * the other shows, then a number to compare, and makes no key of anybody's and no vault. What it keeps it
 * keeps at once, when all of it is known to be as the other machine sees it: a relay cannot show it an
 * older world.
 */
import { cosignRecord, type CodeMalformed, parsePairingCode } from "@duro/crypto";
import {
  bytesAreEqual,
  DeviceScope,
  err,
  LogKind,
  ok,
  type Result,
  type SignPublicKey,
} from "@duro/crypto/types";
import { decodeIdentityPayload, decodeRecord, type LogRecord } from "@duro/crypto/verify";
import type { UserId } from "@duro/protocol";
import { readSelf, relayKeyWrite, selfWrite } from "../engine/self.ts";
import type { CommitError, LocalStore } from "../ports/localStore.ts";
import { cleanCard, type DeviceCard, namelessCard } from "./deviceCard.ts";
import { type JoinScreen, meet, openLine } from "./joinLine.ts";
import {
  type LogsWithheld,
  type NoSession,
  openLogSession,
  type SessionDeps,
} from "./logSession.ts";
import type { MeetError, PairingTalk, TalkError } from "./pairingTalk.ts";
import type { Offer, Welcomed } from "./pairingWords.ts";
import { createStagedStore } from "./stagedStore.ts";

export interface JoinDeps extends SessionDeps {
  readonly store: LocalStore;
}

export interface JoinAs {
  readonly scope: typeof DeviceScope.Full | typeof DeviceScope.Viewer;
  /** What the other machine shows of this one. */
  readonly card: DeviceCard;
  /** As the other machine shows it, where it does; otherwise this one shows a code of its own. */
  readonly code?: string | undefined;
  /** Whoever waits in front of it has gone: the code is good for nobody any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Somebody lives in this store already. */
export interface AlreadySetUp {
  readonly type: "AlreadySetUp";
}

/** The other machine uses another relay, or somebody stands between one of us and it. */
interface RelayDiffers {
  readonly type: "RelayDiffers";
}

/** What is offered is not what was asked for: another device, or one with other rights. */
interface OfferRefused {
  readonly type: "OfferRefused";
}

export type JoinError =
  | AlreadySetUp
  | CodeMalformed
  | NoSession
  | MeetError
  | TalkError
  | RelayDiffers
  | OfferRefused
  | LogsWithheld
  | CommitError;

export const joinByPairing = async (
  deps: JoinDeps,
  screen: JoinScreen,
  as: JoinAs = { scope: DeviceScope.Full, card: namelessCard },
): Promise<Result<{ readonly user: UserId }, JoinError>> => {
  if ((await readSelf(deps.store)) !== undefined) return err({ type: "AlreadySetUp" });
  const shown = as.code === undefined ? ok(undefined) : parsePairingCode(as.code);
  if (!shown.ok) return shown;
  const line = await openLine(deps);
  if (!line.ok) return line;
  const { mailboxes, relayKey, close } = line.value;
  const leave = (): void => {
    mailboxes.burn();
    close();
  };
  as.signal?.addEventListener("abort", leave);
  if (as.signal?.aborted === true) leave();
  try {
    const talk = await meet(deps, mailboxes, screen, shown.value);
    if (!talk.ok) return talk;
    const invited = await beInvited(deps, talk.value, relayKey, as);
    if (!invited.ok) return invited;
    return await moveIn(deps, relayKey, invited.value);
  } finally {
    as.signal?.removeEventListener("abort", leave);
    close();
  }
};

interface Invited extends Welcomed {
  readonly user: UserId;
  readonly record: LogRecord;
}

/** Signs each offer, since somebody else may have written to that log first, until one stands there. */
const beInvited = async (
  { device }: JoinDeps,
  talk: PairingTalk,
  relayKey: SignPublicKey,
  { scope, card }: JoinAs,
): Promise<Result<Omit<Invited, "type">, TalkError | RelayDiffers | OfferRefused>> => {
  const { signKey, kemKey } = device;
  talk.say({ type: "newcomer", signKey, kemKey, scope, card: cleanCard(card) });
  let accepted: { readonly user: UserId; readonly record: LogRecord } | undefined;
  for (;;) {
    const word = await talk.hear("offer", "welcomed");
    if (!word.ok) return word;
    if (word.value.type === "welcomed") {
      talk.end(accepted === undefined ? "burnt" : "done");
      if (accepted === undefined) return err({ type: "PairingBroken" });
      return ok({ ...accepted, ...word.value });
    }
    if (!bytesAreEqual(word.value.relayKey, relayKey)) {
      talk.end("burnt");
      return err({ type: "RelayDiffers" });
    }
    const record = recordOf(word.value, signKey, scope);
    const signature = record && cosignRecord(record, device).signatures.at(-1)?.signature;
    if (record === undefined || signature === undefined) {
      talk.end("burnt");
      return err({ type: "OfferRefused" });
    }
    accepted = { user: word.value.user, record };
    talk.say({ type: "cosigned", signature });
  }
};

/** A record that lets in this very device, and as what it asked to be. */
const recordOf = (
  offer: Offer,
  signKey: SignPublicKey,
  scope: DeviceScope,
): LogRecord | undefined => {
  const record = decodeRecord(offer.record);
  if (!record.ok || record.value.kind !== LogKind.Identity || record.value.log !== offer.user)
    return undefined;
  const payload = decodeIdentityPayload(record.value.type, record.value.payload);
  if (!payload.ok || payload.value.type !== "addDevice") return undefined;
  const { device } = payload.value;
  return device.scope === scope && bytesAreEqual(device.signKey, signKey)
    ? record.value
    : undefined;
};

/** The logs come from the relay, and must contain what the other machine has seen of them. */
const moveIn = async (
  deps: JoinDeps,
  relayKey: SignPublicKey,
  { user, identity, vaults }: Omit<Invited, "type">,
): Promise<Result<{ readonly user: UserId }, NoSession | LogsWithheld | CommitError>> => {
  const staged = createStagedStore();
  await staged.commit([relayKeyWrite(deps.relayUrl, relayKey)]);
  const session = await openLogSession(deps, staged);
  if (!session.ok) return session;
  const { fetch, close } = session.value;
  try {
    const own = await fetch({ kind: LogKind.Identity, log: user }, identity);
    if (!own.ok) return own;
    for (const { vault, head } of vaults) {
      const log = await fetch({ kind: LogKind.Vault, log: vault }, head);
      if (!log.ok) return log;
    }
  } finally {
    close();
  }
  const kept = await staged.keepIn(deps.store, [selfWrite(user)]);
  return kept.ok ? ok({ user }) : kept;
};
