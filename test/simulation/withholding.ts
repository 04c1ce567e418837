/** A relay that hides from one machine what comes in one chain behind some place, and what it says of it. */
import {
  decodeRelayFrame,
  encodeRelayFrame,
  type ChainMark,
  type RelayFrame,
} from "@duro/protocol";

interface Hiding {
  readonly machine: string;
  /** The last that is shown. */
  readonly from: ChainMark;
}

export interface Withholding {
  /** Undefined: everything is shown again. */
  hide(hiding: Hiding | undefined): void;
  /** What of a frame is passed on. */
  readonly pass: (connection: string, bytes: Uint8Array) => readonly Uint8Array[];
}

export const createWithholding = (): Withholding => {
  let hiding: Hiding | undefined;
  return {
    hide: (next) => {
      hiding = next;
    },
    pass: (connection, bytes) => {
      if (hiding === undefined || !connection.startsWith(`${hiding.machine}/`)) return [bytes];
      const frame = decodeRelayFrame(bytes);
      if (!frame.ok) return [bytes];
      const shown = shownOf(frame.value, hiding.from);
      if (shown === undefined) return [];
      return [shown === frame.value ? bytes : encodeRelayFrame(shown)];
    },
  };
};

const shownOf = (frame: RelayFrame, from: ChainMark): RelayFrame | undefined => {
  if (frame.type === "VaultHeads") {
    const chains = frame.chains.map((mark) =>
      mark.chain === from.chain && mark.seq > from.seq ? from : mark,
    );
    return { ...frame, chains };
  }
  if (frame.type !== "Envelopes") return frame;
  const runs = frame.runs.flatMap((run) => {
    if (run.chain !== from.chain) return [run];
    const envelopes = run.envelopes.slice(0, Math.max(0, from.seq + 1 - run.firstSeq));
    return envelopes.length === 0 ? [] : [{ ...run, envelopes }];
  });
  return runs.length === 0 ? undefined : { ...frame, runs };
};
