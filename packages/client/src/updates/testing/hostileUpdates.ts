/** Updates that `readUpdate` takes and that are bad for whoever applies them. */
import { encode, type Writer } from "@duro/crypto/types";

export const hostileAuthor = 2 ** 52 + 17;

const noDeletions = (to: Writer): void => to.varUint(0);

const hostileUpdate = (
  { count, from = 0 }: { readonly count: number; readonly from?: number },
  writeStructs: (to: Writer) => void,
  writeDeletions = noDeletions,
): Uint8Array =>
  encode((to) => {
    to.varUint(count === 0 ? 0 : 1);
    if (count > 0) {
      to.varUint(count);
      to.varUint(hostileAuthor);
      to.varUint(from);
    }
    writeStructs(to);
    writeDeletions(to);
  });

const Content = { Deleted: 1, Text: 4, Type: 7 } as const;
const rightBit = 0x40;
const mapType = 1;

const inRoot = (to: Writer, info: number): void => {
  to.u8(info);
  to.varUint(1);
  to.text("text");
};

const ownId = (to: Writer, clock: number): void => {
  to.varUint(hostileAuthor);
  to.varUint(clock);
};

/** All want to be first, each before another character: every one is compared with all before it. */
export const contested = (count: number): Uint8Array =>
  hostileUpdate({ count: count + 1 }, (to) => {
    inRoot(to, Content.Text);
    to.text("x".repeat(count));
    for (let at = 0; at < count; at += 1) {
      to.u8(Content.Text | rightBit);
      ownId(to, at);
      to.text("x");
    }
  });

/** Each in the one before it. */
export const nested = (count: number): Uint8Array =>
  hostileUpdate({ count }, (to) => {
    inRoot(to, Content.Type);
    to.varUint(mapType);
    for (let at = 1; at < count; at += 1) {
      to.u8(Content.Type);
      to.varUint(0);
      ownId(to, at - 1);
      to.varUint(mapType);
    }
  });

/** One operation in each of them: Yjs tells all that are above of each. */
export const inEachNested = (count: number): Uint8Array =>
  hostileUpdate({ count, from: count }, (to) => {
    for (let at = 0; at < count; at += 1) {
      to.u8(Content.Deleted);
      to.varUint(0);
      ownId(to, at);
      to.varUint(1);
    }
  });

export const deletionOfFirst = (): Uint8Array =>
  hostileUpdate(
    { count: 0 },
    () => {},
    (to) => {
      to.varUint(1);
      to.varUint(hostileAuthor);
      to.varUint(1);
      to.varUint(0);
      to.varUint(1);
    },
  );
