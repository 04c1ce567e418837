/**
 * An append takes one trip where the vault still stands as this node left it, and else two: look and
 * lock, decide, write. A try in vain leaves nothing and holds nothing.
 */
import type { AppendAsk, ChainStore, ChainWrites, Held } from "../ports/chainStore.ts";
import { writeStatements } from "./chainAppend.ts";
import { lookStatements, rowsToHeld } from "./chainLook.ts";
import { createChainMemory } from "./chainMemory.ts";
import { growUnchangedStatement, isOneStatement } from "./growUnchanged.ts";
import type { Lanes } from "./lanes.ts";

type Decide<T> = (held: Held) => T;

interface Written<T> {
  readonly held: Held;
  readonly value: T;
}

export const createAppend = (lanes: Lanes): ChainStore["append"] => {
  const memory = createChainMemory();
  return async (ask, decide) => {
    // What a payer uses grows in other vaults too, which nobody holds.
    if (ask.hasQuota) return (await lookAndWrite(lanes, ask, decide)).value;
    const left = memory.take(ask);
    const remembered = ask.isAlone ? memory.heldFrom(left, ask) : undefined;
    const { held, value } =
      (remembered && (await writeUnchanged(lanes, ask, remembered, decide))) ??
      (await lookAndWrite(lanes, ask, decide));
    memory.keep(left, held, ask, value);
    return value;
  };
};

/** undefined: it is not as remembered, or nothing that one statement writes; nothing was written. */
const writeUnchanged = async <T extends ChainWrites>(
  lanes: Lanes,
  ask: AppendAsk,
  held: Held,
  decide: Decide<T>,
): Promise<Written<T> | undefined> => {
  const value = decideOrLook(held, decide);
  if (value === undefined || !isOneStatement(held, value)) return undefined;
  const grown = await lanes.say((lane) => growUnchangedStatement(lane, ask, held, value));
  return grown.length === 0 ? undefined : { held, value };
};

/** What is old may make no sense; what is a bug throws again after a look. */
const decideOrLook = <T>(held: Held, decide: Decide<T>): T | undefined => {
  try {
    return decide(held);
  } catch {
    return undefined;
  }
};

const lookAndWrite = <T extends ChainWrites>(
  lanes: Lanes,
  ask: AppendAsk,
  decide: Decide<T>,
): Promise<Written<T>> =>
  lanes.transact({
    look: (lane) => lookStatements(lane, ask),
    decide: ([vaults, chains, revoked, payers], lane) => {
      const held = rowsToHeld(ask, { vaults, chains, revoked, payers });
      const value = decide(held);
      return { writes: writeStatements(lane, held, value), value: { held, value } };
    },
  });
