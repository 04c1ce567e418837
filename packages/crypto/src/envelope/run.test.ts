import { describe, expect, test } from "vitest";
import { type EnvelopeId, envelopeIds, incarnations, noEnvelope } from "../ids.ts";
import { createDeviceKeys } from "../keys/deviceKeys.ts";
import { asSignature } from "../publicKeys.ts";
import { withBitFlipped } from "../testing/flips.ts";
import { mustFail, outcomeOf } from "../testing/outcome.ts";
import { must } from "../testing/people.ts";
import {
  filled,
  otherVault,
  sealChain,
  sealSome,
  signHead,
  someVaultKey,
  utf8,
} from "../testing/samples.ts";
import { seededRandomBytes } from "../testing/seededRandomBytes.ts";
import { openBody } from "./body.ts";
import { chainIdOf, type Envelope, envelopeIdOf, verifySignedHead } from "./envelope.ts";
import { encodeHead, EnvelopeKind, type HeadFields } from "./head.ts";
import { type BareEnvelope, newChain, verifyBareRun, verifyRun } from "./run.ts";

const deps = { randomBytes: seededRandomBytes("run") };
const device = createDeviceKeys(deps);
const other = createDeviceKeys(deps);
const vaultKey = someVaultKey(deps);
const newerKey = someVaultKey(deps, { epoch: 2 });
const sealer = { device, vaultKey };

const sealed = sealChain(deps, sealer, 6);
const ids = sealed.map(({ id }) => id);
const chain: readonly Envelope[] = sealed;

const at = (index: number): Envelope => {
  const envelope = chain.at(index);
  if (envelope === undefined) throw new RangeError("a chain of six");
  return envelope;
};

const { vault, chain: chainId } = at(0).head;
const begun = newChain(vault, chainId);

const startAt = (seq: number, epoch = 1) => ({
  ...begun,
  head: { at: seq, id: ids[seq - 1] ?? noEnvelope },
  epoch,
});

/** The chain with one more envelope that follows it by hash, whatever else it says. */
const withNext = (fields: Partial<HeadFields>, key = vaultKey): readonly Envelope[] => [
  ...chain,
  sealSome(deps, { device, vaultKey: key }, utf8("next"), {
    seq: 7,
    previous: ids[5] ?? noEnvelope,
    ...fields,
  }),
];

const bareOf = ({ head, signature, body }: Envelope): BareEnvelope => {
  const { kind, flags, epoch, logHead, nonce, bodyByteLength, bodyHash } = head;
  return { kind, flags, epoch, logHead, nonce, bodyByteLength, bodyHash, signature, body };
};

const verify = (envelopes: readonly Envelope[], start = begun) =>
  verifyRun(start, envelopes, device.signKey);

describe("a run that says only what it must", () => {
  const verifyBare = (envelopes: readonly Envelope[], start = begun) =>
    verifyBareRun(start, envelopes.map(bareOf), device.signKey);

  test("[RUN1] verifies to the same as one that says everything, with its heads as they were hashed", () => {
    expect(verifyBare(chain)).toEqual(verify(chain));
    expect(verifyBare(chain.slice(2), startAt(2))).toEqual(verify(chain.slice(2), startAt(2)));
    const { envelopes, headBytes } = must(verifyBare(chain));
    expect(headBytes).toEqual(envelopes.map(({ head }) => encodeHead(head)));
  });

  test("[RUN1] put behind another envelope than its own, it is not what its author signed", () => {
    expect(mustFail(verifyBare(chain.slice(2), startAt(1)))).toMatchObject({
      type: "BadSignature",
      at: 5,
    });
    expect(mustFail(verifyBare([at(0), at(2)]))).toMatchObject({ type: "BadSignature" });
  });

  test("[RUN2] [RUN4] is refused for what the other is refused for", () => {
    const [first, second] = [at(0), at(1)];
    const signature = asSignature(withBitFlipped(second.signature, 3));
    expect(mustFail(verifyBare([second]))).toMatchObject({ rule: "open comes first" });
    expect(mustFail(verifyBare([first, { ...second, signature }]))).toMatchObject({
      type: "BadSignature",
    });
    const body = withBitFlipped(second.body ?? new Uint8Array(), 400);
    expect(mustFail(verifyBare([first, { ...second, body }]))).toMatchObject({
      type: "BodyHashMismatch",
      seq: 2,
    });
    expect(mustFail(verifyBare([]))).toEqual({ type: "RunEmpty" });
  });
});

