import { err, ok } from "@duro/crypto/types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { editScript, play } from "../updates/testing/editScript.ts";
import { checkPacked } from "./checkPacked.ts";
import { stateStructCountMax } from "./checkpointLimits.ts";
import { unpackState } from "./packedState.ts";
import { StateForm } from "./stateForm.ts";

const refused = (why: string) => err({ type: "PackedInvalid", why });

const packedOf = (edit: (doc: Y.Doc) => void): Uint8Array => {
  const doc = new Y.Doc();
  doc.clientID = 5;
  edit(doc);
  return Y.encodeStateAsUpdateV2(doc);
};

const check = (packed: Uint8Array) => checkPacked({ form: StateForm.V2, packed });

/** Plain numbers: the one way to write one that the encoder offers. */
const writeNumber = (to: Y.UpdateEncoderV2, value: number): void => {
  to.resetDsCurVal();
  to.writeDsClock(value);
};

/** What an encoder wrote, with nothing deleted. */
const crafted = (write: (to: Y.UpdateEncoderV2) => void): Uint8Array => {
  const to = new Y.UpdateEncoderV2();
  write(to);
  writeNumber(to, 0);
  return to.toUint8Array();
};

const beginClient = (to: Y.UpdateEncoderV2, structCount: number, client = 5, clock = 0): void => {
  writeNumber(to, structCount);
  to.writeClient(client);
  writeNumber(to, clock);
};

const collectedStructs = (structCount: number): Uint8Array =>
  crafted((to) => {
    writeNumber(to, 1);
    beginClient(to, structCount);
    for (let at = 0; at < structCount; at++) {
      to.writeInfo(0);
      to.writeLen(1);
    }
  });

test("whatever people write passes in either form", () => {
  fc.assert(
    fc.property(editScript(3), (script) => {
      const updates = play(script, [1, 2 ** 50, 3]).sent.map(({ update }) => update);
      for (const update of updates.length > 0 ? [Y.mergeUpdates(updates)] : []) {
        const doc = new Y.Doc();
        Y.applyUpdate(doc, update);
        expect(check(Y.encodeStateAsUpdateV2(doc))).toEqual(ok(undefined));
        const packed = Y.encodeStateAsUpdate(doc);
        expect(checkPacked({ form: StateForm.V1, packed })).toEqual(ok(undefined));
      }
    }),
    { numRuns: 200 },
  );
});

describe("a few bytes", () => {
  test("that stand for more structs than a document may have are refused before Yjs sees them", () => {
    const bomb = collectedStructs(stateStructCountMax + 1);
    expect(bomb.length).toBeLessThan(60);
    expect(check(bomb)).toEqual(refused("too many structs"));
    expect(unpackState({ digest: new Uint8Array(32), form: StateForm.V2, packed: bomb })).toEqual(
      refused("too many structs"),
    );
    // Yjs makes every one of them.
    expect(Y.decodeUpdateV2(collectedStructs(50_000)).structs).toHaveLength(50_000);
    expect(check(collectedStructs(50_000))).toEqual(ok(undefined));
  });

  test("that claim the largest count of structs allocate nothing", () => {
    const claim = crafted((to) => {
      writeNumber(to, 1);
      beginClient(to, 2 ** 31);
    });
    expect(check(claim)).toEqual(refused("too many structs"));
  });

  test("that count past all clients together are refused too", () => {
    const half = stateStructCountMax / 2 + 1;
    const bomb = crafted((to) => {
      writeNumber(to, 2);
      for (const client of [6, 5]) {
        beginClient(to, half, client);
        for (let at = 0; at < half; at++) {
          to.writeInfo(0);
          to.writeLen(1);
        }
      }
    });
    expect(check(bomb)).toEqual(refused("too many structs"));
  });

  test("that claim more values than they hold are refused", () => {
    const claim = crafted((to) => {
      writeNumber(to, 1);
      beginClient(to, 1);
      to.writeInfo(8);
      to.writeParentInfo(true);
      to.writeString("list");
      to.writeLen(2 ** 40);
    });
    expect(check(claim)).toEqual(refused("unreadable"));
  });
});

