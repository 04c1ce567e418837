/**
 * What fields look like, as data: one description checks what a caller gives, reads what another device
 * wrote, and is the type. A caller is held to it strictly; from a document a wrong optional field is left
 * out, since another version may have written it.
 */
import { isJsonObject, type Json, toJson } from "./json.ts";
import { err, ok, type Result } from "./result.ts";

export interface BadField {
  readonly type: "BadField";
  readonly field: string;
  readonly expected: string;
}

type Strictness = "strict" | "lenient";

export interface Field<T> {
  readonly isOptional?: boolean;
  read(value: unknown, name: string, strictness: Strictness): Result<T, BadField>;
}
export interface OptionalField<T> extends Field<T> {
  readonly isOptional: true;
}

export type TypeOf<F> = F extends Field<infer T> ? T : never;
export type Fields = Readonly<Record<string, Field<unknown>>>;
export type Shape<S extends Fields> = {
  readonly [N in keyof S as S[N] extends OptionalField<unknown> ? never : N]: TypeOf<S[N]>;
} & {
  readonly [N in keyof S as S[N] extends OptionalField<unknown> ? N : never]?:
    TypeOf<S[N]> | undefined;
};

const field = <T>(
  expected: string,
  accept: (value: unknown, strictness: Strictness) => T | undefined,
): Field<T> => ({
  read: (value, name, strictness) => {
    const accepted = accept(value, strictness);
    return accepted === undefined ? err({ type: "BadField", field: name, expected }) : ok(accepted);
  },
});

/** A limit holds for who writes; what is already in a document is shown whole. */
export const text = (lengthMax: number): Field<string> =>
  field(`text of up to ${lengthMax} characters`, (value, strictness) =>
    typeof value === "string" && (strictness === "lenient" || value.length <= lengthMax)
      ? value.toWellFormed()
      : undefined,
  );

export const flag: Field<boolean> = field("true or false", (value) =>
  typeof value === "boolean" ? value : undefined,
);

export const number = ({ min, max }: { readonly min: number; readonly max: number }) =>
  field(`a number from ${min} to ${max}`, (value) =>
    typeof value === "number" && value >= min && value <= max ? value : undefined,
  );

/** The end of the year 9999: a month is written with four digits of its year, and an id holds 48 bits. */
const timeMsMax = 253_402_300_799_999;
export const timeMs = number({ min: 0, max: timeMsMax });

export const oneOf = <const T extends string>(names: readonly T[]): Field<T> =>
  field(names.join(" or "), (value) => names.find((name) => name === value));

/** Anything of JSON: what an agent's own format brings. */
export const json: Field<Json> = field("JSON", (value) =>
  value === undefined ? undefined : toJson(value),
);

export const listOf = <T>(item: Field<T>, countMax: number): Field<readonly T[]> => ({
  read: (value, name, strictness) => {
    const isTooLong = Array.isArray(value) && strictness === "strict" && value.length > countMax;
    if (!Array.isArray(value) || isTooLong)
      return err({ type: "BadField", field: name, expected: `a list of up to ${countMax}` });
    const items: T[] = [];
    for (const [index, one] of value.entries()) {
      const result = item.read(one, `${name}[${index}]`, strictness);
      if (result.ok) items.push(result.value);
      else if (strictness === "strict") return result;
    }
    return ok(items);
  },
});

export const object = <const S extends Fields>(fields: S): Field<Shape<S>> => ({
  read: (value, name, strictness) => {
    if (!isJsonObject(value)) return err({ type: "BadField", field: name, expected: "an object" });
    const values: Record<string, unknown> = {};
    for (const [label, one] of Object.entries(fields)) {
      const isAbsent = !Object.hasOwn(value, label) || value[label] === undefined;
      if (isAbsent && one.isOptional === true) continue;
      const result = one.read(value[label], name === "" ? label : `${name}.${label}`, strictness);
      if (result.ok) values[label] = result.value;
      else if (strictness === "strict" || one.isOptional !== true) return result;
    }
    return ok(values as Shape<S>);
  },
});

export const optional = <T>(one: Field<T>): OptionalField<T> => ({
  isOptional: true,
  read: (value, name, strictness) => one.read(value, name, strictness),
});
