/** A run of one chain: docs/protocol.md §5, RUN1 to RUN4. */
import { decodeEnvelope, type Envelope } from "../../../packages/crypto/src/envelope/envelope.ts";
import { type KnownChain, newChain, verifyRun } from "../../../packages/crypto/src/envelope/run.ts";
import { chainIds, envelopeIds, vaultIds } from "../../../packages/crypto/src/ids.ts";
import { asSignPublicKey } from "../../../packages/crypto/src/publicKeys.ts";
import { bytesOf, type Hex, type Ran } from "../format.ts";
import { accepted, refused } from "./ran.ts";

export interface RunInput {
  /** What is known of the chain; nothing at its beginning. */
  readonly start?: { readonly seq: number; readonly id: Hex; readonly epoch: number };
  readonly signKey: Hex;
  /** Names in the table of envelopes. */
  readonly run: readonly string[];
}

export interface RunTables {
  /** Whose run is asked for. */
  readonly vault: Hex;
  readonly chain: Hex;
  readonly envelopes: Readonly<Record<string, Hex>>;
}

const knownOf = ({ start }: RunInput, { vault, chain }: RunTables): KnownChain => {
  const begun = newChain(vaultIds.fromBytes(bytesOf(vault)), chainIds.fromBytes(bytesOf(chain)));
  if (start === undefined) return begun;
  const head = { at: start.seq, id: envelopeIds.fromBytes(bytesOf(start.id)) };
  return { ...begun, head, epoch: start.epoch };
};

export const runRun = (input: RunInput, tables: RunTables): Ran => {
  const decoded: Envelope[] = [];
  for (const name of input.run) {
    const envelope = decodeEnvelope(bytesOf(tables.envelopes[name] ?? ""));
    if (!envelope.ok) return refused(envelope.error, "decode");
    decoded.push(envelope.value);
  }
  const verified = verifyRun(
    knownOf(input, tables),
    decoded,
    asSignPublicKey(bytesOf(input.signKey)),
  );
  if (!verified.ok) return refused(verified.error, "verify");
  const { head, epoch } = verified.value;
  return accepted({ seq: head.at, id: head.id, epoch });
};
