/** Updates as nobody who edits makes them: operations that refer to anything that is there by then. */
import { encode, type Writer } from "@duro/crypto/types";
import fc from "fast-check";

/** By clock: of the update itself, as far as it is by then, or of the one that was there before. */
interface Neighbour {
  readonly isOwn: boolean;
  readonly at: number;
}

export interface AnyStruct {
  readonly isType: boolean;
  readonly left: Neighbour | undefined;
  readonly right: Neighbour | undefined;
  /** Undefined: a root. */
  readonly parent: Neighbour | undefined;
  readonly key: string | undefined;
}

const clockMax = 100;
const neighbour = fc.record({ isOwn: fc.boolean(), at: fc.nat(clockMax) });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** One clock each. */
export const anyStruct: fc.Arbitrary<AnyStruct> = fc.record({
  isType: fc.boolean(),
  left: maybe(neighbour),
  right: maybe(neighbour),
  parent: maybe(neighbour),
  key: maybe(fc.constantFrom("a", "b", "c")),
});

const Content = { Text: 4, Type: 7 } as const;
const [keyBit, rightBit, leftBit] = [0x20, 0x40, 0x80];
const mapType = 1;

export const anyUpdate = (
  author: number,
  structs: readonly AnyStruct[],
  before: { readonly author: number; readonly clock: number },
): Uint8Array =>
  encode((to) => {
    to.varUint(1);
    to.varUint(structs.length);
    to.varUint(author);
    to.varUint(0);
    for (const [clock, struct] of structs.entries())
      writeStruct(to, struct, (of) => {
        const [client, end] = of.isOwn ? [author, clock] : [before.author, before.clock];
        return end === 0 ? undefined : [client, of.at % end];
      });
    to.varUint(0);
  });

type Id = readonly [number, number];

const writeStruct = (
  to: Writer,
  { isType, left, right, parent, key }: AnyStruct,
  idOf: (neighbour: Neighbour) => Id | undefined,
): void => {
  const [leftId, rightId, parentId] = [left, right, parent].map((of) =>
    of === undefined ? undefined : idOf(of),
  );
  to.u8(
    (isType ? Content.Type : Content.Text) |
      (leftId === undefined ? 0 : leftBit) |
      (rightId === undefined ? 0 : rightBit) |
      (key === undefined ? 0 : keyBit),
  );
  const writeId = ([client, clock]: Id): void => {
    to.varUint(client);
    to.varUint(clock);
  };
  if (leftId !== undefined) writeId(leftId);
  if (rightId !== undefined) writeId(rightId);
  if (leftId === undefined && rightId === undefined) {
    to.varUint(parentId === undefined ? 1 : 0);
    if (parentId === undefined) to.text("root");
    else writeId(parentId);
    if (key !== undefined) to.text(key);
  }
  if (isType) to.varUint(mapType);
  else to.text("x");
};
