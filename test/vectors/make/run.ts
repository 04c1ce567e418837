/** Runs of a chain of five envelopes, and of envelopes that do not belong in it. */
import {
  chainIdOf,
  encodeEnvelope,
  type Envelope,
} from "../../../packages/crypto/src/envelope/envelope.ts";
import { EnvelopeKind, type HeadFields } from "../../../packages/crypto/src/envelope/head.ts";
import { envelopeIds, noEnvelope } from "../../../packages/crypto/src/ids.ts";
import { incarnationOf } from "../../../packages/crypto/src/testing/people.ts";
import { vaultKeyFrom } from "../../../packages/crypto/src/keys/vaultKey.ts";
import { secret } from "../../../packages/crypto/src/secret.ts";
import { hexOf, type VectorCase, type VectorFile } from "../format.ts";
import type { KnownChainInput, RunInput, RunTables } from "../run/run.ts";
import { filled, flipped } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import {
  author,
  type Made,
  otherVault,
  sealed,
  signedWith,
  someFields,
  stranger,
  text,
  vault,
  withoutBody,
} from "./envelopes.ts";

const envelopeOf = (
  name: string,
  fields: Partial<HeadFields> & { readonly epoch: number },
): Made => {
  const { epoch, vault: of = vault } = fields;
  const key = vaultKeyFrom({ vault: of, epoch }, secret(filled(32, 0x48)));
  return sealed(`run ${name}`, fields, text(`envelope ${name}`), key);
};

const chainOf = (): readonly Made[] => {
  const chain: Made[] = [];
  for (let seq = 1; seq <= 5; seq++)
    chain.push(
      envelopeOf(`${seq}`, {
        kind: seq === 1 ? EnvelopeKind.Open : EnvelopeKind.Data,
        seq,
        previous: chain.at(-1)?.id ?? noEnvelope,
        epoch: seq < 3 ? 1 : 2,
      }),
    );
  return chain;
};

const signKey = hexOf(author.signKey);

/** The chain when nothing of it is here. */
const unknown: KnownChainInput = {
  vault,
  chain: someFields.chain,
  seq: 0,
  id: noEnvelope,
  epoch: 0,
};

const standing = ({ head, id }: Made) => ({ seq: head.seq, id, epoch: head.epoch });

const knownTo = (made: Made): KnownChainInput => ({ ...unknown, ...standing(made) });

/** Envelopes beside the chain, by name. */
const strangers = (chain: readonly Made[]): Readonly<Record<string, Envelope>> => {
  const [one, two, three] = chain;
  if (one === undefined || two === undefined || three === undefined)
    throw new RangeError("the chain has five envelopes");
  const third = { kind: EnvelopeKind.Data, seq: 3, previous: two.id, epoch: 2 } as const;
  return {
    "3 behind another": envelopeOf("3 behind another", {
      ...third,
      previous: envelopeIds.fromBytes(filled(32, 0x49)),
    }),
    "3 once more": envelopeOf("3 once more", third),
    "3 an OPEN": envelopeOf("3 an OPEN", { ...third, kind: EnvelopeKind.Open }),
    "1 a DATA": envelopeOf("1 a DATA", {
      kind: EnvelopeKind.Data,
      seq: 1,
      previous: noEnvelope,
      epoch: 1,
    }),
    "1 behind another": envelopeOf("1 behind another", {
      kind: EnvelopeKind.Open,
      seq: 1,
      previous: envelopeIds.fromBytes(filled(32, 0x49)),
      epoch: 1,
    }),
    "3 of another chain": envelopeOf("3 of another chain", {
      ...third,
      chain: chainIdOf(author.signKey, incarnationOf(2)),
    }),
    "3 of another vault": envelopeOf("3 of another vault", { ...third, vault: otherVault }),
    "4 of epoch 1": envelopeOf("4 of epoch 1", {
      kind: EnvelopeKind.Data,
      seq: 4,
      previous: three.id,
      epoch: 1,
    }),
    "3 with another body": { ...three, body: flipped(three.body, -1) },
    "3 with a bad signature": signedWith(three.head, three.body, stranger),
    "3 without a body": withoutBody(three),
  };
};

const goldens = (chain: readonly Made[]): readonly VectorCase<RunInput>[] => {
  const end = (at: number) => {
    const made = chain[at - 1];
    if (made === undefined) throw new RangeError("the chain has five envelopes");
    return made;
  };
  const output = (at: number) => standing(end(at));
  return [
    golden(
      "a whole chain",
      "OPEN first, then link by link",
      { known: unknown, signKey, run: ["1", "2", "3", "4", "5"] },
      output(5),
    ),
    golden(
      "an OPEN alone",
      "a run has one envelope or more",
      { known: unknown, signKey, run: ["1"] },
      output(1),
    ),
    golden(
      "what follows on two that are known",
      "a run begins behind what is here",
      { known: knownTo(end(2)), signKey, run: ["3", "4", "5"] },
      output(5),
    ),
    golden(
      "a dropped body in the middle",
      "a chain verifies without bodies",
      { known: unknown, signKey, run: ["1", "2", "3 without a body", "4"] },
      output(4),
    ),
    golden(
      "an inner signature that is bad",
      "the newest head vouches for all before it; an inner signature is no proof yet",
      { known: unknown, signKey, run: ["1", "2", "3 with a bad signature", "4"] },
      output(4),
    ),
  ];
};

