/** Whole logs: every prefix replays the same, and no changed byte goes unnoticed. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Result } from "../result.ts";
import { oneBitOfEveryByteOf, withBitFlipped } from "../testing/flips.ts";
import { identityAt, type Person } from "../testing/people.ts";
import { cutOf } from "../testing/records.ts";
import { createTeam } from "../testing/team.ts";
import {
  accusing,
  afterRevocation,
  cutting,
  policyOf,
  removing,
  roleChange,
  rotated,
  stepped,
  ungranting,
} from "../testing/vaultMoves.ts";
import { revokeDeviceRecord } from "./authorIdentity.ts";
import { applyIdentityRecord, replayIdentityLog } from "./identityLog.ts";
import { cosignRecord, decodeRecord, encodeRecord, type LogRecord } from "./record.ts";
import { applyVaultRecord, replayVaultLog } from "./vaultLog.ts";
import { type VaultLogError, type VaultState } from "./vaultState.ts";
import { Role } from "./vaultRecords.ts";

interface History {
  readonly identity: readonly LogRecord[];
  readonly vault: readonly LogRecord[];
  readonly people: readonly Person[];
}

/** An identity log with each of its record types, and a vault log with most. */
const createHistory = (): History => {
  const founded = createTeam("replay");
  const { deps, paper } = founded;
  const revoked = afterRevocation(founded);
  let at = stepped(revoked, cutting(revoked, "cutDevice", cutOf(founded.spare, 5)));
  at = stepped(at, cutting(at, "raiseCut", cutOf(founded.spare, 7)));
  at = stepped(at, ungranting(at, at.writer, at.phone));
  at = rotated(at);
  at = stepped(at, roleChange(at, at.guest, Role.Writer));
  at = stepped(at, accusing(at));
  at = stepped(at, policyOf(at, { extraTypes: [99] }));
  at = stepped(at, removing(at, at.guest, { cuts: cutOf(at.guest.device, 2) }));
  const { state, device, userKeys } = at.writer;
  const { record } = revokeDeviceRecord(deps, state, device, paper.id, userKeys);
  const identity = [...at.writer.records, cosignRecord(record, paper)];
  return { identity, vault: at.vault.records, people: at.people };
};

const history = createHistory();
const lookUp = identityAt(...history.people);

interface Log<State> {
  readonly name: string;
  readonly records: readonly LogRecord[];
  readonly follow: (state: State | undefined, record: LogRecord) => Result<State, VaultLogError>;
  readonly replay: (records: readonly LogRecord[]) => {
    readonly states: readonly State[];
    readonly stopped: VaultLogError | undefined;
  };
}

/** As a reader does it: bytes that are no record end the replay as a broken rule does. */
const read = <State>({ replay }: Log<State>, encoded: readonly Uint8Array[]) => {
  const records: LogRecord[] = [];
  for (const bytes of encoded) {
    const decoded = decodeRecord(bytes);
    if (!decoded.ok) return { ...replay(records), stopped: decoded.error };
    records.push(decoded.value);
  }
  return replay(records);
};

/** Version to pins, where each byte has a meaning of its own. */
const frontByteLength = 100;

const runs = { numRuns: 60, seed: 20_261_121 };

const describeLog = <State>(log: Log<State>): void => {
  describe(`the replay of ${log.name}`, () => {
    const { records, replay, follow } = log;
    const { states } = replay(records);
    const encoded = records.map(encodeRecord);

    test("replays to its end", () => {
      expect(replay(records).stopped).toBeUndefined();
      expect(states).toHaveLength(records.length);
    });

    test("replays every prefix to the state that the whole log had there", () => {
      for (let count = 0; count <= records.length; count++) {
        const prefix = read(log, encoded.slice(0, count));
        expect(prefix.stopped).toBeUndefined();
        expect(prefix.states).toEqual(states.slice(0, count));
      }
    });

    test("with a record left out, doubled or in another place stops there, with a name", () => {
      const places = fc.tuple(fc.nat(records.length - 1), fc.nat(records.length - 1));
      const moves = fc.constantFrom("left out", "doubled", "swapped");
      const unlawful = fc.property(places, moves, ([from, to], move) => {
        const changed = encoded.slice();
        const [picked] = changed.splice(from, move === "doubled" ? 0 : 1);
        const bytes = picked ?? encoded[from];
        if (move !== "left out" && bytes !== undefined) changed.splice(to, 0, bytes);
        const isSame =
          changed.length === encoded.length && changed.every((it, at) => it === encoded[at]);
        const isPrefix = move === "left out" && from === records.length - 1;
        if (isSame || isPrefix) return;
        const replayed = read(log, changed);
        expect(replayed.stopped?.type).toMatch(
          /^(LinkGap|LinkForked|RuleViolated|IdentityHeadMissing)$/u,
        );
        expect(states.slice(0, replayed.states.length)).toEqual(replayed.states);
      });
      fc.assert(unlawful, runs);
    });

    test("with a byte of a record changed stops at that record, with a name", () => {
      const changes = fc.record({
        at: fc.nat(records.length - 1),
        place: fc.nat(1_000_000),
        by: fc.integer({ min: 1, max: 255 }),
      });
      const noticed = fc.property(changes, ({ at, place, by }) => {
        const changed = encoded.map((bytes, index) =>
          index === at
            ? bytes.with(place % bytes.length, ((bytes[place % bytes.length] ?? 0) + by) % 256)
            : bytes,
        );
        const replayed = read(log, changed);
        expect(replayed.stopped?.type).toMatch(/^[A-Z]/u);
        expect(replayed.states).toEqual(states.slice(0, at));
      });
      fc.assert(noticed, runs);
    });

    test("with bytes in place of a record stops at that record, with a name", () => {
      const noticed = fc.property(
        fc.nat(records.length - 1),
        fc.uint8Array({ maxLength: 4000 }),
        (at, junk) => {
          const replayed = read(log, [...encoded.slice(0, at), junk, ...encoded.slice(at + 1)]);
          expect(replayed.stopped?.type).toMatch(/^(Malformed|VersionUnsupported)$/u);
          expect(replayed.states).toEqual(states.slice(0, at));
        },
      );
      fc.assert(noticed, runs);
    });

    test("with one bit changed of the fields at a record's front stops at that record", () => {
      const unnoticed = encoded.flatMap((bytes, at) =>
        oneBitOfEveryByteOf(bytes.subarray(0, frontByteLength)).filter((bit) => {
          const decoded = decodeRecord(withBitFlipped(bytes, bit));
          return decoded.ok && follow(states[at - 1], decoded.value).ok;
        }),
      );
      expect(unnoticed).toEqual([]);
    });
  });
};

describeLog({
  name: "an identity log",
  records: history.identity,
  follow: applyIdentityRecord,
  replay: replayIdentityLog,
});

describeLog({
  name: "a vault log",
  records: history.vault,
  follow: (state: VaultState | undefined, record) => applyVaultRecord(state, record, lookUp),
  replay: (records) => replayVaultLog(records, lookUp),
});
