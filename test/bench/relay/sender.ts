/** One writer of one vault, which puts what was made beforehand. */
import { assert } from "@duro/crypto/types";
import { limits } from "@duro/protocol";
import type { Person, Vault } from "../../../packages/crypto/src/testing/people.ts";
import { RelayTag } from "../../../packages/protocol/src/wire/tags.ts";
import { createChainFeed } from "./chainFeed.ts";
import { openVault } from "./openVault.ts";
import { decoded, type Session } from "./session.ts";

export interface Sender {
  /** Makes so many puts of that size. */
  make(putCount: number, putSize: number): void;
  /** The next one, unless eight are without a receipt; false: it did not go. */
  put(): boolean;
  /** So many as one put, made now, unless `underWayMax` are without a receipt; false: it did not go. */
  putNow(envelopeCount: number, underWayMax: number): boolean;
  /** Made and not put. */
  readonly leftCount: number;
  readonly inFlightCount: number;
  onReceipt: () => void;
}

interface ReadyPut {
  readonly frame: Buffer;
  readonly envelopeCount: number;
}

interface SenderOptions {
  readonly person: Person;
  readonly vault: Vault;
  readonly bodyByteLength?: number;
}

export const openSender = async (
  session: Session,
  { person, vault, bodyByteLength }: SenderOptions,
): Promise<Sender> => {
  openVault(session, vault.state.vault);
  await session.next("VaultHeads");
  const feed = createChainFeed({ person, vault, channel: 1 }, bodyByteLength);
  session.socket.write(feed.open());
  await session.next("Receipt");
  /** The next one last. */
  const puts: ReadyPut[] = [];
  let sentCount = 0;
  let storedCount = 0;
  let inFlight: readonly number[] = [];
  const write = ({ frame, envelopeCount }: ReadyPut): void => {
    sentCount += envelopeCount;
    inFlight = [...inFlight, sentCount];
    session.socket.write(frame);
  };
  const sender: Sender = {
    make: (putCount, putSize) => {
      const made = Array.from({ length: putCount }, () => ({
        frame: feed.put(putSize),
        envelopeCount: putSize,
      }));
      puts.unshift(...made.toReversed());
    },
    put: () => {
      if (inFlight.length >= limits.putsInFlightMax) return false;
      const next = puts.pop();
      assert(next !== undefined, "enough was made: what runs dry measures nothing");
      write(next);
      return true;
    },
    putNow: (envelopeCount, underWayMax) => {
      assert(puts.length === 0, "what was made comes before it in the chain");
      if (inFlight.length >= underWayMax) return false;
      write({ frame: feed.put(envelopeCount), envelopeCount });
      return true;
    },
    get leftCount() {
      return puts.length;
    },
    get inFlightCount() {
      return inFlight.length;
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

/** As fast as receipts come, until the last one. */
export const putAll = (sender: Sender): Promise<void> =>
  new Promise((resolve) => {
    const pump = (): void => {
      while (sender.leftCount > 0 && sender.put());
      if (sender.leftCount === 0 && sender.inFlightCount === 0) resolve();
    };
    sender.onReceipt = pump;
    pump();
  });
