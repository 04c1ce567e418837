import type { Style } from "./output.ts";

const paint =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001B[${on}m${text}\u001B[${off}m`;

const colours: Style = {
  bold: paint(1, 22),
  dim: paint(2, 22),
  good: paint(32, 39),
  warn: paint(33, 39),
  bad: paint(31, 39),
};

const same = (text: string): string => text;

const plain: Style = { bold: same, dim: same, good: same, warn: same, bad: same };

export const styleOf = (hasColour: boolean): Style => (hasColour ? colours : plain);
