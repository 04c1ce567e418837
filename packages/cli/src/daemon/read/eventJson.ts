/** What happened to an entry, as `show` prints it. */
import type { Event, Item } from "@duro/memory";
import { isoOf } from "./itemJson.ts";

/** `does` is the word of the memory itself; a verdict that others have replaced does not stand. */
export const eventJson = (
  { id, core, atMs, author }: Event,
  item: Item,
): Readonly<Record<string, unknown>> => {
  const { t, by, agent, expected, actual, result, evidence, confidence, resolves } = core;
  const isVerdict =
    item.type === "decision" && ["partial", "reverse", "supersede", "validate"].includes(t);
  const all = {
    id,
    type: t,
    at: isoOf(atMs),
    device: author?.device ?? "",
    by,
    agent,
    expected,
    actual,
    result,
    evidence,
    confidence,
    replaces: resolves?.length === 0 ? undefined : resolves,
    stands: isVerdict ? item.standing.some((one) => one.id === id) : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
};
