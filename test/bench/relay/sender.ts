/** One writer of one vault, which puts what was made beforehand. */
import { assert } from "@duro/crypto/types";
import { channelNumbers, limits } from "@duro/protocol";
import type { Person, Vault } from "../../../packages/crypto/src/testing/people.ts";
import { RelayTag } from "../../../packages/protocol/src/wire/tags.ts";
import { createChainFeed } from "./chainFeed.ts";
import { decoded, type Session } from "./session.ts";

export interface Sender {
  /** Makes so many puts of that size. */
  make(putCount: number, putSize: number): void;
  /** The next one, unless eight are without a receipt; false: it did not go. */
  put(): boolean;
  readonly leftCount: number;
  readonly storedCount: number;
  onReceipt: () => void;
}

export const openSender = async (
  session: Session,
  { person, vault, bodyByteLength }: { person: Person; vault: Vault; bodyByteLength?: number },
): Promise<Sender> => {
  const channel = channelNumbers.parse(1);
  assert(channel.ok, "a channel's number");
  session.send({
    type: "OpenVault",
    channel: channel.value,
    vault: vault.state.vault,
    logHead: undefined,
    vector: [],
    wantsBodies: false,
    wantsPresence: false,
  });
  await session.next("VaultHeads");
  const feed = createChainFeed({ person, vault, channel: 1 }, bodyByteLength);
  session.socket.write(feed.open());
  await session.next("Receipt");
  /** The next one last. */
  const puts: { readonly frame: Buffer; readonly count: number }[] = [];
  let sentCount = 0;
  let storedCount = 0;
  let inFlight: number[] = [];
  const sender: Sender = {
    make: (putCount, putSize) => {
      const made = Array.from({ length: putCount }, () => ({
        frame: feed.put(putSize),
        count: putSize,
      }));
      puts.unshift(...made.toReversed());
    },
    put: () => {
      if (inFlight.length >= limits.putsInFlightMax) return false;
      const next = puts.pop();
      if (next === undefined) return false;
      sentCount += next.count;
      inFlight.push(sentCount);
      session.socket.write(next.frame);
      return true;
    },
    get leftCount() {
      return puts.length;
    },
    get storedCount() {
      return storedCount;
    },
    onReceipt: () => {},
  };
  session.listen((bytes) => {
    if (bytes[0] !== RelayTag.Receipt && bytes[0] !== RelayTag.Refusal) return;
    const receipt = decoded(bytes);
    if (receipt.type === "Receipt") storedCount += receipt.count;
    inFlight = inFlight.filter((until) => until > storedCount);
    sender.onReceipt();
  });
  return sender;
};
