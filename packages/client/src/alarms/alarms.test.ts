import { describe, expect, test } from "vitest";
import { type Alarm, alarmKey, isProof } from "./alarms.ts";
import { alarmText, catalogue, heals, stopsSealing } from "./catalogue.ts";
import { chainOf, deviceNumber, nameOf, oneOfEach, otherVault } from "./testing/aliases.ts";

const all: readonly Alarm[] = Object.values(oneOfEach);

const sentences: { readonly [Type in Alarm["type"]]: string } = {
  Rollback:
    "The relay shows an older state than before: 10 changes of 2 chains and 1 record of the vault's log are missing there.",
  Equivocation: "laptop signed two different changes as number 41.",
  Withholding:
    "The relay hides 10 changes of laptop: desktop says that it stands at 50, and we got 40.",
  ClaimMismatch:
    "desktop says that it has seen 50 changes of laptop, which had written only 45 when it read that.",
  LogWithheld: "The relay does not hand out the vault's log as far as desktop has seen it.",
  LogForked: `Two versions of the list of devices of Ada part at record 4: ours (${oneOfEach.LogForked.ours.slice(0, 8)}), and one (${oneOfEach.LogForked.theirs.slice(0, 8)}) that the relay has.`,
  Cloned: "This device's keys signed change 44 of its chain elsewhere; here it stands at 40.",
  OtherIncarnation: "desktop goes on in a new chain: it was restored from a backup.",
  StaleDevice: "Nothing has come from server since 2026-11-02.",
  RelayGenerationChanged: "The relay's database was restored or replaced.",
  ReceiptLost: "The relay has lost 3 changes of laptop that it had signed for, from number 41 on.",
  CheckpointMismatch: "laptop found that a checkpoint of desktop differs in 1 document.",
  ChainVoid:
    "Change 41 of laptop cannot be read by anybody (CommitmentMismatch); nothing after it counts.",
  KeysMissing: "This device cannot open key 3 of the vault (NoBox).",
  RotatedToOldKey: "Key 3 of the vault was sealed to an outdated key of Ada: 1 instead of 2.",
  LogStopped:
    "Record 7 of the vault's log breaks the rule VL15 two heads of one chain, one seq and one predecessor prove an equivocation; it stops there.",
  UpdateNeeded: "A newer version of Duro wrote a record that this one cannot read.",
  BodiesMissing:
    "The relay has no longer what 2 chains say in part, and no checkpoint stands for it; what follows there waits.",
  RelayKeyChanged:
    "The relay shows another key than the one that this device knows; nothing was sent to it.",
  ClockSuspect: "This machine's clock is 60 minutes behind the relay's.",
  DeviceAdded: "laptop let desktop in as a device of yours.",
  DeviceRevoked: "desktop ended server, a sheet of words of yours.",
  RelayMisbehaved: "The relay sent what no honest relay sends (ReceiptBroken); it was not taken.",
};

describe("each alarm", () => {
  test.each(all)("$type says what happened, in a sentence made of its facts", (alarm) => {
    expect(alarmText(alarm, nameOf)).toBe(sentences[alarm.type]);
  });

  test("has a code of its own and a next step", () => {
    const codes = Object.values(catalogue).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { heal } of Object.values(catalogue)) expect(heals[heal]).toMatch(/^[A-Z].+\.$/u);
  });

  test("is another than every other", () => {
    expect(new Set(all.map(alarmKey)).size).toBe(all.length);
  });
});

describe("the key of an alarm", () => {
  test("stays while its numbers change", () => {
    const { Withholding: before } = oneOfEach;
    expect(alarmKey({ ...before, claimedSeq: 60, heldSeq: 41, claimant: deviceNumber(3) })).toBe(
      alarmKey(before),
    );
  });

  test("is another for another chain, and in another vault", () => {
    const { Withholding: one } = oneOfEach;
    expect(alarmKey({ ...one, chain: chainOf(2) })).not.toBe(alarmKey(one));
    expect(alarmKey({ ...one, vault: otherVault })).not.toBe(alarmKey(one));
  });
});

describe("sealing", () => {
  test("stops for exactly what could leak to the wrong people, or fork a chain", () => {
    expect(all.filter(stopsSealing).map(({ type }) => type)).toEqual([
      "LogWithheld",
      "LogForked",
      "Cloned",
      "KeysMissing",
      "RotatedToOldKey",
      "LogStopped",
      "RelayKeyChanged",
    ]);
  });

  test("goes on over what only a beacon says of a log, and over an older key", () => {
    expect(stopsSealing({ ...oneOfEach.LogWithheld, evidence: "beacon" })).toBe(false);
    expect(stopsSealing({ ...oneOfEach.LogForked, evidence: "claim" })).toBe(false);
    expect(stopsSealing({ ...oneOfEach.KeysMissing, isNewest: false })).toBe(false);
  });
});

test("what a beacon or the relay says is no proof", () => {
  expect(isProof(oneOfEach.Equivocation)).toBe(true);
  expect(isProof({ ...oneOfEach.Equivocation, evidence: "claim" })).toBe(false);
  expect(isProof({ ...oneOfEach.Cloned, evidence: "relay" })).toBe(false);
  expect(isProof({ ...oneOfEach.LogForked, evidence: "claim" })).toBe(false);
});

test("sentences name what is not known, and count one", () => {
  const { Withholding: one } = oneOfEach;
  const unknown = { ...one, device: undefined, claimedSeq: 41, claimant: undefined };
  expect(alarmText(unknown, nameOf)).toBe(
    "The relay hides 1 change of a device that is not known yet: the relay itself says that it stands at 41, and we got 40.",
  );
  expect(alarmText({ ...one, claimantCount: 3 }, nameOf)).toContain("desktop and 2 others say");
});
