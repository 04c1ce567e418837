/** Puts runs of one chain as receipts come, and first of all again what has none. */
import { setTimeout as sleep } from "node:timers/promises";
import type { SealedEnvelope } from "../../../packages/crypto/src/testing/people.ts";
import { envelopesToRun } from "../../../packages/protocol/src/index.ts";
import { channelOf } from "../../../packages/server/src/testing/relayClient.ts";
import type { Chance } from "./chance.ts";
import { type Ledger, noteReceipt } from "./ledger.ts";
import type { PutSource } from "./putSource.ts";
import type { Session } from "./session.ts";

/** A connection may have eight (FLOW5), and has two chains. */
const runsInFlightMax = 4;
/** Several chains share one connection's credit, and what is opened and asked for needs some. */
const creditByteLengthMin = 100_000;
/** A run of a few edits; now and then a long one. */
const runLengthMax = 6;
/** Most bodies are a few bytes; one in this many is tens of KiB. */
const largeEvery = 40;
const largeByteLength = 60_000;
const smallByteLengthMax = 600;
const pauseMsMax = 12;

export interface Load {
  readonly chance: Chance;
  /** Nothing new is made; what is under way is finished. */
  readonly isEnding: () => boolean;
}

const plaintext = ({ below }: Chance): Uint8Array =>
  new Uint8Array(below(largeEvery) === 0 ? largeByteLength : below(smallByteLengthMax) + 1).fill(
    below(256),
  );

export const runPutLoad = async (
  session: Session,
  source: PutSource,
  options: { readonly channel: number; readonly ledger: Ledger; readonly load: Load },
): Promise<void> => {
  const { channel, ledger, load } = options;
  const { chance } = load;
  /** The last seq of each run that is under way. */
  let sent: number[] = [];
  let wake = Promise.withResolvers<void>();
  session.listen((frame) => {
    if (frame.type === "Credit") wake.resolve();
    if (frame.type !== "Receipt" || frame.channel !== channel) return;
    const { receiptedSeq } = noteReceipt(ledger, source.vault, frame);
    source.receipted(receiptedSeq);
    sent = sent.filter((lastSeq) => lastSeq > receiptedSeq);
    wake.resolve();
  });
  void session.closed.then(() => wake.resolve());

  const send = (run: readonly SealedEnvelope[]): void => {
    session.send({ type: "Put", channel: channelOf(channel), run: envelopesToRun(run) });
    sent.push(run.at(-1)?.head.seq ?? 0);
  };
  const hasRoom = (): boolean =>
    sent.length < runsInFlightMax && session.credit() > creditByteLengthMin;
  const newsOrEnd = async (): Promise<void> => {
    wake = Promise.withResolvers();
    await wake.promise;
  };

  const unsent = [...source.pending];
  ledger.counts.resent += unsent.length;
  while (session.isOpen()) {
    if (!hasRoom()) {
      await newsOrEnd();
      continue;
    }
    if (unsent.length > 0) send(unsent.splice(0, runLengthMax));
    else if (!load.isEnding())
      send(
        source.make(
          ledger,
          Array.from({ length: 1 + chance.below(runLengthMax) }, () => plaintext(chance)),
        ),
      );
    else if (source.pending.length === 0) return;
    else await newsOrEnd();
    await sleep(chance.below(pauseMsMax));
  }
};
