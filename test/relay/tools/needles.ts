/** Looks for secrets in bytes, in every form in which a program might have written them down. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

export interface Needle {
  readonly what: string;
  readonly forms: ReadonlyMap<string, Buffer>;
}

export interface Found {
  readonly what: string;
  readonly form: string;
  readonly where: string;
}

const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");

/** Base64 depends on what stands before: of each of the three places, the part that depends on nothing else. */
const base64Forms = (bytes: Uint8Array): readonly (readonly [string, string])[] =>
  [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const wholeByteLength = before + bytes.length;
    const inner = text.slice(before === 0 ? 0 : before + 1, Math.floor((wholeByteLength * 8) / 6));
    const url = inner.replaceAll("+", "-").replaceAll("/", "_");
    const standard = [`base64 behind ${before}`, inner] as const;
    return inner === url ? [standard] : [standard, [`base64url behind ${before}`, url] as const];
  });

export const createNeedle = (what: string, bytes: Uint8Array): Needle => {
  const hex = Buffer.from(bytes).toString("hex");
  const texts = [["hex", hex], ["upper hex", hex.toUpperCase()], ...base64Forms(bytes)] as const;
  const wide = utf16(Buffer.from(bytes).toString("latin1"));
  return {
    what,
    forms: new Map<string, Buffer>([
      ["bytes", Buffer.from(bytes)],
      ["utf-16", wide],
      ["utf-16, big first", Buffer.from(wide).swap16()],
      ...texts.map(([form, text]) => [form, Buffer.from(text)] as const),
    ]),
  };
};

export const textNeedle = (what: string, text: string): Needle =>
  createNeedle(what, Buffer.from(text));

export const findIn = (
  where: string,
  haystack: Buffer,
  needles: readonly Needle[],
): readonly Found[] =>
  needles.flatMap(({ what, forms }) =>
    [...forms]
      .filter(([, bytes]) => haystack.includes(bytes))
      .map(([form]) => ({ what, form, where })),
  );

/** Files of a folder that were written since; what was there before can hold nothing that was made later. */
export const findInFolder = (
  folder: string,
  sinceMs: number,
  needles: readonly Needle[],
): readonly Found[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => statSync(path).mtimeMs >= sinceMs)
    .flatMap((path) => findIn(relative(folder, path), readFileSync(path), needles));
