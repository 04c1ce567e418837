/** Sees every frame that is sent: writes it down, looks for what must never cross, and keeps receipts. */
import { LogKind } from "@duro/crypto/types";
import {
  type ChainId,
  type ClientFrame,
  decodeClientFrame,
  decodeRelayFrame,
  type LogName,
  refusalOfNumber,
  type RelayFrame,
  type VaultId,
} from "@duro/protocol";
import type { MemoryRelayData } from "../../packages/server/src/testing/memoryRelayData.ts";
import type { DiskImage } from "./diskTables.ts";
import type { Ledger } from "./ledger.ts";
import { createLossSeen, type LossSeen } from "./lossSeen.ts";
import type { Direction } from "./network.ts";
import type { RareStates } from "./rareStates.ts";
import type { Transcript } from "./transcript.ts";

export interface TapDeps {
  readonly transcript: Transcript;
  readonly ledger: Ledger;
  readonly rare: RareStates;
  /** In every text that somebody writes. */
  readonly canary: string;
  /** Of the relay that goes on in the end: what another one promised is lost with it. */
  readonly data: MemoryRelayData;
  /** Of the relay that this connection leads to. */
  readonly dataOf: (connection: string) => MemoryRelayData;
  /** Of a machine, as it is now. */
  readonly imageOf: (machine: string) => DiskImage | undefined;
  readonly onFault: (sentence: string) => void;
}

export interface Tap {
  readonly frame: (connection: string, direction: Direction, bytes: Uint8Array) => void;
  readonly countByType: ReadonlyMap<string, number>;
  readonly lossSeen: LossSeen;
}

const runWords = (chain: ChainId, firstSeq: number, count: number): string =>
  `${chain.slice(0, 4)} ${firstSeq}..${firstSeq + count - 1}`;

const logWords = ({ kind, log }: LogName): string =>
  `${kind === LogKind.Vault ? "vault" : "identity"} ${log.slice(0, 4)}`;

export const createTap = (deps: TapDeps): Tap => {
  const { transcript, rare, onFault } = deps;
  const canaryBytes = Buffer.from(deps.canary);
  const countByType = new Map<string, number>();
  /** By connection and channel. */
  const vaults = new Map<string, VaultId>();
  const lossSeen = createLossSeen({
    vaultOf: (connection, channel) => vaults.get(`${connection}/${channel}`),
    imageOf: deps.imageOf,
  });

  const up = (connection: string, frame: ClientFrame): string => {
    if (frame.type === "OpenVault") vaults.set(`${connection}/${frame.channel}`, frame.vault);
    if (frame.type === "Ping") rare.reached("a client asks whether somebody is there");
    if (frame.type === "LogWant") return ` ${logWords(frame.name)} from ${frame.fromIndex}`;
    if (frame.type !== "Put") return "";
    lossSeen.put(connection, frame);
    const { firstSeq, envelopes, chain } = frame.run;
    return ` ${runWords(chain, firstSeq, envelopes.length)}`;
  };

  const receipt = (connection: string, frame: Extract<RelayFrame, { type: "Receipt" }>): string => {
    const { chain, firstSeq, count, firstPosition } = frame;
    const vault = vaults.get(`${connection}/${frame.channel}`);
    const words = ` ${runWords(chain, firstSeq, count)} at ${firstPosition}`;
    if (vault === undefined) {
      onFault(`a receipt on a channel that was never opened, ${connection}`);
      return words;
    }
    const data = deps.dataOf(connection);
    const stored = data.envelopes.get(vault) ?? [];
    for (let at = 0; at < count; at++) {
      const envelope = stored[firstPosition - 1 + at];
      if (envelope?.chain !== chain || envelope.seq !== firstSeq + at)
        onFault(`a receipt for what is not stored: ${words}`);
      else {
        const isAgain = deps.ledger.isReceipted(vault, chain, envelope.seq);
        if (isAgain) rare.reached("an envelope is receipted twice");
        if (data === deps.data)
          deps.ledger.receipted(vault, chain, envelope.seq, envelope.signedHead);
      }
    }
    return words;
  };

  const down = (connection: string, frame: RelayFrame): string => {
    if (frame.type === "Receipt") return receipt(connection, frame);
    if (frame.type === "VaultHeads") lossSeen.heads(connection, frame);
    if (frame.type === "VaultHeads") return ` log at ${frame.logHead.index}`;
    if (frame.type === "LogNudge") return ` ${logWords(frame.name)} at ${frame.head.index}`;
    if (frame.type === "LogRecords") return ` ${frame.records.length}, head ${frame.headIndex}`;
    if (frame.type === "Nudge") rare.reached("a client is nudged");
    if (frame.type === "Refusal") {
      const facts = frame.facts.map(({ key, value }) => `${key} ${value}`);
      return ` ${refusalOfNumber(frame.number).name ?? frame.number} ${facts.join(", ")}`;
    }
    if (frame.type !== "Envelopes") return "";
    return ` ${frame.runs.map(({ chain, firstSeq, envelopes }) => runWords(chain, firstSeq, envelopes.length)).join(", ")}`;
  };

  const read = (connection: string, direction: Direction, bytes: Uint8Array) => {
    if (direction === "up") {
      const frame = decodeClientFrame(bytes);
      return frame.ok
        ? { type: frame.value.type, words: up(connection, frame.value) }
        : { type: frame.error.type, words: "" };
    }
    const frame = decodeRelayFrame(bytes);
    return frame.ok
      ? { type: frame.value.type, words: down(connection, frame.value) }
      : { type: frame.error.type, words: "" };
  };

  return {
    countByType,
    lossSeen,
    frame: (connection, direction, bytes) => {
      const { type, words } = read(connection, direction, bytes);
      countByType.set(type, (countByType.get(type) ?? 0) + 1);
      transcript.note(`${connection} ${direction === "up" ? "→" : "←"} ${type}${words}`);
      transcript.fold(bytes);
      if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(canaryBytes))
        onFault(`plain text in a ${type} of ${connection}`);
    },
  };
};
