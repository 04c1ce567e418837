/** A reader of one vault that reads no more of a frame than how far it brings it, and grants credit. */
import { limits, type VaultId, type Vector } from "@duro/protocol";
import { RelayTag } from "../../../packages/protocol/src/wire/tags.ts";
import { openVault } from "./openVault.ts";
import { decoded, type Session } from "./session.ts";

interface Receiver {
  /** The vault's position up to which everything came. */
  readonly position: number;
  readonly byteLength: number;
}

interface ReceiverOptions {
  readonly vault: VaultId;
  readonly channel?: number;
  /** What it has already. */
  readonly vector?: Vector;
  /** What it grants at once. */
  readonly creditByteLength?: number;
  readonly onMore?: (fromPosition: number, toPosition: number) => void;
}

/** The second number of a frame behind its tag, after the channel; varUints as crypto.md has them. */
const positionIn = (bytes: Buffer): number => {
  let at = 1;
  while ((bytes[at] ?? 0) >= 128) at += 1;
  at += 1;
  let value = 0;
  let factor = 1;
  for (; ; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte % 128) * factor;
    factor *= 128;
    if (byte < 128) return value;
  }
};

/** Opened and caught up. */
export const openReceiver = async (
  session: Session,
  options: ReceiverOptions,
): Promise<Receiver> => {
  const { channel = 1, vector = [], onMore } = options;
  const { creditByteLength = limits.creditWindowByteLength } = options;
  session.send({ type: "Credit", byteLength: creditByteLength });
  openVault(session, options.vault, { channel, vector, wantsBodies: true });
  const receiver = { position: 0, byteLength: 0 };
  let owedByteLength = 0;
  const onEnvelopes = (bytes: Buffer): void => {
    const from = receiver.position;
    receiver.position = positionIn(bytes);
    receiver.byteLength += bytes.length;
    owedByteLength += bytes.length;
    onMore?.(from, receiver.position);
    if (owedByteLength < limits.creditWindowByteLength / 2) return;
    session.send({ type: "Credit", byteLength: owedByteLength });
    owedByteLength = 0;
  };
  await new Promise<void>((resolve) => {
    session.listen((bytes) => {
      if (bytes[0] === RelayTag.Envelopes) return onEnvelopes(bytes);
      const frame = decoded(bytes);
      if (frame.type === "CatchUpDone") resolve();
      return undefined;
    });
  });
  return receiver;
};