const broken = (rule: string, name: string, why: string, input: Partial<RunInput>) =>
  fault<RunInput>(
    "RunBroken",
    name,
    why,
    { known: unknown, signKey, run: [], ...input },
    { stage: "verify", rule },
  );

const refusedRun = (expect: string, name: string, why: string, input: Partial<RunInput>) =>
  fault<RunInput>(
    expect,
    name,
    why,
    { known: unknown, signKey, run: [], ...input },
    { stage: "verify" },
  );

const faults = (chain: readonly Made[]): readonly VectorCase<RunInput>[] => {
  const [one, two] = chain;
  if (one === undefined || two === undefined) throw new RangeError("the chain has envelopes");
  const behindTwo = knownTo(two);
  return [
    refusedRun("RunEmpty", "no envelopes", "a run has one or more", {}),
    refusedRun("LinkGap", "an envelope left out", "seqs count one by one", {
      run: ["1", "2", "4"],
    }),
    refusedRun("LinkGap", "a run that begins beyond what is known", "a gap is asked for", {
      known: knownTo(one),
      run: ["3", "4"],
    }),
    refusedRun("LinkGap", "an envelope that comes again", "it is not the one after", {
      known: behindTwo,
      run: ["2"],
    }),
    refusedRun("LinkGap", "a beginning where none is known", "a chain begins with seq 1", {
      run: ["3"],
    }),
    refusedRun("LinkForked", "a predecessor that is not the one here", "both ids are evidence", {
      run: ["1", "2", "3 behind another"],
    }),
    refusedRun("LinkForked", "two envelopes of one seq", "the fourth follows the other third", {
      run: ["1", "2", "3 once more", "4"],
    }),
    refusedRun("LinkForked", "an OPEN behind something", "the first names zeros", {
      run: ["1 behind another"],
    }),
    broken("open comes first", "a chain without OPEN", "seq 1 is an OPEN", { run: ["1 a DATA"] }),
    broken("open comes first", "an OPEN in the middle", "OPEN is seq 1 only", {
      run: ["1", "2", "3 an OPEN"],
    }),
    broken("one chain", "an envelope of another chain", "a run is of one chain", {
      run: ["1", "2", "3 of another chain"],
    }),
    broken("one chain", "a run of another chain alone", "it is not the chain asked for", {
      known: behindTwo,
      run: ["3 of another chain"],
    }),
    broken("one vault", "an envelope of another vault", "a run is of one vault", {
      run: ["1", "2", "3 of another vault"],
    }),
    broken("one chain", "a run of another chain than the one known", "it goes on from there", {
      known: { ...behindTwo, chain: chainIdOf(author.signKey, incarnationOf(2)) },
      run: ["3"],
    }),
    broken("one vault", "a run of another vault than the one known", "it goes on from there", {
      known: { ...behindTwo, vault: otherVault },
      run: ["3"],
    }),
    broken("epoch never falls", "an epoch below the one before", "nobody goes back", {
      run: ["1", "2", "3", "4 of epoch 1"],
    }),
    broken("epoch never falls", "an epoch below the one known", "nobody goes back", {
      known: { ...behindTwo, epoch: 3 },
      run: ["3"],
    }),
    refusedRun("BodyHashMismatch", "an inner body that is another", "every body is checked", {
      run: ["1", "2", "3 with another body", "4"],
    }),
    refusedRun("BadSignature", "a bad signature on the newest", "it vouches for all", {
      run: ["1", "2", "3 with a bad signature"],
    }),
    refusedRun("BadSignature", "the key of another device", "a chain is one device's", {
      signKey: hexOf(stranger.signKey),
      run: ["1", "2"],
    }),
  ];
};

export const makeRun = (): VectorFile<RunInput, RunTables> => {
  const chain = chainOf();
  const envelopes: readonly (readonly [name: string, envelope: Envelope])[] = [
    ...chain.map((made) => [`${made.head.seq}`, made] as const),
    ...Object.entries(strangers(chain)),
  ];
  return {
    layer: "run",
    about:
      "Contiguous envelopes of one chain (docs/protocol.md §5, RUN1 to RUN4): links, and the signature on the newest. A run is a list of names in the table of envelopes.",
    envelopes: Object.fromEntries(
      envelopes.map(([name, envelope]) => [name, hexOf(encodeEnvelope(envelope))]),
    ),
    cases: [...goldens(chain), ...faults(chain)],
  };
};
