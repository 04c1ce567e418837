/**
 * A relay that lies to one device: on its way every frame is read, changed and written again. Put around
 * the transport of the device that is lied to, so that the relay itself stays as it is for the others.
 */
import { assert } from "@duro/crypto/types";
import { envelopeIdOf } from "@duro/crypto/verify";
import {
  type ChainId,
  type ChainMark,
  type ClientFrame,
  decodeClientFrame,
  decodeRelayFrame,
  encodeClientFrame,
  encodeRelayFrame,
  type EnvelopeId,
  type RelayFrame,
  runToEnvelopes,
  type VaultId,
} from "@duro/protocol";
import type { Transport } from "@duro/client";

export interface Lies {
  /** What the device gets in place of it; none: it is kept from it. */
  readonly down?: (frame: RelayFrame) => readonly RelayFrame[];
  /** What the relay gets in place of it. */
  readonly up?: (frame: ClientFrame) => readonly ClientFrame[];
}

/** `lies` is asked at each frame, so that a test begins and ends them whenever it likes. */
export const throughLies = (transport: Transport, lies: () => Lies): Transport => ({
  dial: (url, events) => {
    const socket = transport.dial(url, {
      ...events,
      onMessage: (bytes) => {
        const { down } = lies();
        if (down === undefined) return events.onMessage(bytes);
        const frame = decodeRelayFrame(bytes);
        assert(frame.ok, "the relay behind the lies is honest");
        for (const told of down(frame.value)) events.onMessage(encodeRelayFrame(told));
      },
    });
    return {
      send: (bytes) => {
        const { up } = lies();
        if (up === undefined) return socket.send(bytes);
        const frame = decodeClientFrame(bytes);
        assert(frame.ok, "a device writes what can be read");
        for (const told of up(frame.value)) socket.send(encodeClientFrame(told));
      },
      close: () => socket.close(),
      get bufferedByteLength() {
        return socket.bufferedByteLength;
      },
    };
  },
});

/** Keeps a chain from some seq on to itself, and lists it no further. */
export const withholding = (vault: VaultId, chain: ChainId, fromSeq: number): Lies => {
  let lastId: EnvelopeId | undefined;
  const shorter = (marks: readonly ChainMark[]): readonly ChainMark[] =>
    marks.flatMap((mark) => {
      if (mark.chain !== chain || mark.seq < fromSeq) return [mark];
      return lastId === undefined ? [] : [{ chain, seq: fromSeq - 1, id: lastId }];
    });
  return {
    down: (frame) => {
      if (frame.type === "VaultHeads") return [{ ...frame, chains: shorter(frame.chains) }];
      if (frame.type !== "Envelopes") return [frame];
      const runs = frame.runs.flatMap((run) => {
        if (run.chain !== chain) return [run];
        const envelopes = run.envelopes.slice(0, Math.max(0, fromSeq - run.firstSeq));
        if (run.firstSeq === fromSeq) lastId = run.previous;
        const at = fromSeq - 1 - run.firstSeq;
        const last = runToEnvelopes(vault, run, envelopeIdOf)[at];
        if (last !== undefined) lastId = envelopeIdOf(last.head);
        return envelopes.length === 0 ? [] : [{ ...run, envelopes }];
      });
      return runs.length === 0 ? [] : [{ ...frame, runs }];
    },
  };
};
