/** Clients that are logged in, or about to be, and ask for more than their share. */
import { blobIds, chainIds, LogKind } from "@duro/crypto/types";
import {
  BlobAction,
  type ClientFrame,
  encodeClientFrame,
  mailboxNumbers,
  vaultIds,
} from "@duro/protocol";
import { nextRequest } from "../../../packages/server/src/testing/registerPerson.ts";
import type { RawClient } from "./rawClient.ts";
import { channelOf, deps, openVaultFrame, type Target } from "./target.ts";
import { Opcode, webSocketFrame } from "./webSocketFrames.ts";

export interface Flood {
  readonly name: string;
  readonly isLoggedIn: boolean;
  /** The next of the flood. */
  frame(target: Target, at: number): ClientFrame;
  /** What the relay may say, and last why it ends the connection. */
  readonly refusals: readonly string[];
}

const someVault = () => vaultIds.fromBytes(deps.randomBytes(vaultIds.byteLength));

/** Of the right version, and nothing behind it. */
const noRecord = new Uint8Array(1_000).fill(1);

export const floods: readonly Flood[] = [
  {
    name: "logs",
    isLoggedIn: true,
    frame: ({ victim }) => ({
      type: "LogWant",
      request: nextRequest(),
      name: { kind: LogKind.Identity, log: victim.person.state.user },
      fromIndex: 0,
    }),
    refusals: ["RateLimited", "Overloaded"],
  },
  {
    name: "vaults that are nobody's",
    isLoggedIn: true,
    // More than may be open at once, which they are until they are looked up.
    frame: (_, at) => openVaultFrame(at + 1, someVault()),
    refusals: ["VaultUnknown", "ProtocolOrder"],
  },
  {
    name: "bodies",
    isLoggedIn: true,
    frame: () => ({
      type: "BodyWant",
      channel: channelOf(1),
      chain: chainIds.fromBytes(deps.randomBytes(chainIds.byteLength)),
      seqs: Array.from({ length: 256 }, (_, at) => at + 1),
    }),
    refusals: ["VaultUnknown", "RateLimited", "Overloaded"],
  },
  {
    name: "presence for nobody",
    isLoggedIn: true,
    frame: () => ({ type: "Presence", channel: channelOf(1), sealed: deps.randomBytes(1_024) }),
    refusals: ["RateLimited", "Overloaded"],
  },
  {
    name: "tokens",
    isLoggedIn: true,
    frame: () => ({
      type: "BlobTokenWant",
      request: nextRequest(),
      channel: channelOf(1),
      action: BlobAction.Write,
      blob: blobIds.fromBytes(deps.randomBytes(blobIds.byteLength)),
    }),
    refusals: ["VaultUnknown", "RateLimited", "Overloaded"],
  },
  {
    name: "records that are none",
    isLoggedIn: true,
    frame: () => ({ type: "AppendRecord", request: nextRequest(), record: noRecord }),
    refusals: ["LogRecordInvalid", "RateLimited", "Overloaded"],
  },
  {
    name: "mailboxes, before a login",
    isLoggedIn: false,
    frame: () => ({ type: "MailboxOpen", request: nextRequest() }),
    refusals: ["MailboxFull", "Overloaded"],
  },
  {
    name: "guesses of mailboxes",
    isLoggedIn: false,
    frame: (_, at) => ({
      type: "MailboxJoin",
      request: nextRequest(),
      mailbox: mailboxNumbers.fromNumber(at),
    }),
    // An address has a budget of guesses, which fills up again while others are tried.
    refusals: ["MailboxUnknown", "MailboxFull", "Overloaded"],
  },
];

/** More than any budget pays for. */
const frameCount = 4_000;

/** Made once: an attacker's work is not what is measured. */
const bytesByFlood = new WeakMap<Flood, Buffer>();

/** In one write, so that all are there before the first is answered. */
export const sendFlood = (target: Target, client: RawClient, flood: Flood): void => {
  const bytes =
    bytesByFlood.get(flood) ??
    Buffer.concat(
      Array.from({ length: frameCount }, (_, at) =>
        webSocketFrame({
          opcode: Opcode.Binary,
          payload: encodeClientFrame(flood.frame(target, at)),
        }),
      ),
    );
  bytesByFlood.set(flood, bytes);
  client.write(bytes);
};
