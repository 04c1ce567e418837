import { everyBitOf, outcomesOfFlips } from "@duro/crypto/testing/flips";
import { must } from "@duro/crypto/testing/people";
import { bytesAreEqual, err } from "@duro/crypto/types";
import { docDigestOf } from "@duro/crypto/verify";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { type PackedState, packState, unpackState } from "./packedState.ts";
import { StateForm } from "./stateForm.ts";
import { stateOf } from "./testing/someCheckpoint.ts";

const state = stateOf((doc) => {
  doc.getText("t").insert(0, "hello", { bold: true });
  doc.getText("t").delete(1, 2);
  doc.getMap("m").set("k", new Y.Map([["n", [1, { a: "é" }]]]));
}, 77);
const digest = docDigestOf(state);

const forms: Readonly<Record<string, PackedState>> = {
  V1: { digest, form: StateForm.V1, packed: state },
  V2: { digest, form: StateForm.V2, packed: Y.convertUpdateFormatV1ToV2(state) },
};

describe.each(Object.entries(forms))("a document packed as %s", (_, packed) => {
  const outcomeOf = (changed: Uint8Array): string => {
    const read = unpackState({ ...packed, packed: changed });
    if (!read.ok) return "refused";
    return bytesAreEqual(read.value, state) ? "the same" : "another";
  };

  test("reads back", () => {
    expect(must(unpackState(packed))).toEqual(state);
  });

  test("with any bit flipped is the same document or refused, and never throws", () => {
    const bits = everyBitOf(packed.packed);
    const { refused = 0, "the same": same = 0 } = outcomesOfFlips(packed.packed, bits, outcomeOf);
    expect(refused).toBeGreaterThan(bits.length / 2);
    expect(refused + same).toBe(bits.length);
  });

  test("cut short anywhere is the same document or refused, and never throws", () => {
    const outcomes = Array.from(packed.packed, (_byte, end) =>
      outcomeOf(packed.packed.subarray(0, end)),
    );
    expect(new Set(outcomes)).toContain("refused");
    expect(new Set(outcomes)).not.toContain("another");
  });

  test("of another content than its digest says is refused", () => {
    const other = { ...packed, digest: new Uint8Array(32) };
    expect(unpackState(other)).toEqual(err({ type: "DigestMismatch" }));
  });

  test("that is taken for the other form is refused", () => {
    const form = packed.form === StateForm.V1 ? StateForm.V2 : StateForm.V1;
    expect(unpackState({ ...packed, form }).ok).toBe(false);
  });

  test("is read within its own bytes, whatever lies behind them", () => {
    const behind = Uint8Array.from([...packed.packed, ...new Uint8Array(100)]);
    const view = behind.subarray(0, packed.packed.length);
    expect(outcomeOf(view)).toBe("the same");
    expect(outcomeOf(behind)).toBe("refused");
  });
});

test("a document that refers to what is not in it is refused", () => {
  const doc = new Y.Doc();
  doc.getText("t").insert(0, "ab");
  const other = new Y.Doc();
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  const before = Y.encodeStateVector(other);
  other.getText("t").insert(1, "c");
  const packed = Y.encodeStateAsUpdateV2(other, before);
  expect(unpackState({ digest, form: StateForm.V2, packed })).toEqual(
    err({ type: "StatePending" }),
  );
});

describe("the form of a document", () => {
  const half = "\ud83d";

  test("is V2, the shorter one", () => {
    expect(must(packState(state))?.form).toBe(StateForm.V2);
  });

  test.each<[string, (doc: Y.Doc) => void]>([
    ["an embed", (doc) => doc.getText("t").insertEmbed(0, { half })],
    ["the value of a format", (doc) => doc.getText("t").insert(0, "text", { half })],
  ])("is V1 where %s holds half a pair of units, which V2 would lose", (_, edit) => {
    const written = stateOf(edit, 5);
    const packed = must(packState(written));
    expect(packed?.form).toBe(StateForm.V1);
    const short = Y.convertUpdateFormatV1ToV2(written);
    const asV2 = { digest: docDigestOf(written), form: StateForm.V2, packed: short };
    expect(unpackState(asV2)).toEqual(err({ type: "DigestMismatch" }));
    expect(packed && unpackState(packed)).toEqual({ ok: true, value: written });
  });
});
