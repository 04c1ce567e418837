/** One connection of a device that works: what it asks gets its answer, and all else goes to who listens. */
import type { DeviceKeys } from "../../../packages/crypto/src/index.ts";
import {
  type ClientFrame,
  encodeClientFrame,
  limits,
  refusalOfNumber,
  type RelayFrame,
  type RequestId,
} from "../../../packages/protocol/src/index.ts";
import {
  connectClient,
  type RelayClient,
} from "../../../packages/server/src/testing/relayClient.ts";
import { nextRequest } from "../../../packages/server/src/testing/registerPerson.ts";
import { fault, type Ledger } from "./ledger.ts";

type Listen = (frame: RelayFrame) => void;
type Answer = Extract<
  RelayFrame,
  { type: "RecordAppended" | "BlobTokenGranted" | "BlobDropped" | "Refusal" }
>;

export interface Session {
  readonly client: RelayClient;
  readonly isOpen: () => boolean;
  readonly closed: Promise<unknown>;
  /** Undefined: the connection was lost before it came. */
  ask(frameFor: (request: RequestId) => ClientFrame): Promise<Answer | undefined>;
  /** Every frame from now on that is no answer. */
  listen(listener: Listen): void;
  send(frame: ClientFrame): void;
  /** How many bytes the relay still takes: a frame may begin while there are any. */
  readonly credit: () => number;
}

/** What a relay may say that is about to go, or whose database is gone. */
const goingNames = new Set(["Internal", "ShuttingDown", "Overloaded", "NotReady"]);

/** FLOW3: these use no credit. */
const freeTypes = new Set(["Ping", "Pong", "Credit", "Bye"]);

export const refusalIn = (frame: Extract<RelayFrame, { type: "Refusal" }>): string =>
  refusalOfNumber(frame.number).name ?? `number ${frame.number}`;

const factsIn = ({ facts }: Extract<RelayFrame, { type: "Refusal" }>): string =>
  facts.map(({ key, value }) => `${key} ${value}`).join(", ");

/** Undefined: nobody is there any more. */
export const openSession = async (
  url: string,
  device: DeviceKeys,
  ledger: Ledger,
): Promise<Session | undefined> => {
  const client = await connect(url, device);
  if (client === undefined) return undefined;
  let isOpen = true;
  let credit: number = limits.creditWindowByteLength;
  const send = (frame: ClientFrame): void => {
    const bytes = encodeClientFrame(frame);
    if (!freeTypes.has(frame.type)) credit -= bytes.length;
    client.sendBytes(bytes);
  };
  const waiting = new Map<RequestId, (answer: Answer | undefined) => void>();
  const listeners: Listen[] = [];
  const close = async (): Promise<void> => {
    await client.closed;
    isOpen = false;
    for (const answer of waiting.values()) answer(undefined);
    waiting.clear();
  };
  const closed = close();
  client.onFrame((frame) => {
    if (frame.type === "Credit") credit += frame.byteLength;
    const request = requestOf(frame);
    const answer = request === undefined ? undefined : waiting.get(request);
    if (request !== undefined && answer !== undefined) {
      waiting.delete(request);
      answer(frame as Answer);
    } else if (frame.type === "Refusal" && !goingNames.has(refusalIn(frame)))
      fault(ledger, `refused without need: ${refusalIn(frame)} ${factsIn(frame)}`);
    else for (const listen of listeners) listen(frame);
    // These are asked for by name.
    return ["VaultHeads", "CatchUpDone"].includes(frame.type);
  });
  return {
    client,
    isOpen: () => isOpen,
    closed,
    ask: (frameFor) =>
      new Promise((resolve) => {
        if (!isOpen) return resolve(undefined);
        const request = nextRequest();
        waiting.set(request, resolve);
        send(frameFor(request));
      }),
    send,
    credit: () => credit,
    listen: (listener) => {
      listeners.push(listener);
    },
  };
};

const requestOf = (frame: RelayFrame): RequestId | undefined => {
  if (frame.type === "Refusal")
    return frame.subject.kind === "request" ? frame.subject.request : undefined;
  return frame.type === "RecordAppended" ||
    frame.type === "BlobTokenGranted" ||
    frame.type === "BlobDropped"
    ? frame.request
    : undefined;
};

const connect = async (url: string, device: DeviceKeys): Promise<RelayClient | undefined> => {
  try {
    const client = await connectClient(url);
    await client.login(device);
    return client;
  } catch {
    return undefined; // whoever is killed meanwhile answers nobody
  }
};