describe("a run", () => {
  test("verifies from the chain's start, and gives every envelope with its id, in order", () => {
    const run = must(verify(chain));
    expect(run.head).toEqual({ at: 6, id: ids[5] });
    expect(run.epoch).toBe(1);
    expect(run.envelopes.map(({ id }) => id)).toEqual(ids);
    expect(run.envelopes.map((each) => outcomeOf(openBody(vaultKey, each)))).toEqual(
      chain.map(() => "ok"),
    );
  });

  test.each([1, 2, 5])("goes on from seq %d, which was verified before", (seq) => {
    const run = must(verify(chain.slice(seq), startAt(seq)));
    expect(run.head).toEqual({ at: 6, id: ids[5] });
    expect(run.envelopes.map(({ id }) => id)).toEqual(ids.slice(seq));
  });

  test("verified in parts is what it is as a whole", () => {
    const first = must(verify(chain.slice(0, 4)));
    expect(must(verify(chain.slice(4), first)).head).toEqual(must(verify(chain)).head);
  });

  test("verifies without bodies, or with some", () => {
    const bare = chain.map(({ head, signature, body }, index): Envelope => ({
      head,
      signature,
      body: index % 2 === 0 ? undefined : body,
    }));
    const run = must(verify(bare));
    expect(run.head.id).toBe(ids[5]);
    expect(run.envelopes.map((each) => outcomeOf(openBody(vaultKey, each)))).toEqual([
      "BodyMissing",
      "ok",
      "BodyMissing",
      "ok",
      "BodyMissing",
      "ok",
    ]);
  });

  test("may rise to a newer epoch", () => {
    expect(must(verify(withNext({}, newerKey))).epoch).toBe(2);
  });

  test("of nothing is none", () => {
    expect(mustFail(verify([]))).toEqual({ type: "RunEmpty" });
  });
});

const forkedId: EnvelopeId = envelopeIds.fromBytes(filled(32, 0xf0));

describe("a run is refused", () => {
  const foreign = chainIdOf(device.signKey, incarnations.fromBytes(filled(16, 9)));
  const otherKey = someVaultKey(deps, { vault: otherVault });

  test.each([
    ["[RUN1] with its first missing", chain.slice(1), { type: "LinkGap", have: 0, got: 2 }],
    ["[RUN1] with one missing inside", chain.toSpliced(3, 1), { type: "LinkGap", have: 3, got: 5 }],
    ["[RUN1] with one twice", chain.toSpliced(3, 0, at(2)), { type: "LinkGap", have: 3, got: 3 }],
    ["[RUN1] backwards", chain.slice(1).toReversed(), { type: "LinkGap", have: 0, got: 6 }],
    [
      "[RUN1] with one that follows another branch",
      withNext({ previous: forkedId }),
      { type: "LinkForked", at: 6, have: ids[5], got: forkedId },
    ],
    [
      "[RUN2] with an OPEN in the middle",
      withNext({ kind: EnvelopeKind.Open }),
      { type: "RunBroken", rule: "open comes first", seq: 7 },
    ],
    [
      "[RUN2] with no OPEN in front",
      sealChain(deps, sealer, 2, () => ({ kind: EnvelopeKind.Data })),
      { type: "RunBroken", rule: "open comes first", seq: 1 },
    ],
    [
      "[RUN1] with a second first envelope",
      withNext({ seq: 1, kind: EnvelopeKind.Open }),
      { type: "LinkGap", have: 6, got: 1 },
    ],
    [
      "[RUN1] with one of another vault",
      withNext({}, otherKey),
      { type: "RunBroken", rule: "one vault", seq: 7 },
    ],
    [
      "[RUN1] with one of another chain",
      withNext({ chain: foreign }),
      { type: "RunBroken", rule: "one chain", chain: foreign, seq: 7 },
    ],
    [
      "[ENV1] with a body that is another's",
      chain.with(2, { ...at(2), body: at(3).body }),
      { type: "BodyHashMismatch", chain: chainId, seq: 3 },
    ],
  ])("%s", (_, envelopes, error) => {
    expect(mustFail(verify(envelopes))).toMatchObject(error);
  });

  test("[RUN3] when the epoch falls, inside or from where it starts", () => {
    const rising = withNext({}, newerKey);
    const last = rising.at(-1);
    if (last === undefined) throw new RangeError("seven");
    const fallen = sealSome(deps, sealer, utf8("old key"), {
      seq: 8,
      previous: envelopeIdOf(last.head),
    });
    const error = { type: "RunBroken", rule: "epoch never falls", chain: chainId, seq: 8 };
    expect(mustFail(verify([...rising, fallen]))).toEqual(error);
    const start = { ...begun, head: { at: 7, id: envelopeIdOf(last.head) }, epoch: 2 };
    expect(mustFail(verify([fallen], start))).toEqual(error);
    expect(outcomeOf(verify([fallen], { ...start, epoch: 1 }))).toBe("ok");
  });

  test("when it does not follow where it starts", () => {
    expect(mustFail(verify(chain.slice(2), startAt(1)))).toEqual({
      type: "LinkGap",
      have: 1,
      got: 3,
    });
    expect(mustFail(verify(chain.slice(1), startAt(2)))).toEqual({
      type: "LinkGap",
      have: 2,
      got: 2,
    });
    const forked = { ...begun, head: { at: 2, id: forkedId }, epoch: 1 };
    expect(mustFail(verify(chain.slice(2), forked))).toEqual({
      type: "LinkForked",
      at: 2,
      have: forkedId,
      got: ids[1],
    });
  });
});

