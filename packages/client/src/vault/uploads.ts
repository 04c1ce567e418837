/** What the relay lacks of what is here: sent chain by chain, a few puts at a time, until it is receipted. */
import { type Envelope, verifyEnvelope } from "@duro/crypto/verify";
import { type ChainId, envelopesToRun, limits, type Vector } from "@duro/protocol";
import type { ChainRow } from "../store/rows.ts";
import { readEnvelopes } from "./readEnvelopes.ts";
import type { VaultLink } from "./vaultLink.ts";
import type { VaultMemory } from "./vaultMemory.ts";
import { deviceOf, limitOf } from "./view.ts";

export interface Uploads {
  /** From where the relay stands; of our own chain, from what it has signed for. */
  start(relay: Vector): void;
  stop(): void;
  /** When this connection began it had less of somebody else's chain than is here. */
  readonly wasBehind: boolean;
  /** Sealed just now, and stored: goes at once where nothing before it is still to be sent. */
  sealed(chain: ChainId, envelopes: readonly Envelope[]): void;
  receipted(chain: ChainId, untilSeq: number): void;
  /** The relay handed it out as far as that, so it has it. */
  came(chain: ChainId, untilSeq: number): void;
  /** Nothing more of that chain, until `again`. */
  refused(chain: ChainId): void;
  isRefused(chain: ChainId): boolean;
  /** From the envelope behind that seq on. */
  again(chain: ChainId, haveSeq: number): void;
  /** What the relay has, once more: it keeps a body that it lacks. Nothing of it matters to what follows. */
  fill(stretch: Stretch): void;
  /** Sends what there is room for. */
  pump(): Promise<void>;
}

/** Of one chain, both ends included. */
export interface Stretch {
  readonly chain: ChainId;
  readonly fromSeq: number;
  readonly untilSeq: number;
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
  let fills: readonly Stretch[] = [];
  let isConnected = false;
  let wasBehind = false;

  const put = (chain: ChainId, envelopes: readonly Envelope[]): void => {
    const lastSeq = envelopes.at(-1)?.head.seq;
    if (lastSeq === undefined) return;
    sent.set(chain, lastSeq);
    underWay = [...underWay, { chain, lastSeq }];
    link.put(memory.vault, envelopesToRun(envelopes));
  };

  const hasRoom = (): boolean => isConnected && underWay.length < underWayMax;

  /** One put of it. */
  const fillNext = async ({ chain, fromSeq, untilSeq }: Stretch): Promise<void> => {
    const page = await readEnvelopes(memory, chain, fromSeq, untilSeq + 1);
    const first = page.findIndex(({ body }) => body !== undefined);
    const whole = first < 0 ? [] : page.slice(first);
    const end = whole.findIndex(({ body }) => body === undefined);
    const [most] = grouped(end < 0 ? whole : whole.slice(0, end));
    const group = most === undefined ? undefined : upToSigned(memory, chain, most);
    const lastSeq = (group ?? page).at(-1)?.head.seq;
    const [, ...others] = fills;
    const isMore = lastSeq !== undefined && lastSeq < untilSeq;
    fills = isMore ? [{ chain, fromSeq: lastSeq + 1, untilSeq }, ...others] : others;
    if (group === undefined || lastSeq === undefined || !isConnected) return;
    underWay = [...underWay, { chain, lastSeq }];
    link.put(memory.vault, envelopesToRun(group));
  };

  return {
    start: (relay) => {
      isConnected = true;
      underWay = [];
      fills = [];
      sent.clear();
      wasBehind = false;
      const there = new Map(relay.map(({ chain, seq }) => [chain, seq]));
      for (const row of memory.chains.values()) {
        const { chain, receipted } = row;
        const seq = there.get(chain) ?? 0;
        if (chain !== memory.own.chain) wasBehind ||= seq < endSeqOf(memory, row);
        sent.set(chain, chain === memory.own.chain ? Math.min(seq, receipted) : seq);
      }
      if (!sent.has(memory.own.chain)) sent.set(memory.own.chain, 0);
    },
    stop: () => {
      isConnected = false;
    },
    get wasBehind() {
      return wasBehind;
    },
    sealed: (chain, envelopes) => {
      const [first] = envelopes;
      if (!isConnected || first === undefined || sent.get(chain) !== first.head.seq - 1) return;
      for (const group of grouped(envelopes)) put(chain, group);
    },
    receipted: (chain, untilSeq) => {
      underWay = underWay.filter((one) => one.chain !== chain || one.lastSeq > untilSeq);
    },
    came: (chain, untilSeq) => {
      const sentSeq = sent.get(chain);
      if (sentSeq !== undefined && sentSeq < untilSeq) sent.set(chain, untilSeq);
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
    fill: (stretch) => {
      fills = [...fills, stretch];
    },
    pump: async () => {
      for (const { chain } of memory.chains.values())
        for (;;) {
          if (!hasRoom()) return;
          const sentSeq = sent.get(chain);
          const row = memory.chains.get(chain);
          if (sentSeq === undefined || row === undefined || sentSeq >= row.head.at) break;
          const lastSeq = Math.min(row.head.at, endSeqOf(memory, row));
          if (sentSeq >= lastSeq) break;
          const page = await readEnvelopes(memory, chain, sentSeq + 1, lastSeq + 1);
          const group = upToSigned(memory, chain, grouped(page)[0] ?? []);
          if (!isConnected || group === undefined || sent.get(chain) !== sentSeq) break;
          put(chain, group);
        }
      // What the relay lacks altogether comes first.
      for (let [next] = fills; next !== undefined && hasRoom(); [next] = fills)
        await fillNext(next);
    },
  };
};

/** What is behind a cut no relay takes, since it has the log that says so. */
const endSeqOf = ({ view }: VaultMemory, row: ChainRow): number => {
  const limit = limitOf(view, row);
  return limit.kind === "end" ? limit.seq : row.head.at;
};

/**
 * A relay goes by the signature on the newest. One within a run nobody has looked at, and whoever handed it
 * out may have spoiled it; what we sealed is as we sealed it.
 */
const upToSigned = (
  { view, own, chains }: VaultMemory,
  chain: ChainId,
  envelopes: readonly Envelope[],
): readonly Envelope[] | undefined => {
  if (chain === own.chain) return envelopes;
  const row = chains.get(chain);
  const signKey = row === undefined ? undefined : deviceOf(view, row)?.signKey;
  if (signKey === undefined) return undefined;
  const last = envelopes.findLastIndex((envelope) => verifyEnvelope(envelope, signKey).ok);
  return last === -1 ? undefined : envelopes.slice(0, last + 1);
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
