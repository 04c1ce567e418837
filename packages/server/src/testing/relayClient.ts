/**
 * A client of the relay for tests and measurements: real frames over a real socket, and no memory of
 * its own beyond what arrived. What a product's client does better, it does not do.
 */
import { assert, type DeviceId, type VaultId } from "@duro/crypto/types";
import { signLogin } from "@duro/crypto";
import {
  type ChannelNumber,
  channelNumbers,
  type ClientFrame,
  decodeRelayFrame,
  encodeClientFrame,
  limits,
  loginNonces,
  type RelayFrame,
  type Run,
  socketPath,
  subprotocol,
  type Vector,
} from "@duro/protocol";
import { WebSocket } from "ws";

type DeviceSigner = {
  readonly id: DeviceId;
  readonly signSecret: Parameters<typeof signLogin>[0];
};

type Frame<Type extends RelayFrame["type"]> = Extract<RelayFrame, { type: Type }>;

export interface RelayClient {
  readonly socket: WebSocket;
  send(frame: ClientFrame): void;
  sendBytes(bytes: Uint8Array): void;
  /** The first frame of that type that was not taken yet, now or later. */
  next<Type extends RelayFrame["type"]>(
    type: Type,
    isWanted?: (frame: Frame<Type>) => boolean,
  ): Promise<Frame<Type>>;
  /** Sees every frame as it comes, before it is kept; kept only where it says so. */
  onFrame(listen: (frame: RelayFrame) => boolean): void;
  login(device: DeviceSigner, changed?: { readonly host?: string }): Promise<Frame<"Welcome">>;
  open(
    channel: number,
    vault: VaultId,
    options?: { readonly vector?: Vector; readonly wantsBodies?: boolean },
  ): Promise<Frame<"VaultHeads">>;
  put(channel: number, run: Run): void;
  close(): Promise<void>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

const waitMsMax = 20_000;

export const channelOf = (number: number): ChannelNumber => {
  const channel = channelNumbers.parse(number);
  assert(channel.ok, "a channel's number");
  return channel.value;
};

/** As `URL.host` says it. */
export const hostOf = (url: string): string => new URL(url).host;

export const connectClient = async (
  url: string,
  { nowMs = Date.now, grantsCredit = true } = {},
): Promise<RelayClient> => {
  const socket = new WebSocket(`${url.replace(/^http/u, "ws")}${socketPath}`, subprotocol, {
    perMessageDeflate: false,
  });
  const kept: RelayFrame[] = [];
  const waiting = new Set<() => void>();
  let listen: (frame: RelayFrame) => boolean = () => true;
  let receivedByteLength = 0;

  const send = (frame: ClientFrame): void => socket.send(encodeClientFrame(frame));

  socket.on("message", (data) => {
    assert(data instanceof Buffer, "binary messages");
    const frame = decodeRelayFrame(data);
    assert(frame.ok, "the relay's frames can be read");
    if (frame.value.type === "Ping") send({ type: "Pong", count: frame.value.count });
    if (frame.value.type === "Envelopes" && grantsCredit) {
      receivedByteLength += data.length;
      if (receivedByteLength >= limits.creditWindowByteLength / 2) {
        send({ type: "Credit", byteLength: receivedByteLength });
        receivedByteLength = 0;
      }
    }
    if (listen(frame.value)) kept.push(frame.value);
    for (const look of waiting) look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  const opened = new Promise<void>((resolve, reject) => {
    socket.on("open", resolve);
    socket.on("error", reject);
  });

  const next: RelayClient["next"] = async (type, isWanted = () => true) => {
    type Wanted = Frame<typeof type>;
    const take = (): Wanted | undefined => {
      const at = kept.findIndex((frame) => frame.type === type && isWanted(frame as Wanted));
      return at === -1 ? undefined : (kept.splice(at, 1)[0] as Wanted);
    };
    const found = take();
    if (found !== undefined) return found;
    return new Promise<Wanted>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        waiting.delete(look);
      };
      const look = (): void => {
        const frame = take();
        if (frame === undefined) return;
        end();
        resolve(frame);
      };
      const fail = (why: string): void => {
        end();
        reject(new Error(`no ${type}: ${why}; kept ${kept.map((frame) => frame.type).join()}`));
      };
      const timer = setTimeout(() => fail("too late"), waitMsMax);
      waiting.add(look);
      void closed.then(({ code, reason }) => fail(`closed ${code} ${reason}`));
    });
  };

  await opened;
  const client: RelayClient = {
    socket,
    send,
    sendBytes: (bytes) => socket.send(bytes),
    next,
    onFrame: (listener) => {
      listen = listener;
    },
    login: async (device, { host = hostOf(url) } = {}) => {
      const challenge = await next("Challenge");
      const timeMs = nowMs();
      const signature = signLogin(device.signSecret, {
        relayHost: host,
        relayKey: challenge.relayKey,
        relayNonce: loginNonces.toBytes(challenge.nonce),
        device: device.id,
        nowMs: timeMs,
      });
      send({
        type: "Login",
        device: device.id,
        nowMs: timeMs,
        signature,
        clientVersion: "test 1",
      });
      const welcome = await next("Welcome");
      if (grantsCredit) send({ type: "Credit", byteLength: limits.creditWindowByteLength });
      return welcome;
    },
    open: (channel, vault, { vector = [], wantsBodies = true } = {}) => {
      send({
        type: "OpenVault",
        channel: channelOf(channel),
        vault,
        logHead: undefined,
        vector,
        wantsBodies,
        wantsPresence: true,
      });
      return next("VaultHeads", (frame) => frame.channel === channel);
    },
    put: (channel, run) => send({ type: "Put", channel: channelOf(channel), run }),
    close: async () => {
      socket.close();
      await closed;
    },
    closed,
  };
  return client;
};