describe("[RUN1] a run goes on with its own chain only", () => {
  const next = (fields: Partial<HeadFields>) =>
    sealSome(deps, sealer, utf8("next"), { seq: 7, previous: ids[5] ?? noEnvelope, ...fields });

  test("a head that follows by hash and is signed by the device, but names another chain", () => {
    const another = chainIdOf(device.signKey, incarnations.fromBytes(filled(16, 0x77)));
    expect(mustFail(verify([next({ chain: another })], startAt(6)))).toMatchObject({
      type: "RunBroken",
      rule: "one chain",
    });
    expect(outcomeOf(verify([next({})], startAt(6)))).toBe("ok");
  });

  test("a first envelope of another chain than the one asked for", () => {
    const another = chainIdOf(device.signKey, incarnations.fromBytes(filled(16, 0x77)));
    expect(mustFail(verify(chain, newChain(vault, another)))).toMatchObject({
      type: "RunBroken",
      rule: "one chain",
      seq: 1,
    });
    expect(mustFail(verify(chain, newChain(otherVault, chainId)))).toMatchObject({
      type: "RunBroken",
      rule: "one vault",
      seq: 1,
    });
  });
});

describe("[RUN4] [LINK3] signatures of a run", () => {
  const badSignature = { type: "BadSignature", what: "envelope", of: chainId };

  test("the newest is asked for", () => {
    const forged = asSignature(withBitFlipped(at(5).signature, 77));
    const envelopes = chain.with(5, { ...at(5), signature: forged });
    expect(mustFail(verify(envelopes))).toEqual({ ...badSignature, at: 6 });
    expect(mustFail(verifyRun(begun, chain, other.signKey))).toEqual({ ...badSignature, at: 6 });
  });

  test("of an inner one is not looked at in a run, and is noticed when it is asked for alone", () => {
    const forged: Envelope = { ...at(2), signature: asSignature(new Uint8Array(64)) };
    expect(must(verify(chain.with(2, forged))).head.id).toBe(ids[5]);
    expect(mustFail(verifySignedHead(forged, device.signKey))).toEqual({ ...badSignature, at: 3 });
    expect(must(verifySignedHead(at(2), device.signKey))).toBe(ids[2]);
  });

  test("vouch for all before: no inner head can be changed under the newest one", () => {
    const changed = signHead(device, { ...at(2).head, nonce: filled(24, 0) }, at(2).body);
    expect(outcomeOf(verifySignedHead(changed, device.signKey))).toBe("ok");
    expect(mustFail(verify(chain.with(2, changed)))).toMatchObject({
      type: "LinkForked",
      at: 3,
      got: ids[2],
    });
  });

  test("by another device do not carry a chain on", () => {
    const next = sealSome(deps, { device: other, vaultKey }, utf8("mine now"), {
      chain: at(0).head.chain,
      seq: 7,
      previous: ids[5] ?? noEnvelope,
    });
    expect(mustFail(verify([...chain, next]))).toEqual({ ...badSignature, at: 7 });
  });
});
