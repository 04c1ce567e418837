/**
 * The relay drops bodies behind a checkpoint that counts, and devices read one when the bodies are gone.
 * If one of them saw a rule otherwise, a device would have neither. So both judge the same cases.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Standing } from "../packages/crypto/src/verify.ts";
import { writersOf } from "../packages/client/src/checkpoints/checkpointFacts.ts";
import { judgeCheckpoint as judgeByDevice } from "../packages/client/src/checkpoints/judgeCheckpoint.ts";
import type { AttestFacts, CheckpointFacts } from "../packages/server/src/tidy/vaultFacts.ts";
import { judgeCheckpoint as judgeByRelay } from "../packages/server/src/tidy/judgeCheckpoint.ts";
import { deviceOf, userOf } from "../packages/server/src/testing/storeSamples.ts";
import {
  attestOf,
  blobOf,
  chainOf,
  checkpointOf,
  dayMs,
  factsOf,
  markOf,
  nowMs,
  says,
  standing,
} from "../packages/server/src/testing/tidyFacts.ts";

const chainNumber = fc.integer({ min: 1, max: 3 });
const userNumber = fc.integer({ min: 1, max: 3 });
const seq = fc.integer({ min: 1, max: 30 });
/** About the days on which something changes. */
const ageMs = fc.oneof(
  fc.constantFrom(0, dayMs, 30 * dayMs - 1, 30 * dayMs, 60 * dayMs),
  fc.nat(60 * dayMs),
);

/** Mostly what is stored there. */
const mark = fc
  .tuple(chainNumber, seq, fc.integer({ min: 0, max: 9 }))
  .map(([chain, at, other]) => markOf(chain, at, other === 9 ? 1 : 0));

const standingOf = (chain: number): fc.Arbitrary<Standing> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(standing.counts) },
    { weight: 1, arbitrary: fc.constantFrom(standing.held, standing.never) },
    { weight: 3, arbitrary: seq.map((at) => standing.cutAt(chain, at)) },
    { weight: 1, arbitrary: seq.map((at) => standing.cutAt(chain, at, 1)) },
  );

const coverage = fc.uniqueArray(mark, { maxLength: 3, selector: ({ chain }) => chain });

const said = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(coverage, fc.subarray([1, 2]))
      .map(([vector, blobs]) => says(vector, blobs)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { kind: "body missing" } as const,
      { kind: "newer format" } as const,
      { kind: "unreadable" } as const,
    ),
  },
);

const checkpoint: fc.Arbitrary<CheckpointFacts> = fc
  .record({ mark, says: said, user: userNumber, device: userNumber, age: ageMs })
  .map(({ age, user, device, ...rest }) =>
    checkpointOf({
      ...rest,
      user: userOf(user),
      device: deviceOf(device),
      storedAtMs: nowMs - age,
    }),
  );

const attest = (about: CheckpointFacts): fc.Arbitrary<AttestFacts> =>
  fc
    .record({ mark, user: userNumber, device: userNumber, isOk: fc.boolean(), isOther: fc.nat(9) })
    .map(({ user, device, isOther, ...rest }) =>
      attestOf({
        ...rest,
        user: userOf(user),
        device: deviceOf(device),
        checkpoint: isOther === 9 ? markOf(3, 30).id : about.mark.id,
      }),
    );

const cases = checkpoint.chain((about) =>
  fc.record({
    about: fc.constant(about),
    attests: fc.array(attest(about), { maxLength: 4 }),
    standings: fc.record({ 1: standingOf(1), 2: standingOf(2), 3: standingOf(3) }),
    ages: fc.dictionary(fc.constantFrom("1", "2", "3"), fc.option(ageMs, { nil: undefined })),
    blobs: fc.oneof(
      { weight: 3, arbitrary: fc.constant([1, 2]) },
      { arbitrary: fc.subarray([1, 2]), weight: 1 },
    ),
  }),
);

/** The same case as either sees it. A device knows of a blob only that it is missing. */
const judgedByBoth = ({
  about,
  attests,
  standings,
  ages,
  blobs,
}: typeof cases extends fc.Arbitrary<infer Case> ? Case : never) => {
  const writtenAtMs = Object.fromEntries(
    Object.entries(ages).map(([user, age]) => [user, age === undefined ? undefined : nowMs - age]),
  );
  const facts = factsOf({ standings, attests, writtenAtMs, blobs });
  const chains = [...facts.chains].map(
    ([chain, { standing: stands }]) => [chain, { standing: stands, voidAt: 0 }] as const,
  );
  return {
    relay: judgeByRelay(facts, about),
    device: judgeByDevice(
      {
        nowMs,
        chains: new Map(chains),
        idAt: facts.idAt,
        writers: facts.writers,
        attests,
        missingBlobs: new Set(
          ([1, 2] as const).filter((blob) => !blobs.includes(blob)).map(blobOf),
        ),
      },
      about,
    ),
  };
};

describe("relay and device", () => {
  test("judge every checkpoint alike, of which they know the same", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(cases, (one) => {
        const { relay, device } = judgedByBoth(one);
        expect(device).toBe(relay);
        seen.add(relay);
      }),
      { numRuns: 6_000 },
    );
    expect([...seen].toSorted()).toEqual(["blocked", "counts", "void", "waiting"]);
  });

  test("take the newest of a user's chains for when they were heard of", () => {
    const members = new Map([[userOf(1), { writerSince: 1 }]]);
    const heard = [1, 3, 2].map((heardAtMs) => ({ user: userOf(1), heardAtMs }));
    expect(writersOf(members, heard)).toEqual(new Map([[userOf(1), 3]]));
  });

  test("part only over what a device may still get: it waits where the relay knows there is nothing", () => {
    const facts = factsOf({ attests: [attestOf({ mark: markOf(3, 4) })] });
    const about = checkpointOf({ says: says({ 2: 31 }) });
    expect(judgeByRelay(facts, about)).toBe("void");
    const chains = new Map(
      [1, 2, 3].map((chain) => [chainOf(chain), { standing: standing.counts, voidAt: 0 }]),
    );
    expect(judgeByDevice({ ...facts, chains, missingBlobs: new Set() }, about)).toBe("waiting");
  });

  test("part over a void envelope, which only who has the keys can see", () => {
    const facts = factsOf({ attests: [attestOf({ mark: markOf(3, 4) })] });
    const about = checkpointOf();
    expect(judgeByRelay(facts, about)).toBe("counts");
    const chains = new Map(
      [1, 2, 3].map((chain) => [
        chainOf(chain),
        { standing: standing.counts, voidAt: chain === 2 ? 10 : 0 },
      ]),
    );
    expect(judgeByDevice({ ...facts, chains, missingBlobs: new Set() }, about)).toBe("void");
  });
});
