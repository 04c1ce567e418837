/** A21: a member who seals what would harm whoever applies it. Its chain ends there, and all else goes on. */
import { clientIdOf } from "@duro/crypto";
import { encode, err } from "@duro/crypto/types";
import { Role } from "@duro/crypto/verify";
import { docIds, envelopesToRun } from "@duro/protocol";
import { describe, expect, test } from "vitest";
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateAsUpdateV2, Map as YMap } from "yjs";
import { mergeUpdates } from "../../../packages/client/src/updates/mergeUpdates.ts";
import { createAuthor, dataBody, updateOf } from "./tools/author.ts";
import { createSharedRoom, openOf } from "./tools/rooms.ts";
import { item } from "./tools/runs.ts";
import { docOf, type StationOptions } from "./tools/station.ts";

const pair = async (options: StationOptions = {}) => {
  const { room, owner, others } = createSharedRoom(Role.Writer, Role.Writer);
  const [bad, good] = [item(others, 0), item(others, 1)];
  const hostile = createAuthor(room, bad.state.user, bad.device);
  hostile.open();
  hostile.type("fine ");
  const honest = createAuthor(room, good.state.user, good.device);
  honest.open();
  const reader = await openOf(room, owner, options);
  const own = clientIdOf(hostile.chain, docIds.toBytes(docOf(1)));
  return { hostile, honest, reader, own };
};

/** One item in the root "t" of that client: what a few bytes may claim is up to `content`. */
const oneStruct = (
  client: number,
  {
    count = 1,
    from = 5,
    info = 4,
    content,
  }: {
    readonly count?: number;
    readonly from?: number;
    readonly info?: number;
    readonly content: (to: Parameters<Parameters<typeof encode>[0]>[0]) => void;
  },
): Uint8Array =>
  encode((to) => {
    to.varUint(1);
    to.varUint(count);
    to.varUint(client);
    to.varUint(from);
    to.u8(info);
    content(to);
    to.varUint(0);
  });

const foreign = (): Uint8Array => updateOf(new Doc(), "of another");
const inV2 = (): Uint8Array => {
  const ydoc = new Doc();
  ydoc.getText("t").insert(0, "x");
  return encodeStateAsUpdateV2(ydoc);
};

describe("A21 an update", () => {
  test.each<[string, (own: number) => Uint8Array]>([
    ["under another's clientID", foreign],
    ["in the other form", inV2],
    ["with another client's operations beside its own", () => encodeStateAsUpdate(mixed())],
    [
      "that stands for a thousand million operations",
      (own) =>
        oneStruct(own, {
          count: 2 ** 30,
          content: (to) => {
            to.varUint(1);
            to.text("t");
            to.text("x");
          },
        }),
    ],
    [
      "that sets what stands behind every object",
      (own) =>
        oneStruct(own, {
          info: 4 | 0x20,
          content: (to) => {
            to.varUint(1);
            to.text("t");
            to.text("__proto__");
            to.text("x");
          },
        }),
    ],
    ["of no bytes that make sense", () => new Uint8Array(64).fill(255)],
  ])("%s never reaches a document, and its chain ends before it", async (_, make) => {
    const { hostile, honest, reader, own } = await pair();
    hostile.data(make(own));
    hostile.type("behind it");
    await reader.hear(envelopesToRun(hostile.written));
    expect(reader.core.memory.chains.get(hostile.chain)).toMatchObject({ counted: 2, voidAt: 3 });
    expect(reader.alarms).toEqual(["ChainVoid"]);
    honest.type("honest ");
    await reader.hear(envelopesToRun(honest.written));
    const text = await reader.text();
    expect([text.includes("fine "), text.includes("honest "), text.includes("behind")]).toEqual([
      true,
      true,
      false,
    ]);
    expect(Object.getPrototypeOf({}) === Object.prototype).toBe(true);
    expect(reader.failures).toEqual([]);
  });

  test("that needs what nobody has waits outside of the document, and holds up no other", async () => {
    const { hostile, honest, reader, own } = await pair();
    // Its clocks begin far behind what is there, so Yjs would keep it for ever.
    hostile.data(
      oneStruct(own, {
        from: 1_000_000,
        content: (to) => {
          to.varUint(1);
          to.text("t");
          to.text("x");
        },
      }),
    );
    await reader.hear(envelopesToRun(hostile.written));
    expect([...reader.core.memory.holds.values()].map(({ why }) => why)).toEqual([
      "what it refers to",
    ]);
    const { ydoc } = await reader.core.hold(docOf(1));
    expect(ydoc.store.pendingStructs).toBe(null);
    honest.type("honest");
    await reader.hear(envelopesToRun(honest.written));
    expect(await reader.text()).toContain("honest");
  });

  test("that may take minutes is tried elsewhere first, waits where that ends, and holds up no other", async () => {
    const tried: number[] = [];
    const { hostile, honest, reader } = await pair({
      guard: {
        apply: async (_, budgetMs = 0) => {
          tried.push(budgetMs);
          return err({ type: "TookTooLong", budgetMs });
        },
        passed: () => {},
        close: () => {},
      },
    });
    const ydoc = new Doc();
    ydoc.clientID = clientIdOf(hostile.chain, docIds.toBytes(docOf(2)));
    const text = ydoc.getText("t");
    for (let count = 0; count < 1_500; count += 1) text.insert(0, "x");
    hostile.next(dataBody([{ doc: docOf(2), update: encodeStateAsUpdate(ydoc) }]));
    await reader.hear(envelopesToRun(hostile.written));
    expect([...reader.core.memory.holds.values()].map(({ why }) => why)).toEqual([
      "time or memory",
    ]);
    expect(tried.length).toBe(1);
    honest.type("honest");
    await reader.hear(envelopesToRun(honest.written));
    expect(await reader.text()).toContain("honest");
    expect(await reader.text(docOf(2))).toBe("");
  });
});

