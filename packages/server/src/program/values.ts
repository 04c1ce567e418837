/** One reader for each kind of value that a flag takes. Whoever reads a wrong one throws `BadUsage`. */
import { isIP } from "node:net";
import type { DatabasePlace } from "./command.ts";
import { BadUsage, quoted } from "./badUsage.ts";

/** Says what the value should have been; the caller knows which flag it was and gives an example. */
export type ReadValue<T> = (text: string) => T | NotThat;

class NotThat {
  readonly expected: string;

  constructor(expected: string) {
    this.expected = expected;
  }
}

export const wholeNumber =
  (min: number, max: number): ReadValue<number> =>
  (text) => {
    const value = /^\d{1,15}$/u.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max
      ? value
      : new NotThat(`a whole number from ${min} to ${max}`);
  };

const byteUnits: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

export const byteLength: ReadValue<number> = (text) => {
  const [, digits = "", unit = ""] = /^(\d{1,12}(?:\.\d{1,3})?) ?([a-z]*)$/iu.exec(text) ?? [];
  const factor = byteUnits[unit.toUpperCase()];
  const value = Math.round(Number(digits) * (factor ?? 0));
  return digits !== "" && Number.isSafeInteger(value) && value > 0
    ? value
    : new NotThat("a number of bytes");
};

export const byteLengthOrUnlimited: ReadValue<number | "unlimited"> = (text) =>
  text === "unlimited" ? text : or(byteLength(text), 'a number of bytes, or "unlimited"');

const or = <T>(value: T | NotThat, expected: string): T | NotThat =>
  value instanceof NotThat ? new NotThat(expected) : value;

export const oneOf =
  <const Name extends string>(names: readonly Name[]): ReadValue<Name> =>
  (text) =>
    names.find((name) => name === text) ?? new NotThat(`one of ${names.join(", ")}`);

const hostName =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\.?$/iu;

/** An address of this machine, or a name of it; IPv6 with or without brackets. */
export const listenHost: ReadValue<string> = (text) => {
  const host = text.replace(/^\[(?<inner>.*)\]$/u, "$<inner>");
  return isIP(host) !== 0 || hostName.test(host)
    ? host.toLowerCase()
    : new NotThat("an address or a host name");
};

/** Scheme, host and port, as a browser writes them. */
export const webOrigin: ReadValue<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== "https:" && url.protocol !== "http:"))
    return new NotThat("an http or https URL");
  const isBare =
    url.pathname === "/" &&
    `${url.search}${url.hash}${url.username}${url.password}` === "" &&
    !text.includes("*");
  return isBare
    ? url.origin
    : new NotThat("a URL without path, query or user; a relay stands at the root of its host");
};

export const proxyAddress: ReadValue<string> = (text) => {
  const [address = "", prefix, ...more] = text.split("/");
  const family = isIP(address);
  const prefixMax = family === 4 ? 32 : 128;
  const isNetwork =
    prefix === undefined || (/^\d{1,3}$/u.test(prefix) && Number(prefix) <= prefixMax);
  return family !== 0 && isNetwork && more.length === 0
    ? text
    : new NotThat("the address of a proxy, or a network; whom nobody names is not believed");
};

/** Nothing of it is ever repeated: where one is wrong, too, it may hold a password. */
export const databaseUrl = (source: string, text: string): DatabasePlace => {
  const { scheme, rest = "" } = /^(?<scheme>[^:]*):\/\/(?<rest>.*)$/u.exec(text)?.groups ?? {};
  if (!["postgres", "postgresql"].includes(scheme ?? "") || rest === "")
    throw new BadUsage(
      `${source} is no URL of a Postgres database, as in postgres://relay@db.example/duro.`,
    );
  const [place = ""] = rest.slice(rest.lastIndexOf("@") + 1).split("?");
  return { kind: "url", reveal: () => text, shown: `postgres://${place}` };
};

export const holdsPassword = (url: string): boolean =>
  /^[^:]*:\/\/[^/@]*:[^/]*@/u.test(url) || /[?&]password=/u.test(url);

export const readValue = <T>(
  source: string,
  example: string,
  text: string,
  read: ReadValue<T>,
): T => {
  const value = read(text);
  if (!(value instanceof NotThat)) return value;
  const written = source.startsWith("--") ? `${source} ${example}` : `${source}=${example}`;
  throw new BadUsage(`${source} is ${quoted(text)}: it takes ${value.expected}, as in ${written}.`);
};
