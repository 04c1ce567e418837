/**
 * Whether a device could tell that the relay had lost something: it was shown less of a chain than its disk
 * held, or held receipts for, and gave back what was missing. What nobody could tell, nobody must.
 */
import type { VaultState } from "@duro/crypto/verify";
import type { ChainId, ClientFrame, DeviceId, RelayFrame, VaultId } from "@duro/protocol";
import { chainKey } from "../../packages/client/src/store/keys.ts";
import { decodeChainRow } from "../../packages/client/src/store/rows.ts";
import { readWatchState } from "../../packages/client/src/watch/watchState.ts";
import { machineOf } from "./machineOf.ts";
import { type DiskImage, getFrom, rangeFrom } from "./diskTables.ts";

/** The relay's heads, and what was on the disk when it sent them. */
interface Shown {
  readonly vault: VaultId;
  readonly seqs: ReadonlyMap<ChainId, number>;
  readonly image: DiskImage;
}

interface GivenBack {
  readonly machine: string;
  readonly chain: ChainId;
  readonly lastSeq: number;
  readonly shown: Shown;
}

export interface LossSeen {
  readonly heads: (connection: string, frame: Extract<RelayFrame, { type: "VaultHeads" }>) => void;
  readonly put: (connection: string, frame: Extract<ClientFrame, { type: "Put" }>) => void;
  /** The devices that had to notice, of chains that no cut has ended since. */
  readonly noticers: (
    state: Pick<VaultState, "cutsByChain">,
    deviceOf: (machine: string) => DeviceId | undefined,
  ) => Promise<readonly string[]>;
}

export interface LossSeenDeps {
  readonly vaultOf: (connection: string, channel: number) => VaultId | undefined;
  readonly imageOf: (machine: string) => DiskImage | undefined;
}

export const createLossSeen = ({ vaultOf, imageOf }: LossSeenDeps): LossSeen => {
  const shownOn = new Map<string, Shown>();
  const givenBack: GivenBack[] = [];
  return {
    heads: (connection, { channel, chains }) => {
      const vault = vaultOf(connection, channel);
      const image = imageOf(machineOf(connection));
      if (vault === undefined || image === undefined) return;
      const seqs = new Map(chains.map(({ chain, seq }) => [chain, seq]));
      shownOn.set(`${connection}/${channel}`, { vault, seqs, image });
    },
    put: (connection, { channel, run: { chain, firstSeq, envelopes } }) => {
      const shown = shownOn.get(`${connection}/${channel}`);
      if (shown === undefined || firstSeq > (shown.seqs.get(chain) ?? 0) + 1) return;
      const lastSeq = firstSeq + envelopes.length - 1;
      givenBack.push({ machine: machineOf(connection), chain, lastSeq, shown });
    },
    noticers: async ({ cutsByChain }, deviceOf) => {
      const names = new Set<string>();
      for (const { machine, chain, lastSeq, shown } of givenBack) {
        if (cutsByChain.has(chain)) continue;
        const knownSeq = await relayedSeq(shown, chain, deviceOf(machine));
        if (Math.min(knownSeq, lastSeq) > (shown.seqs.get(chain) ?? 0)) names.add(machine);
      }
      return [...names];
    },
  };
};

/** How far the disk says that the relay had the chain: of what others wrote all, of its own what was signed for. */
const relayedSeq = async (
  { vault, image }: Shown,
  chain: ChainId,
  device: DeviceId | undefined,
): Promise<number> => {
  const bytes = getFrom(image, "chains", chainKey(vault, chain));
  const { receipts, notes } = await readWatchState(
    {
      get: async (table, key) => getFrom(image, table, key),
      range: async (table, range, countMax) => rangeFrom(image, table, range, countMax),
    },
    vault,
  );
  // It had met no relay that could have lost it.
  if (bytes === undefined || notes.relay === "") return 0;
  const row = decodeChainRow(chain, bytes);
  if (row.device !== device) return row.head.at;
  const signed = receipts
    .filter((receipt) => receipt.chain === chain && receipt.relayKey === notes.relay)
    .map(({ firstSeq, ids }) => firstSeq + ids.length - 1);
  return Math.min(row.head.at, Math.max(row.receipted, ...signed));
};
