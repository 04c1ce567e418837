/**
 * An engine for a look with the 24 words: it fetches and reads, and nothing that it says changes anything
 * at the relay. What it fetched is gone with its store.
 */
import { paperDeviceKeys, type Phrase } from "@duro/crypto";
import { err, type Result } from "@duro/crypto/types";
import { ClientTag, type UserId } from "@duro/protocol";
import { type Engine, type EngineDeps, type NotSetUp, openEngine } from "../engine/engine.ts";
import { selfWrite } from "../engine/self.ts";
import type { Http } from "../ports/http.ts";
import type { CommitError } from "../ports/localStore.ts";
import type { Transport } from "../ports/transport.ts";

/** By `store`, one that nothing outlives is meant. */
export type LookDeps = Omit<EngineDeps, "device">;

export const openToLook = async (
  deps: LookDeps,
  user: UserId,
  phrase: Phrase,
): Promise<Result<Engine, NotSetUp | CommitError>> => {
  const kept = await deps.store.commit([selfWrite(user)]);
  if (!kept.ok) return kept;
  return openEngine({
    ...deps,
    device: paperDeviceKeys(phrase),
    transport: readingOnly(deps.transport),
    http: gettingOnly(deps.http),
  });
};

/** Frames that ask. Whatever is not among them goes nowhere. */
const asking: ReadonlySet<number | undefined> = new Set([
  ClientTag.Login,
  ClientTag.Bye,
  ClientTag.Ping,
  ClientTag.Pong,
  ClientTag.Credit,
  ClientTag.LogWant,
  ClientTag.OpenVault,
  ClientTag.CloseVault,
  ClientTag.Pull,
  ClientTag.BodyWant,
  ClientTag.BlobTokenWant,
]);

export const readingOnly = (transport: Transport): Transport => ({
  dial: (url, events) => {
    const socket = transport.dial(url, events);
    return {
      send: (bytes) => {
        if (asking.has(bytes[0])) socket.send(bytes);
      },
      close: () => socket.close(),
      get bufferedByteLength() {
        return socket.bufferedByteLength;
      },
    };
  },
});

export const gettingOnly = (http: Http): Http => ({
  request: (request) =>
    request.method === "GET" || request.method === "HEAD"
      ? http.request(request)
      : Promise.resolve(err({ type: "Unreachable", code: "READ_ONLY" })),
});
