/** The one body of every refused request. What stands before a relay answers with bodies of its own. */
import { limits, type RefusalName, refusalOfName } from "@duro/protocol";
import { bytesToJson, fieldOf } from "./json.ts";

export interface NamedRefusal {
  readonly name: RefusalName;
  readonly facts: ReadonlyMap<string, string>;
}

/** The most facts, at their longest and escaped, are less. */
export const refusalByteLengthMax = 32_768;

/** Undefined where it names none that is known here. */
export const readRefusal = (body: Uint8Array): NamedRefusal | undefined => {
  if (body.length > refusalByteLengthMax) return undefined;
  const json = bytesToJson(body);
  const name = fieldOf(json, "refusal");
  const known = typeof name === "string" ? refusalOfName(name) : undefined;
  return known === undefined ? undefined : { name: known.name, facts: factsIn(json) };
};

const factsIn = (json: unknown): ReadonlyMap<string, string> => {
  const facts = fieldOf(json, "facts");
  if (typeof facts !== "object" || facts === null) return new Map();
  return new Map(
    Object.entries(facts)
      .filter((fact): fact is [string, string] => isFact(fact))
      .slice(0, limits.factsPerRefusalMax),
  );
};

const isFact = ([key, value]: readonly [string, unknown]): boolean =>
  key.length <= limits.factKeyByteLengthMax &&
  typeof value === "string" &&
  value.length <= limits.factValueByteLengthMax;
