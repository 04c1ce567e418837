/**
 * A relay, or somebody on the line, that does something to one pairing: to what is said at the mailbox, or
 * to the logs that the newcomer is shown afterwards. Nobody may be let in by that, or into an older world.
 */
import { LogKind } from "@duro/crypto/types";
import { decodeClientFrame, decodeRelayFrame, encodeRelayFrame } from "@duro/protocol";

export const mischiefs = ["change", "swap", "mirror", "again", "drop", "older", "older"] as const;
export type Mischief = (typeof mischiefs)[number];

export interface Meddler {
  readonly how: Mischief;
  /** The machine that hears it. */
  readonly machine: string;
  /** Which of its messages, from 1; or how many records are hidden from it. */
  readonly at: number;
  /** Of a message: which bit is turned. */
  readonly bit: number;
}

export interface Meddling {
  begin(meddler: Meddler): void;
  /** Whether anything was done since it began, where it did. */
  end(): boolean;
  /** Every frame that a machine sends. */
  readonly sent: (connection: string, bytes: Uint8Array) => void;
  /** What comes instead of a frame. */
  readonly pass: (connection: string, bytes: Uint8Array) => readonly Uint8Array[];
}

export const createMeddling = (): Meddling => {
  let meddler: Meddler | undefined;
  let didHarm = false;
  let heardCount = 0;
  let held: Uint8Array | undefined;
  let lastSent: Uint8Array | undefined;
  /** What was said in pairings before this one. */
  const heardBefore: Uint8Array[] = [];

  const isOf = (connection: string): boolean =>
    meddler !== undefined && connection.startsWith(`${meddler.machine}/`);

  const spoil = ({ how, at, bit }: Meddler, message: Uint8Array): Uint8Array | undefined => {
    switch (how) {
      case "change": {
        const changed = message.slice();
        const place = (bit >> 3) % Math.max(1, changed.length);
        changed[place] = (changed[place] ?? 0) ^ (1 << (bit & 7));
        return changed;
      }
      case "mirror":
        return lastSent ?? message;
      case "again":
        return heardBefore[at - 1] ?? message;
      case "drop":
      case "swap":
        return undefined;
      case "older":
        return message;
    }
  };

  const passMessage = (by: Meddler, bytes: Uint8Array): readonly Uint8Array[] => {
    const frame = decodeRelayFrame(bytes);
    if (!frame.ok || frame.value.type !== "MailboxMessage") return [bytes];
    heardCount += 1;
    const { message } = frame.value;
    const late = held;
    held = undefined;
    if (late !== undefined) return [bytes, late];
    if (heardCount !== by.at) {
      if (by.how !== "again") heardBefore[heardCount - 1] = message;
      return [bytes];
    }
    const other = spoil(by, message);
    didHarm ||= other !== message;
    if (other !== undefined) return [encodeRelayFrame({ ...frame.value, message: other })];
    if (by.how === "swap") held = bytes;
    return [];
  };

  const passLog = ({ at }: Meddler, bytes: Uint8Array): readonly Uint8Array[] => {
    const frame = decodeRelayFrame(bytes);
    if (!frame.ok || frame.value.type !== "LogRecords" || frame.value.name.kind !== LogKind.Vault)
      return [bytes];
    const { fromIndex, records, headIndex } = frame.value;
    const endIndex = headIndex + 1 - at;
    if (endIndex < 1 || fromIndex > endIndex) return [bytes];
    didHarm = true;
    const shown = records.slice(0, endIndex - fromIndex);
    return [encodeRelayFrame({ ...frame.value, records: shown, headIndex: endIndex - 1 })];
  };

  return {
    begin: (next) => {
      meddler = next;
      didHarm = false;
      heardCount = 0;
      held = undefined;
      lastSent = undefined;
    },
    end: () => {
      const wasThere = meddler !== undefined;
      meddler = undefined;
      return wasThere && didHarm;
    },
    sent: (connection, bytes) => {
      if (!isOf(connection)) return;
      const frame = decodeClientFrame(bytes);
      if (frame.ok && frame.value.type === "MailboxSend") lastSent = frame.value.message;
    },
    pass: (connection, bytes) => {
      if (meddler === undefined || !isOf(connection)) return [bytes];
      return meddler.how === "older" ? passLog(meddler, bytes) : passMessage(meddler, bytes);
    },
  };
};
