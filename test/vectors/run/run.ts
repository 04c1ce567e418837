/** A run of one chain: docs/protocol.md §5, RUN1 to RUN4. */
import { decodeEnvelope, type Envelope } from "../../../packages/crypto/src/envelope/envelope.ts";
import { type KnownChain, verifyRun } from "../../../packages/crypto/src/envelope/run.ts";
import { chainIds, envelopeIds, vaultIds } from "../../../packages/crypto/src/ids.ts";
import { asSignPublicKey } from "../../../packages/crypto/src/publicKeys.ts";
import { bytesOf, type Hex, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";

/** Nothing of a chain is seq 0, an id of zeros and epoch 0. */
export interface KnownChainInput {
  readonly vault: Hex;
  readonly chain: Hex;
  readonly seq: number;
  readonly id: Hex;
  readonly epoch: number;
}

export interface RunInput {
  readonly known: KnownChainInput;
  readonly signKey: Hex;
  /** Names in the table of envelopes. */
  readonly run: readonly string[];
}

export interface RunTables {
  readonly envelopes: Readonly<Record<string, Hex>>;
}

const knownOf = ({ vault, chain, seq, id, epoch }: KnownChainInput): KnownChain => ({
  vault: vaultIds.fromBytes(bytesOf(vault)),
  chain: chainIds.fromBytes(bytesOf(chain)),
  head: { at: seq, id: envelopeIds.fromBytes(bytesOf(id)) },
  epoch,
});

export const runRun = (input: RunInput, { envelopes }: RunTables): Ran => {
  const decoded: Envelope[] = [];
  for (const name of input.run) {
    const envelope = decodeEnvelope(bytesOf(envelopes[name] ?? ""));
    if (!envelope.ok) return refused(envelope.error, "decode");
    decoded.push(envelope.value);
  }
  const signKey = asSignPublicKey(bytesOf(input.signKey));
  const verified = verifyRun(knownOf(input.known), decoded, signKey);
  if (!verified.ok) return refused(verified.error, "verify");
  const { head, epoch } = verified.value;
  return accepted({ seq: head.at, id: head.id, epoch });
};
