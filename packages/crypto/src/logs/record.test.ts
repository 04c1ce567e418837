import { describe, expect, test } from "vitest";
import { ok } from "../result.ts";
import { recordByteLengthMax } from "../sizes.ts";
import { outcomeOf } from "../testing/outcome.ts";
import { must } from "../testing/people.ts";
import {
  pinsOf,
  resigned,
  vaultRecord,
  withFirstTwice,
  withFirstTwoSwapped,
} from "../testing/records.ts";
import { createTeam } from "../testing/team.ts";
import { LogKind } from "./kinds.ts";
import {
  cosignRecord,
  decodeRecord,
  encodeRecord,
  type LogRecord,
  type RecordHeader,
  type RecordSigner,
} from "./record.ts";

const records = (): readonly LogRecord[] => {
  const { vault, writer } = createTeam("record");
  return [...writer.records, ...vault.records];
};

/** A PIN by the owner, with something about its header changed. */
const pinned = (header: Partial<RecordHeader>, kind: LogKind = LogKind.Vault): Uint8Array => {
  const { vault, owner } = createTeam("record");
  const lawful = vaultRecord(vault, owner, { type: "pin" }, { header });
  return encodeRecord(resigned({ ...lawful, kind }, [owner.device], {}));
};

const signedBy = (...signers: readonly RecordSigner[]): Uint8Array => {
  const { vault, owner } = createTeam("record");
  return encodeRecord(resigned(vaultRecord(vault, owner, { type: "pin" }), signers, {}));
};

describe("a record", () => {
  test("is read as it was written", () => {
    for (const record of records()) expect(decodeRecord(encodeRecord(record))).toEqual(ok(record));
  });

  test("has one id, whatever its signatures", () => {
    const { vault, owner, spare } = createTeam("record");
    const record = vaultRecord(vault, owner, { type: "pin" });
    const unsigned = { ...record, signatures: [] };
    expect(cosignRecord(record, spare).id).toBe(record.id);
    expect(must(decodeRecord(encodeRecord(cosignRecord(unsigned, owner.device))))).toEqual(record);
  });

  test("has another id with another kind of log", () => {
    const [vaultPin, identityPin] = [LogKind.Vault, LogKind.Identity].map((kind) =>
      must(decodeRecord(pinned({}, kind))),
    );
    expect(vaultPin?.id).not.toBe(identityPin?.id);
  });

  const team = createTeam("record");
  const { owner, admin, spare } = team;
  const twoPins = pinned({ pins: pinsOf(owner, admin) });
  // Behind version, suite, kind, log, index, id of the record before, author and count.
  const pins = { at: 3 + 16 + 1 + 32 + 32 + 1, itemByteLength: 16 + 1 + 32 };
  const malformed: readonly (readonly [string, Uint8Array])[] = [
    ["no bytes", new Uint8Array()],
    ["its version alone", new Uint8Array([1])],
    ["its version and suite alone", new Uint8Array([1, 1])],
    ["log kind 0", pinned({}, 0 as LogKind)],
    ["log kind 3", pinned({}, 3 as LogKind)],
    ["pins in falling order", withFirstTwoSwapped(twoPins, pins)],
    ["a user pinned twice", withFirstTwice(twoPins, pins)],
    ["no signature", signedBy()],
    ["another's signature first", signedBy(spare, owner.device)],
    ["three signatures", signedBy(owner.device, spare, admin.device)],
    ["a byte too many", new Uint8Array([...pinned({}), 0])],
    ["a byte too few", pinned({}).slice(0, -1)],
    ["more bytes than the limit", new Uint8Array(recordByteLengthMax + 1).fill(1)],
  ];
  test.each(malformed)("with %s is malformed", (_, bytes) => {
    expect(outcomeOf(decodeRecord(bytes))).toBe("Malformed");
  });

  test.each([
    [2, 1],
    [1, 2],
    [0, 1],
  ])("of version %i and suite %i is one we cannot read, whatever follows", (version, suite) => {
    const bytes = new Uint8Array([version, suite, 0xff]);
    const error = { type: "VersionUnsupported", what: "record", version, suite };
    expect(decodeRecord(bytes)).toEqual({ ok: false, error });
  });
});
