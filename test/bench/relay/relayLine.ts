/** A line at the relay: one vault, a sender for each size of its puts, receivers spread over the nodes. */
import { assert } from "@duro/crypto/types";
import { limits } from "@duro/protocol";
import type { Person, Vault } from "../../../packages/crypto/src/testing/people.ts";
import { createLine, type Line, receivedOn } from "./line.ts";
import { openReceiver } from "./receiver.ts";
import { openSender, type Sender } from "./sender.ts";
import { openSession, openSessions } from "./session.ts";
import { createOneVault } from "./world.ts";

/** One is being stored, and one is on its way. */
const gatheredUnderWayMax = 2;

interface RelayLineOptions {
  /** The sender is at the first. */
  readonly urls: readonly string[];
  readonly seed: string;
  readonly receiverCount: number;
  readonly putSizes: readonly number[];
}

export const openRelayLine = async (options: RelayLineOptions): Promise<Line> => {
  const { urls, seed, receiverCount, putSizes } = options;
  const [url] = urls;
  assert(url !== undefined, "there is a relay");
  const { person, vault } = await createOneVault(url, seed);
  const senders = await openSenders(url, putSizes, person, vault);
  const gathering = await openSender(await openSession(url, person.device), { person, vault });
  const senderOf = (putSize: number): Sender => {
    const sender = senders.get(putSize);
    assert(sender !== undefined, "a sender for that size");
    return sender;
  };
  const line = createLine({
    receiverCount,
    makeReady: (messageCount, putSize) => {
      const sender = senderOf(putSize);
      sender.make(Math.max(0, Math.ceil(messageCount / putSize) - sender.leftCount), putSize);
    },
    send: (putSize) => (senderOf(putSize).put() ? putSize : 0),
    sendDue: (messageCount) => {
      const count = Math.min(messageCount, limits.envelopesPerFrameMax);
      return count > 0 && gathering.putNow(count, gatheredUnderWayMax) ? count : 0;
    },
  });
  gathering.onReceipt = () => line.onRoom();
  for (const sender of senders.values()) sender.onReceipt = () => line.onRoom();
  for (const [node, nodeUrl] of urls.entries()) {
    const count = Math.floor((receiverCount + urls.length - 1 - node) / urls.length);
    const devices = Array.from({ length: count }, () => person.device);
    const onMore = (from: number, to: number): void => receivedOn(line, from, to, node);
    const sessions = await openSessions(nodeUrl, devices);
    await Promise.all(
      sessions.map((session) => openReceiver(session, { vault: vault.state.vault, onMore })),
    );
  }
  return line;
};

/** A chain each: what one has made and not sent does not hold up the other. */
const openSenders = async (
  url: string,
  putSizes: readonly number[],
  person: Person,
  vault: Vault,
): Promise<ReadonlyMap<number, Sender>> => {
  const senders = new Map<number, Sender>();
  for (const putSize of putSizes) {
    const session = await openSession(url, person.device);
    senders.set(putSize, await openSender(session, { person, vault }));
  }
  return senders;
};
