/** Contents that are bad for whoever trusts them, each in an envelope that is sealed and signed well. */
import { deflateRawSync } from "node:zlib";
import { encode, type Writer } from "@duro/crypto/types";
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateAsUpdateV2 } from "yjs";
import type { Attack } from "./hostileMember.ts";

const Content = { Collected: 0, Deleted: 1, Text: 4, Any: 8 } as const;
const keyBit = 0x20;
const rightBit = 0x40;
const hundredMegabytes = 100 * 2 ** 20;

const noDeletions = (to: Writer): void => to.varUint(0);

/** Of one author, with that many structs claimed. */
const update = (
  clientId: number,
  { count, from = 0 }: { readonly count: number; readonly from?: number },
  writeStructs: (to: Writer) => void,
  writeDeletions = noDeletions,
): { readonly update: Uint8Array } => ({
  update: encode((to) => {
    to.varUint(count === 0 ? 0 : 1);
    if (count > 0) {
      to.varUint(count);
      to.varUint(clientId);
      to.varUint(from);
    }
    writeStructs(to);
    writeDeletions(to);
  }),
});

const inRoot = (to: Writer, info: number, name = "t"): void => {
  to.u8(info);
  to.varUint(1);
  to.text(name);
};

const deletions =
  (clientId: number, ranges: readonly (readonly [number, number])[]) =>
  (to: Writer): void => {
    to.varUint(1);
    to.varUint(clientId);
    to.varUint(ranges.length);
    for (const [clock, length] of ranges) {
      to.varUint(clock);
      to.varUint(length);
    }
  };

/** What the good word before it takes of the clocks is its own length; far behind that is a gap. */
const farClock = 1_000_000;

const edited = (edit: (doc: Doc) => void, clientId: number): Doc => {
  const doc = new Doc();
  doc.clientID = clientId;
  edit(doc);
  return doc;
};

export const attacks: readonly Attack[] = [
  {
    name: "a bomb of 21 bytes",
    verdict: "void",
    content: (clientId) => update(clientId, { count: 2 ** 40 }, (to) => to.u8(Content.Collected)),
  },
  {
    name: "a million structs",
    verdict: "void",
    content: (clientId) =>
      update(clientId, { count: 500_000, from: farClock }, (to) => {
        // As many as an envelope holds.
        for (let at = 0; at < 500_000; at += 1) {
          to.u8(Content.Collected);
          to.varUint(1);
        }
      }),
  },
  {
    name: "operations that wait for what never comes",
    verdict: "held",
    content: (clientId) =>
      update(clientId, { count: 100_000, from: farClock }, (to) => {
        for (let at = 0; at < 100_000; at += 1) {
          to.u8(Content.Collected);
          to.varUint(1);
        }
      }),
  },
  {
    name: "a root named __proto__",
    verdict: "void",
    content: (clientId) =>
      update(clientId, { count: 1, from: farClock }, (to) => {
        inRoot(to, Content.Text, "__proto__");
        to.text("polluted");
      }),
  },
  {
    name: "an entry named __proto__",
    verdict: "void",
    content: (clientId) =>
      update(clientId, { count: 1, from: farClock }, (to) => {
        inRoot(to, Content.Text | keyBit, "m");
        to.text("__proto__");
        to.text("polluted");
      }),
  },
  {
    name: "a deletion of what another has not written yet",
    verdict: "held",
    content: () => update(0, { count: 0 }, () => {}, deletions(77, [[farClock, 10]])),
  },
  {
    name: "a deletion of what it has not written yet itself",
    verdict: "held",
    content: (clientId) => update(0, { count: 0 }, () => {}, deletions(clientId, [[farClock, 10]])),
  },
  {
    name: "deletions out of order",
    verdict: "void",
    content: (clientId) =>
      update(
        0,
        { count: 0 },
        () => {},
        deletions(clientId, [
          [2, 1],
          [0, 1],
        ]),
      ),
  },
  {
    name: "an update of another format",
    verdict: "void",
    content: (clientId) => ({
      update: encodeStateAsUpdateV2(edited((doc) => doc.getText("t").insert(0, "v2"), clientId)),
    }),
  },
  {
    name: "operations of somebody else",
    verdict: "void",
    content: (clientId) => ({
      update: encodeStateAsUpdate(
        edited((doc) => doc.getText("t").insert(0, "forged"), clientId + 1),
      ),
    }),
  },
  {
    name: "a text that claims 100 MB",
    verdict: "void",
    content: (clientId) =>
      update(clientId, { count: 1, from: farClock }, (to) => {
        inRoot(to, Content.Text);
        to.varUint(hundredMegabytes);
      }),
  },
  {
    name: "100 MB of zeros, deflated",
    verdict: "void",
    content: () => ({ deflated: deflateRawSync(new Uint8Array(hundredMegabytes)) }),
  },
  {
    name: "operations that all want one place",
    verdict: "held",
    content: (clientId, good) => {
      const from = lengthOf(good);
      const count = 60_000;
      return update(clientId, { count: count + 1, from }, (to) => {
        inRoot(to, Content.Text);
        to.text("x".repeat(count));
        for (let at = 0; at < count; at += 1) {
          to.u8(Content.Text | rightBit);
          to.varUint(clientId);
          to.varUint(from + at);
          to.text("x");
        }
      });
    },
  },
];

/** How many clocks the good word took. */
const lengthOf = (good: Uint8Array): number => {
  const doc = new Doc();
  applyUpdate(doc, good);
  return [...doc.store.clients.values()][0]?.reduce((sum, struct) => sum + struct.length, 0) ?? 0;
};
