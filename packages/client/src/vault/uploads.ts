/** What the relay lacks of what is here: sent chain by chain, a few puts at a time, until it is receipted. */
import type { Envelope } from "@duro/crypto/verify";
import { type ChainId, envelopesToRun, limits, type Vector } from "@duro/protocol";
import type { ChainRow } from "../store/rows.ts";
import { readEnvelopes } from "./readEnvelopes.ts";
import type { VaultLink } from "./vaultLink.ts";
import type { VaultMemory } from "./vaultMemory.ts";
import { limitOf } from "./view.ts";

export interface Uploads {
  /** From where the relay stands; of our own chain, from what it has signed for. */
  start(relay: Vector): void;
  stop(): void;
  /** Sealed just now, and stored: goes at once where nothing before it is still to be sent. */
  sealed(chain: ChainId, envelopes: readonly Envelope[]): void;
  receipted(chain: ChainId, untilSeq: number): void;
  /** Nothing more of that chain, until `again`. */
  refused(chain: ChainId): void;
  isRefused(chain: ChainId): boolean;
  /** From the envelope behind that seq on. */
  again(chain: ChainId, haveSeq: number): void;
  /** Sends what there is room for. */
  pump(): Promise<void>;
}

/** Leaves room beside them for what is sealed meanwhile. */
const underWayMax = limits.putsInFlightMax / 2;
/** What a put says of an envelope beside its body, at the most. */
const headByteLengthMax = 256;

interface UnderWay {
  readonly chain: ChainId;
  readonly lastSeq: number;
}

export const createUploads = (memory: VaultMemory, link: VaultLink): Uploads => {
  /** By chain, the newest that was put, or that the relay had. A chain that is not here was refused. */
  const sent = new Map<ChainId, number>();
  let underWay: readonly UnderWay[] = [];
  let isConnected = false;

  const put = (chain: ChainId, envelopes: readonly Envelope[]): void => {
    const lastSeq = envelopes.at(-1)?.head.seq;
    if (lastSeq === undefined) return;
    sent.set(chain, lastSeq);
    underWay = [...underWay, { chain, lastSeq }];
    link.put(memory.vault, envelopesToRun(envelopes));
  };

  return {
    start: (relay) => {
      isConnected = true;
      underWay = [];
      sent.clear();
      const there = new Map(relay.map(({ chain, seq }) => [chain, seq]));
      for (const { chain, receipted } of memory.chains.values()) {
        const seq = there.get(chain) ?? 0;
        sent.set(chain, chain === memory.own.chain ? Math.min(seq, receipted) : seq);
      }
      if (!sent.has(memory.own.chain)) sent.set(memory.own.chain, 0);
    },
    stop: () => {
      isConnected = false;
    },
    sealed: (chain, envelopes) => {
      const [first] = envelopes;
      if (!isConnected || first === undefined || sent.get(chain) !== first.head.seq - 1) return;
      for (const group of grouped(envelopes)) put(chain, group);
    },
    receipted: (chain, untilSeq) => {
      underWay = underWay.filter((one) => one.chain !== chain || one.lastSeq > untilSeq);
    },
    refused: (chain) => {
      underWay = underWay.filter((one) => one.chain !== chain);
      sent.delete(chain);
    },
    isRefused: (chain) => isConnected && !sent.has(chain),
    again: (chain, haveSeq) => {
      underWay = underWay.filter((one) => one.chain !== chain);
      sent.set(chain, haveSeq);
    },
    pump: async () => {
      for (const { chain } of memory.chains.values())
        for (;;) {
          if (!isConnected || underWay.length >= underWayMax) return;
          const sentSeq = sent.get(chain);
          const row = memory.chains.get(chain);
          if (sentSeq === undefined || row === undefined || sentSeq >= row.head.at) break;
          const lastSeq = Math.min(row.head.at, endSeqOf(memory, row));
          if (sentSeq >= lastSeq) break;
          const page = await readEnvelopes(memory, chain, sentSeq + 1, lastSeq + 1);
          const [group] = grouped(page);
          if (!isConnected || group === undefined || sent.get(chain) !== sentSeq) break;
          put(chain, group);
        }
    },
  };
};

/** What is behind a cut no relay takes, since it has the log that says so. */
const endSeqOf = ({ view }: VaultMemory, row: ChainRow): number => {
  const limit = limitOf(view, row);
  return limit.kind === "end" ? limit.seq : row.head.at;
};

/** As many as fit a page and a frame. */
const grouped = (envelopes: readonly Envelope[]): readonly (readonly Envelope[])[] => {
  const groups: Envelope[][] = [];
  let byteLength = 0;
  for (const envelope of envelopes) {
    const added = envelope.head.bodyByteLength + headByteLengthMax;
    const last = groups.at(-1);
    const isFull =
      last === undefined ||
      byteLength + added > limits.pageByteLength ||
      last.length >= limits.envelopesPerFrameMax;
    if (isFull) groups.push([envelope]);
    else last.push(envelope);
    byteLength = isFull ? added : byteLength + added;
  }
  return groups;
};