describe("in V1", () => {
  const refusedV1 = (...packed: readonly number[]) =>
    checkPacked({ form: StateForm.V1, packed: Uint8Array.from(packed) });

  test("a count that the bytes cannot hold is refused", () => {
    // One client, 2^28 structs, client 5, clock 0.
    const claim = [1, 0x80, 0x80, 0x80, 0x80, 1, 5, 0];
    expect(refusedV1(...claim)).toEqual(refused("too many structs"));
    expect(refusedV1(1, 100, 5, 0)).toEqual(refused("unreadable"));
  });

  test("deletions rise: applying others takes the square of the time", () => {
    const deleting = (...ranges: readonly number[]) =>
      refusedV1(1, 1, 5, 0, 0, 9, 1, 5, ranges.length / 2, ...ranges);
    expect(deleting(0, 2, 4, 1)).toEqual(ok(undefined));
    expect(deleting(0, 2, 1, 1)).toEqual(refused("deletions that do not rise"));
    expect(deleting(4, 1, 0, 2)).toEqual(refused("deletions that do not rise"));
  });
});

describe("what no honest document is", () => {
  const oneStruct = (info: number, write: (to: Y.UpdateEncoderV2) => void) =>
    crafted((to) => {
      writeNumber(to, 1);
      beginClient(to, 1);
      to.writeInfo(info);
      to.writeParentInfo(true);
      to.writeString("root");
      write(to);
    });

  test.each<[string, string, Uint8Array]>([
    [
      "a subdocument",
      "a kind of content that is not known",
      packedOf((doc) => doc.getMap("m").set("k", new Y.Doc())),
    ],
    [
      "the JSON of old versions",
      "a kind of content that is not known",
      oneStruct(2, (to) => {
        to.writeLen(1);
        to.writeString("1");
      }),
    ],
    ["text of no length", "a length of none", oneStruct(4, (to) => to.writeString(""))],
    ["deleted content of no length", "a length of none", oneStruct(1, (to) => to.writeLen(0))],
    ["a list of no values", "a length of none", oneStruct(8, (to) => to.writeLen(0))],
    ["an unknown type", "a type that is not known", oneStruct(7, (to) => to.writeTypeRef(7))],
    [
      "a name by a place where none is",
      "a name that is not there",
      crafted((to) => {
        writeNumber(to, 1);
        beginClient(to, 1);
        to.writeInfo(6);
        to.writeParentInfo(true);
        to.writeString("root");
        to.keyClockEncoder.write(-1);
        to.writeJSON(null);
      }),
    ],
    [
      "a part of a document",
      "a client from the middle",
      (() => {
        const doc = new Y.Doc();
        doc.getText("t").insert(0, "ab");
        const before = Y.encodeStateVector(doc);
        doc.getText("t").insert(2, "c");
        return Y.encodeStateAsUpdateV2(doc, before);
      })(),
    ],
    [
      "a client twice",
      "clients that do not fall",
      crafted((to) => {
        writeNumber(to, 2);
        for (const client of [5, 5]) {
          beginClient(to, 1, client);
          to.writeInfo(0);
          to.writeLen(1);
        }
      }),
    ],
    [
      "a client without structs",
      "a client without structs",
      crafted((to) => {
        writeNumber(to, 1);
        beginClient(to, 0);
      }),
    ],
    [
      "clocks beyond 2^53",
      "clocks beyond 2^53",
      crafted((to) => {
        writeNumber(to, 1);
        beginClient(to, 2);
        for (const length of [2 ** 53 - 1, 1]) {
          to.writeInfo(0);
          to.writeLen(length);
        }
      }),
    ],
    [
      "deletions of one client twice: applying them takes the square of the time",
      "deletions whose clients do not fall",
      (() => {
        const to = new Y.UpdateEncoderV2();
        writeNumber(to, 0);
        writeNumber(to, 2);
        for (const client of [5, 5]) {
          writeNumber(to, client);
          writeNumber(to, 1);
          to.resetDsCurVal();
          to.writeDsClock(0);
          to.writeDsLen(1);
        }
        return to.toUint8Array();
      })(),
    ],
    [
      "a client without deletions",
      "a client without deletions",
      (() => {
        const to = new Y.UpdateEncoderV2();
        writeNumber(to, 0);
        writeNumber(to, 1);
        writeNumber(to, 5);
        writeNumber(to, 0);
        return to.toUint8Array();
      })(),
    ],
    [
      "bytes behind its end",
      "a rest",
      Uint8Array.from([...packedOf((doc) => doc.getMap("m").set("k", 1)), 0]),
    ],
    ["no bytes", "unreadable", new Uint8Array()],
  ])("is refused: %s", (_, why, packed) => {
    expect(check(packed)).toEqual(refused(why));
  });
});
