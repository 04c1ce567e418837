/**
 * The relay's signed word that it stored a run. The signature covers the envelopes' ids and the
 * relay's generation, which the client knows: they are not repeated here.
 */
import {
  type ChainId,
  chainIds,
  type Reader,
  readSignature,
  type Signature,
  type Writer,
} from "@duro/crypto/types";
import { type ChannelNumber, channelNumbers, type VaultPosition, vaultPositions } from "../ids.ts";
import { envelopesPerFrameMax } from "../limits.ts";
import { readCounting } from "./shapes.ts";

export interface Receipt {
  readonly type: "Receipt";
  readonly channel: ChannelNumber;
  /** Of the first envelope; the others follow it one by one. */
  readonly firstPosition: VaultPosition;
  readonly nowMs: number;
  readonly chain: ChainId;
  readonly firstSeq: number;
  readonly count: number;
  readonly signature: Signature;
}

export const writeReceipt = (to: Writer, frame: Receipt): void => {
  channelNumbers.write(to, frame.channel);
  vaultPositions.write(to, frame.firstPosition);
  to.varUint(frame.nowMs);
  chainIds.write(to, frame.chain);
  to.varUint(frame.firstSeq);
  to.varUint(frame.count);
  to.bytes(frame.signature);
};

export const readReceipt = (from: Reader): Receipt => ({
  type: "Receipt",
  channel: channelNumbers.read(from),
  firstPosition: vaultPositions.read(from),
  nowMs: from.varUint(),
  chain: chainIds.read(from),
  firstSeq: readCounting(from, "seq"),
  count: readCounting(from, "count", envelopesPerFrameMax),
  signature: readSignature(from),
});
