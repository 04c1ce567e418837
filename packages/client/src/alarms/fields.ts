/** How facts are kept on this device: write and read as twins, one pair for each kind of field. */
import {
  chainIds,
  deviceIds,
  envelopeIds,
  LogKind,
  type Reader,
  recordIds,
  relayGenerations,
  userIds,
  vaultIds,
  type Writer,
} from "@duro/crypto/types";
import type { LogName } from "@duro/protocol";

export interface Field<T> {
  write(to: Writer, value: T): void;
  read(from: Reader): T;
}

/** The longest is the name of a rule: under a hundred signs, of four bytes at the most. */
const textLengthMax = 256;
const textByteLengthMax = 4 * textLengthMax;

export const vaultField: Field<ReturnType<typeof vaultIds.read>> = vaultIds;
export const chainField: Field<ReturnType<typeof chainIds.read>> = chainIds;
export const deviceField: Field<ReturnType<typeof deviceIds.read>> = deviceIds;
export const userField: Field<ReturnType<typeof userIds.read>> = userIds;
export const envelopeField: Field<ReturnType<typeof envelopeIds.read>> = envelopeIds;
export const recordField: Field<ReturnType<typeof recordIds.read>> = recordIds;
export const generationField: Field<ReturnType<typeof relayGenerations.read>> = relayGenerations;

export const countField: Field<number> = {
  write: (to, value) => to.varUint(value),
  read: (from) => from.varUint(),
};

/** Of a clock, which may stand before 1970 and between two milliseconds. */
export const timeField: Field<number> = {
  write: (to, value) => to.varUint(Math.max(0, Math.round(value))),
  read: (from) => from.varUint(),
};

export const signedField: Field<number> = {
  write: (to, value) => {
    to.bool(value < 0);
    to.varUint(Math.abs(Math.round(value)));
  },
  read: (from) => {
    const isNegative = from.bool();
    const value = from.varUint();
    return isNegative ? -value : value;
  },
};

export const boolField: Field<boolean> = {
  write: (to, value) => to.bool(value),
  read: (from) => from.bool(),
};

export const textField: Field<string> = {
  write: (to, value) => to.text(value.slice(0, textLengthMax)),
  read: (from) => from.text(textByteLengthMax),
};

/** One of a list, by its place there: only ever add at the end. */
export const oneOf = <const T extends string | number>(values: readonly T[]): Field<T> => ({
  write: (to, value) => to.u8(values.indexOf(value)),
  read: (from) => {
    const at = from.u8();
    return values[at] ?? from.refuse(`a place below ${values.length}`, `${at}`);
  },
});

export const optional = <T>(field: Field<T>): Field<T | undefined> => ({
  write: (to, value) => {
    to.bool(value !== undefined);
    if (value !== undefined) field.write(to, value);
  },
  read: (from) => (from.bool() ? field.read(from) : undefined),
});

const logKindField = oneOf([LogKind.Identity, LogKind.Vault]);

export const logField: Field<LogName> = {
  write: (to, name) => {
    logKindField.write(to, name.kind);
    if (name.kind === LogKind.Identity) userIds.write(to, name.log);
    else vaultIds.write(to, name.log);
  },
  read: (from) => {
    const kind = logKindField.read(from);
    return kind === LogKind.Identity
      ? { kind, log: userIds.read(from) }
      : { kind, log: vaultIds.read(from) };
  },
};
