/**
 * Text without what steers a terminal. What a vault holds was written elsewhere, much of it by programs
 * that read the web: an escape sequence in it could hide lines, rename windows, or type for the reader.
 */

/** C0 without newline and tab, DEL, C1, and what turns the direction of the text around it. */
const steering = String.raw`\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069`;
const unsafe = new RegExp(`[${steering}]`, "gu");

/** Our own colours (style.ts) are found first, and stay. */
const coloursOrUnsafe = new RegExp(String.raw`\u001B\[(?:1|2|22|31|32|33|39)m|[${steering}]`, "gu");

/** Unpaired halves of a character are printed as what they are: broken. */
export const plainText = (text: string): string =>
  text.replaceAll("\r\n", "\n").replace(unsafe, "").toWellFormed();

/** For what is printed in one row. */
export const oneLine = (text: string): string => plainText(text).replaceAll(/\s+/gu, " ").trim();

/** A text of ours with colours in it, around texts that may hold anything. */
export const terminalText = (text: string, hasColour: boolean): string => {
  if (!hasColour) return plainText(text);
  return text
    .replaceAll("\r\n", "\n")
    .replace(coloursOrUnsafe, (found) => (found.length > 1 ? found : ""))
    .toWellFormed();
};

/** The same value, in characters that no terminal obeys. */
export const jsonLine = (value: object): string =>
  JSON.stringify(value).replace(
    unsafeInJson,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** JSON escapes the C0 controls by itself. Line separators would end a line for some readers of lines. */
const unsafeInJson = /[\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/gu;
