import { Verdict, docIds, userIds } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import {
  aVault,
  chainOf,
  deviceNumber,
  envelopeAt,
  recordAt,
  userNumber,
  vaultLog,
} from "./testing/aliases.ts";
import {
  chainVoid,
  checkpointMismatch,
  keysMissing,
  logTrouble,
  rotatedToOldKeys,
} from "./verdicts.ts";

test("a void envelope is told with the verdict's name", () => {
  const place = { vault: aVault, chain: chainOf(1), device: deviceNumber(1), seq: 41 };
  expect(chainVoid(place, { type: "SealBroken" })).toEqual({
    type: "ChainVoid",
    ...place,
    reason: "SealBroken",
  });
});

describe("keys", () => {
  const failure = { type: "NoBox", of: aVault, at: 2 } as const;

  test("that are not reached are missing, each with its last reason", () => {
    const opened = { keys: new Map([[1, {}]]), failures: [failure, { ...failure, at: 3 }] };
    expect(keysMissing(aVault, 3, opened)).toEqual([
      { type: "KeysMissing", vault: aVault, epoch: 2, isNewest: false, reason: "NoBox" },
      { type: "KeysMissing", vault: aVault, epoch: 3, isNewest: true, reason: "NoBox" },
    ]);
  });

  test("that another box gave are not missing though one failed", () => {
    const opened = { keys: new Map([[2, {}]]), failures: [failure] };
    expect(keysMissing(aVault, 3, opened)).toEqual([]);
  });

  test("boxed to an older generation than was known are told, those to the newest not", () => {
    const boxes = [
      { user: userNumber(1), generation: 1, knownGeneration: 2 },
      { user: userNumber(2), generation: 2, knownGeneration: 2 },
      { user: userNumber(3), generation: 3, knownGeneration: 2 },
    ];
    expect(rotatedToOldKeys(aVault, 4, boxes)).toMatchObject([
      { type: "RotatedToOldKey", epoch: 4, user: userNumber(1), generation: 1 },
    ]);
  });
});

describe("a log that goes no further", () => {
  test("by a rule stops, with the rule", () => {
    const error = {
      type: "RuleViolated",
      rule: "VL4 the role allows it",
      log: aVault,
      index: 7,
      record: recordAt(7),
    } as const;
    expect(logTrouble(aVault, vaultLog, error)).toEqual({
      type: "LogStopped",
      log: vaultLog,
      index: 7,
      record: recordAt(7),
      rule: "VL4 the role allows it",
    });
  });

  test("by a newer version needs an update", () => {
    const error = { type: "VersionUnsupported", what: "record", version: 2, suite: 1 } as const;
    expect(logTrouble(aVault, vaultLog, error)).toEqual({
      type: "UpdateNeeded",
      vault: aVault,
      what: "record",
    });
  });

  test("by what is late or cut short is asked for again", () => {
    const user = userIds.fromBytes(new Uint8Array(16));
    const head = recordAt(3);
    expect(
      logTrouble(aVault, vaultLog, { type: "IdentityHeadMissing", user, index: 3, head }),
    ).toBeUndefined();
    expect(logTrouble(aVault, vaultLog, { type: "LinkGap", have: 3, got: 5 })).toBeUndefined();
  });
});

describe("an attest", () => {
  const checkpoint = envelopeAt(2, 30);
  const docs = [docIds.fromBytes(new Uint8Array(16))];
  const who = { attester: deviceNumber(1), author: deviceNumber(2), isActiveWriter: true };
  const mismatch = {
    type: "Attest",
    clear: { checkpoint, verdict: Verdict.Mismatch },
    plaintext: { mismatches: docs },
  } as const;

  test("of a mismatch by an active writer is told", () => {
    expect(checkpointMismatch(aVault, mismatch, who)).toEqual({
      type: "CheckpointMismatch",
      vault: aVault,
      checkpoint,
      author: deviceNumber(2),
      attester: deviceNumber(1),
      docCount: 1,
    });
  });

  test("that says ok, or of a device that does not write, is not", () => {
    const agreed = { ...mismatch, clear: { checkpoint, verdict: Verdict.Ok } };
    expect(checkpointMismatch(aVault, agreed, who)).toBeUndefined();
    expect(checkpointMismatch(aVault, mismatch, { ...who, isActiveWriter: false })).toBeUndefined();
  });
});
