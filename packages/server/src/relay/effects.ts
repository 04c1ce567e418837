/** Performs what one connection's machine wants of stores and of other connections. */
import { assert, DeviceScope, LogKind } from "@duro/crypto/types";
import type { Connection } from "./connection.ts";
import {
  type ChannelNumber,
  limits,
  type LoggedIn,
  type LoginNonce,
  refused,
  type RelayEffect,
  type RelayInput,
  type VaultId,
  vaultPositions,
} from "@duro/protocol";
import { mayOpen, shownHead } from "../domain/access.ts";
import type { Asker } from "../ports/accountStore.ts";
import { dropBlob, grantToken } from "./blobEffects.ts";
import type { RelayContext } from "./context.ts";
import { framesOf } from "./frames.ts";
import { sortBodies } from "./sortBodies.ts";
import type { Listener } from "./hub.ts";
import { closeMailbox, joinMailbox, openMailbox, sendToMailbox } from "./mailboxEffects.ts";
import { appendRecord } from "./records.ts";
import type { LoginCheck } from "./loginCheck.ts";

type WorkerEffect = Exclude<RelayEffect, { kind: "send" | "sendRuns" | "close" }>;

/** A channel, from the moment when it was asked for. */
interface Opening {
  readonly vault: VaultId;
  isListening: boolean;
}

export interface EffectWorker {
  perform(effect: WorkerEffect): void;
  /** The connection is over: nothing of it stays subscribed. */
  end(): void;
}

/** Pages as large as a client's window allows; what is read beyond a frame waits in memory. */
const pageEnvelopeCountMax = 2_048;
const pageByteLengthMax = limits.creditWindowByteLength;
const logPageLimit = {
  recordCountMax: limits.recordsPerFrameMax,
  byteLengthMax: limits.pageByteLength,
};

const positionOf = (value: number) => {
  const position = vaultPositions.parse(value);
  assert(position.ok, "positions stay below 2^53");
  return position.value;
};