/** Maps from that clock on, each in the one before it; a stack of five thousand is too much for Yjs. */
const nested = (own: number, from: number, count: number): Uint8Array =>
  encode((to) => {
    for (const number of [1, count, own, from]) to.varUint(number);
    for (let clock = from; clock < from + count; clock += 1) {
      to.u8(7);
      to.bool(clock === 0);
      if (clock === 0) to.text("t");
      else {
        to.varUint(own);
        to.varUint(clock - 1);
      }
      to.varUint(1);
    }
    to.varUint(0);
  });

const deletion = (own: number): Uint8Array =>
  encode((to) => {
    for (const number of [0, 1, own, 1, 0, 1]) to.varUint(number);
  });

describe("A21 types too deep in each other", () => {
  test("that come in pieces are collected alike where their document is open and where it is not, and deleting them harms nobody", async () => {
    const { room, owner, others } = createSharedRoom(Role.Writer, Role.Writer);
    const [bad, good] = [item(others, 0), item(others, 1)];
    const hostile = createAuthor(room, bad.state.user, bad.device);
    hostile.open();
    const own = clientIdOf(hostile.chain, docIds.toBytes(docOf(2)));
    const data = (update: Uint8Array): void =>
      void hostile.next(dataBody([{ doc: docOf(2), update }]));
    const pieceCount = 10;
    for (let at = 0; at < pieceCount; at += 1) data(nested(own, at * 1_000, 1_000));
    data(deletion(own));
    const openThere = await openOf(room, owner);
    const { ydoc } = await openThere.core.hold(docOf(2));
    const notOpen = await openOf(room, good);
    for (const reader of [openThere, notOpen])
      for (const envelope of hostile.written) await reader.hear(envelopesToRun([envelope]));
    const [later] = [await notOpen.core.hold(docOf(2))];
    const states = [ydoc, later.ydoc].map(freshStateOf);
    expect(states[0]).toEqual(states[1]);
    for (const reader of [openThere, notOpen]) {
      const counted = reader.core.memory.chains.get(hostile.chain);
      expect(counted).toMatchObject({ counted: pieceCount + 2, voidAt: 0 });
      expect([reader.failures, reader.alarms]).toEqual([[], []]);
    }
    expect(ydoc.getArray("t").length).toBe(0);
  });

  test("of this device are taken back, since elsewhere they would be collected", async () => {
    const { reader } = await pair();
    const live = await reader.core.hold(docOf(1));
    let at = live.ydoc.getMap<unknown>("maps");
    for (let depth = 0; depth < 300; depth += 1) {
      const inner = new YMap<unknown>();
      at.set("in", inner);
      at = inner;
    }
    expect((await reader.core.saved()).ok).toBe(true);
    expect(reader.core.takenBack(docOf(1))?.last).toMatchObject({ why: "too deep" });
    await reader.type("goes on");
    expect(await reader.text()).toBe("goes on");
    expect(reader.failures).toEqual([]);
  });
});

test("A21 an update that brings what its author brought before, with other contents, is the same however it is read", async () => {
  const { room, owner, others } = createSharedRoom(Role.Writer, Role.Writer);
  const bad = item(others, 0);
  const hostile = createAuthor(room, bad.state.user, bad.device);
  hostile.open();
  const own = clientIdOf(hostile.chain, docIds.toBytes(docOf(2)));
  const made = (edit: (ydoc: Doc) => void): Uint8Array => {
    const ydoc = new Doc();
    ydoc.clientID = own;
    edit(ydoc);
    return encodeStateAsUpdate(ydoc);
  };
  const data = (update: Uint8Array): void =>
    void hostile.next(dataBody([{ doc: docOf(2), update }]));
  data(
    made((ydoc) => {
      ydoc.getText("t").insert(0, "aa");
      ydoc.getMap("m").set("k", "a");
    }),
  );
  data(made((ydoc) => ydoc.getText("t").insert(0, "cccc")));
  const reader = await openOf(room, owner);
  const { ydoc: live } = await reader.core.hold(docOf(2));
  await reader.hear(envelopesToRun(hostile.written));
  // As a checkpoint is packed, and as many updates are kept: Yjs takes from each of them.
  const merged = new Doc();
  applyUpdate(
    merged,
    mergeUpdates((reader.disk.tables.get("updates") ?? []).map(({ value }) => value)),
  );
  const shown = [live, merged].map((ydoc) => [
    ydoc.getText("t").toJSON(),
    ydoc.getMap("m").toJSON(),
  ]);
  expect(shown[0]).toEqual(shown[1]);
  expect(reader.failures).toEqual([]);
});

const freshStateOf = (ydoc: Doc): Uint8Array => {
  const fresh = new Doc();
  applyUpdate(fresh, encodeStateAsUpdate(ydoc));
  return encodeStateAsUpdate(fresh);
};

const mixed = (): Doc => {
  const ydoc = new Doc();
  for (const clientID of [7, 8]) {
    ydoc.clientID = clientID;
    ydoc.getText("t").insert(0, "x");
  }
  return ydoc;
};
