/**
 * Puts of one chain that follow each other, taken together: one signature vouches for all of them, and
 * one receipt answers them.
 */
import {
  concatBytes,
  EnvelopeKind,
  err,
  ok,
  type Result,
  type SignPublicKey,
} from "@duro/crypto/types";
import {
  chainIdOf,
  type ChainOpening,
  readClear,
  type RunError,
  type VerifiedEnvelope,
  type VerifiedRun,
  verifyBareRun,
} from "@duro/crypto/verify";
import {
  type ChainId,
  decodeBodyClear,
  limits,
  type ReceiptPart,
  refused,
  type Refused,
  type Run,
  type VaultId,
  type WireEnvelope,
} from "@duro/protocol";
import type { Asker } from "../ports/accountStore.ts";
import type { KnownLogs } from "./knownLogs.ts";

interface PutOutcome {
  readonly receipts: readonly ReceiptPart[];
  readonly refused: Refused | undefined;
}

export interface PendingPut {
  readonly vault: VaultId;
  readonly run: Run;
  readonly byteLength: number;
  readonly asker: Asker;
  /** The connection it came from. */
  readonly origin: symbol;
  done(outcome: PutOutcome): void;
  /** The store failed: nobody knows whether it was stored. */
  fail(): void;
}

export interface Stretch {
  readonly vault: VaultId;
  readonly chain: ChainId;
  readonly puts: readonly PendingPut[];
}

const envelopeCountOf = (puts: readonly PendingPut[]): number =>
  puts.reduce((sum, { run }) => sum + run.envelopes.length, 0);

/** The same connection, and the next seq: whether the links hold is checked with the signature. */
const follows = (puts: readonly PendingPut[], next: PendingPut): boolean => {
  const first = puts[0];
  return (
    first !== undefined &&
    first.origin === next.origin &&
    next.run.firstSeq === first.run.firstSeq + envelopeCountOf(puts) &&
    envelopeCountOf(puts) + next.run.envelopes.length <= limits.envelopesPerFrameMax
  );
};

/** In the order in which they came. */
export const stretchesOf = (puts: readonly PendingPut[]): readonly Stretch[] => {
  const done: { vault: VaultId; chain: ChainId; puts: PendingPut[] }[] = [];
  const newest = new Map<string, { vault: VaultId; chain: ChainId; puts: PendingPut[] }>();
  for (const put of puts) {
    const key = `${put.vault}${put.run.chain}`;
    const open = newest.get(key);
    if (open !== undefined && follows(open.puts, put)) open.puts.push(put);
    else {
      const stretch = { vault: put.vault, chain: put.run.chain, puts: [put] };
      newest.set(key, stretch);
      done.push(stretch);
    }
  }
  return done;
};

/** A stretch whose links, bodies and newest signature hold. */
export interface CheckedStretch extends Stretch {
  readonly opening: ChainOpening;
  readonly signKey: SignPublicKey;
  readonly envelopes: readonly VerifiedEnvelope[];
  /** Head and signature of each, as the store keeps them. */
  readonly signedHeads: readonly Uint8Array[];
}

const refusalOfRun = (error: RunError): Refused => {
  switch (error.type) {
    case "RunEmpty":
      return refused("EnvelopeInvalid", { rule: "empty" });
    case "RunBroken":
      return refused("EnvelopeInvalid", { rule: error.rule, seq: error.seq });
    case "LinkGap":
    case "LinkForked":
      return refused("EnvelopeInvalid", { rule: "link" });
    case "BodyHashMismatch":
      return refused("EnvelopeInvalid", { rule: "body hash", seq: error.seq });
    case "BadSignature":
      return refused("EnvelopeInvalid", { rule: "signature", seq: error.at });
  }
};

/** What an OPEN says of its chain; the rules that bind it are checked with the chain's standing. */
const openingOf = (
  chain: ChainId,
  seq: number,
  { kind, body, logHead }: WireEnvelope,
): Result<ChainOpening, Refused> => {
  const clear = body === undefined ? undefined : readClear(body);
  const said = clear?.ok === true ? decodeBodyClear(kind, clear.value) : undefined;
  if (said?.ok !== true || said.value.type !== "Open")
    return err(refused("EnvelopeInvalid", { rule: "open says whose chain it is", seq }));
  const { user, device, incarnation } = said.value;
  return ok({ chain, user, device, incarnation, logHead });
};

/** `opening` is that of the stored chain, if there is one. */
export const checkStretch = async (
  logs: KnownLogs,
  stretch: Stretch,
  opening: ChainOpening | undefined,
): Promise<Result<CheckedStretch, Refused>> => {
  const { vault, puts } = stretch;
  const run = puts[0]?.run;
  const first = run?.envelopes[0];
  if (run === undefined || first === undefined)
    return err(refused("EnvelopeInvalid", { rule: "empty" }));
  const opened =
    first.kind === EnvelopeKind.Open
      ? openingOf(stretch.chain, run.firstSeq, first)
      : opening === undefined
        ? err(refused("ChainGap", { have: 0 }))
        : ok(opening);
  if (!opened.ok) return opened;
  const { user, device, incarnation, chain } = opened.value;
  const signKey = await signKeyOf(logs, opened.value);
  if (signKey === undefined) return err(refused("LogHeadUnknown", { why: "device unknown" }));
  if (chainIdOf(signKey, incarnation) !== chain)
    return err(refused("ChainForeign", { user, device }));
  const known = { vault, chain, head: { at: run.firstSeq - 1, id: run.previous }, epoch: 0 };
  const envelopes = puts.flatMap((put) => put.run.envelopes);
  const verified = verifyBareRun(known, envelopes, signKey);
  return verified.ok
    ? ok({ ...stretch, opening: opened.value, signKey, ...signedHeadsOf(verified.value) })
    : err(refusalOfRun(verified.error));
};

const signKeyOf = async (logs: KnownLogs, { user, device }: ChainOpening) => {
  const known = (await logs.identity(user, 0))?.at(-1)?.devices.get(device);
  // A device that was added just now, on another node.
  return (known ?? (await logs.identity(user))?.at(-1)?.devices.get(device))?.signKey;
};

const signedHeadsOf = ({ envelopes, headBytes }: VerifiedRun) => ({
  envelopes,
  signedHeads: envelopes.map(({ signature }, at) =>
    concatBytes(headBytes[at] ?? new Uint8Array(), signature),
  ),
});