export const createEffectWorker = (
  context: RelayContext,
  checkLogin: LoginCheck,
  connection: Connection,
  nonce: LoginNonce,
  key: symbol,
): EffectWorker => {
  let listener: Listener | undefined;
  let leave: (() => void) | undefined;
  let isEnded = false;
  /** One after the other: the second record of a client may build on its first. */
  let recordsDone: Promise<void> = Promise.resolve();
  /** And what is said at a mailbox is heard in the order in which it was said. */
  let mailboxesDone: Promise<void> = Promise.resolve();
  const openings = new Map<ChannelNumber, Opening>();
  /** One after the other, too: the heads of a vault may be thousands. */
  let openingsDone: Promise<void> = Promise.resolve();

  const attempt = async (kind: WorkerEffect["kind"], work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (cause) {
      context.onFailure(kind, cause);
      connection.take({ kind: "failed" });
    }
  };

  const asker = (): Asker => {
    assert(listener !== undefined, "the machine asks for this once it is logged in");
    return listener;
  };

  const login = async (effect: Extract<WorkerEffect, { kind: "checkLogin" }>): Promise<void> => {
    const { device, nowMs, signature } = effect.login;
    const checked = await checkLogin({ device, nonce, nowMs, signature });
    if (isEnded) return;
    context.metrics.loggedIn(checked.ok ? "ok" : "refused");
    if (!checked.ok) return connection.take({ kind: "loginRefused", refused: checked.error });
    const { user, scope, expiresAtMs } = checked.value;
    let waiting: RelayInput[] | undefined = [];
    const take = (input: RelayInput): void => {
      if (waiting === undefined) connection.take(input);
      else waiting.push(input);
    };
    listener = { user, device, scope, take };
    // Before anything is read: what changes while it is read is heard, behind the answer.
    leave = context.hub.join(listener);
    const identity = (await context.logs.identity(user))?.at(-1);
    assert(identity !== undefined, "a device has a log");
    const vaults = await context.accountStore.vaultsOf({ user, device, scope });
    if (isEnded) return;
    // Behind the check of its signature.
    if (identity.devices.get(device)?.revokedAt !== undefined)
      return connection.take({ kind: "deviceRemoved" });
    const who: LoggedIn = { user, device, scope, expiresAtMs, vaults, identityHead: identity.head };
    connection.take({ kind: "loggedIn", who });
    const heard = waiting;
    waiting = undefined;
    for (const input of heard) connection.take(input);
  };

  const openVault = async (channel: ChannelNumber, opening: Opening): Promise<void> => {
    // Closed before its turn came.
    if (isEnded || openings.get(channel) !== opening) return;
    const { vault } = opening;
    const refuse = (): void => {
      openings.delete(channel);
      connection.take({ kind: "vaultRefused", channel, refused: refused("VaultUnknown") });
    };
    const state = await context.logs.vault(vault);
    if (listener === undefined || state === undefined || !mayOpen(state, listener)) return refuse();
    const { position, chains } = await context.chainStore.heads(vault);
    if (isEnded || openings.get(channel) !== opening) return;
    // Who was removed while the heads were read is told by nobody: they did not listen yet.
    const newest = context.logs.knownVault(vault) ?? state;
    if (!mayOpen(newest, listener)) return refuse();
    opening.isListening = true;
    context.hub.openVault(listener, newest, position);
    connection.take({
      kind: "vaultOpened",
      channel,
      logHead: newest.head,
      position: positionOf(position),
      chains,
    });
  };

  const closeVault = ({ channel }: Extract<WorkerEffect, { kind: "closeVault" }>): void => {
    const opening = openings.get(channel);
    openings.delete(channel);
    if (opening?.isListening === true && listener !== undefined)
      context.hub.closeVault(listener, opening.vault);
  };

  const readPage = async (effect: Extract<WorkerEffect, { kind: "readPage" }>): Promise<void> => {
    const { channel, reading, vault, vector, afterPosition, wantsBodies, byteLengthMax } = effect;
    const page = await context.chainStore.page({
      vault,
      afterPosition,
      vector,
      wantsBodies,
      envelopeCountMax: pageEnvelopeCountMax,
      byteLengthMax: Math.min(byteLengthMax, pageByteLengthMax),
    });
    connection.take({
      kind: "page",
      channel,
      reading,
      frames: framesOf(page.envelopes),
      toPosition: positionOf(page.toPosition),
      isEnd: page.isEnd,
    });
  };

  const readBodies = async (
    effect: Extract<WorkerEffect, { kind: "readBodies" }>,
  ): Promise<void> => {
    const { channel, vault, chain, seqs } = effect;
    const found = await context.chainStore.bodies({ vault, chain }, seqs, limits.pageByteLength);
    const { whole, missing, unread } = sortBodies(found, seqs, limits.pageByteLength);
    connection.take({ kind: "bodies", channel, chain, frames: framesOf(whole), missing, unread });
    if (missing.length > 0 && listener !== undefined)
      context.hub.bodiesMissing(listener, vault, chain, missing);
  };

  const readLog = async (effect: Extract<WorkerEffect, { kind: "readLog" }>): Promise<void> => {
    const { request, name, fromIndex } = effect;
    const state =
      name.kind === LogKind.Vault
        ? await context.logs.vault(name.log)
        : (await context.logs.identity(name.log))?.at(-1);
    const head = state && ("members" in state ? shownHead(state, asker()) : state.head);
    if (head === undefined) {
      const refusal = refused(name.kind === LogKind.Vault ? "VaultUnknown" : "NotFound");
      return connection.take({ kind: "logRefused", request, refused: refusal });
    }
    const read = await context.logStore.read(name, fromIndex, logPageLimit);
    const records = read.slice(0, Math.max(0, head.index + 1 - fromIndex));
    return connection.take({ kind: "logPage", request, records, head });
  };

  const append = async (effect: Extract<WorkerEffect, { kind: "appendRecord" }>): Promise<void> => {
    const { request, record, byteLength } = effect;
    const appended = await appendRecord(context, asker(), record);
    if (!appended.ok)
      return connection.take({
        kind: "recordRefused",
        request,
        refused: appended.error,
        byteLength,
      });
    const { name, index, id, isNew } = appended.value;
    connection.take({ kind: "recordAppended", request, index, id, byteLength });
    if (!isNew) return undefined;
    context.notifier.publish({ kind: "log", name, index });
    return context.hub.logGrew(name, { index, id });
  };

  const put = (effect: Extract<WorkerEffect, { kind: "putRun" }>): void => {
    const { channel, vault, run, byteLength } = effect;
    context.appender.put({
      vault,
      run,
      byteLength,
      asker: asker(),
      origin: key,
      done: (outcome) =>
        connection.take({ kind: "putsDone", channel, putCount: 1, byteLength, ...outcome }),
      fail: () => connection.take({ kind: "failed" }),
    });
  };

  const atMailbox = (
    effect: Extract<WorkerEffect, { kind: "sendToMailbox" | "closeMailbox" }>,
  ): void => {
    const held = context.hall.find(connection, effect.mailbox);
    mailboxesDone = mailboxesDone.then(() =>
      attempt(
        effect.kind,
        effect.kind === "sendToMailbox"
          ? sendToMailbox(context, connection, held, effect)
          : closeMailbox(context, connection, held, effect),
      ),
    );
  };

  const passPresence = (effect: Extract<WorkerEffect, { kind: "passPresence" }>): void => {
    if (listener?.scope === DeviceScope.Full)
      context.hub.presence(listener, effect.vault, effect.sealed);
  };

  const perform = (effect: WorkerEffect): Promise<void> | undefined => {
    switch (effect.kind) {
      case "checkLogin":
        return login(effect);
      case "openVault": {
        const opening = { vault: effect.vault, isListening: false };
        openings.set(effect.channel, opening);
        openingsDone = openingsDone.then(() =>
          attempt(effect.kind, openVault(effect.channel, opening)),
        );
        return undefined;
      }
      case "closeVault":
        closeVault(effect);
        return undefined;
      case "readPage":
        return readPage(effect);
      case "readBodies":
        return readBodies(effect);
      case "readLog":
        return readLog(effect);
      case "appendRecord":
        recordsDone = recordsDone.then(() => attempt(effect.kind, append(effect)));
        return undefined;
      case "putRun":
        put(effect);
        return undefined;
      case "passPresence":
        passPresence(effect);
        return undefined;
      case "grantToken":
        return grantToken(context, connection, asker(), effect);
      case "dropBlob":
        return dropBlob(context, connection, asker(), effect);
      case "openMailbox":
        return openMailbox(context, connection, effect);
      case "joinMailbox":
        return joinMailbox(context, connection, effect);
      case "sendToMailbox":
      case "closeMailbox":
        atMailbox(effect);
        return undefined;
    }
  };

  return {
    perform: (effect) => {
      const work = perform(effect);
      if (work !== undefined) void attempt(effect.kind, work);
    },
    end: () => {
      isEnded = true;
      if (listener !== undefined)
        for (const { vault, isListening } of openings.values())
          if (isListening) context.hub.closeVault(listener, vault);
      openings.clear();
      leave?.();
      leave = undefined;
      context.hall.leaveAll(connection);
    },
  };
};
