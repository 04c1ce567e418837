/** Rows in columns that stand below each other, no wider than the terminal. */
import type { Column } from "./output.ts";
import { oneLine } from "./plainText.ts";

const gap = "  ";
/** Less says nothing. */
const flexibleWidthMin = 8;

/** Lines without a newline behind the last; cells may hold anything. */
export const tableText = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  widthMax: number,
): string => {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(oneLine))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => widthOf(row[at] ?? ""))));
  const flexible = columns.findIndex(({ isFlexible }) => isFlexible === true);
  const giving = flexible === -1 ? widths.indexOf(Math.max(...widths)) : flexible;
  const total = widths.reduce((sum, width) => sum + width, gap.length * (columns.length - 1));
  const given = (widths[giving] ?? 0) - Math.max(0, total - widthMax);
  if (total > widthMax) widths[giving] = Math.max(flexibleWidthMin, given);
  return cells
    .map((row) =>
      columns
        .map(({ isNumber }, at) => fit(row[at] ?? "", widths[at] ?? 0, isNumber === true))
        .join(gap)
        .trimEnd(),
    )
    .join("\n");
};

const fit = (text: string, width: number, isRight: boolean): string => {
  const cut = cutTo(text, width);
  const blank = " ".repeat(Math.max(0, width - widthOf(cut)));
  return isRight ? `${blank}${cut}` : `${cut}${blank}`;
};

/** Never through the middle of what is seen as one character. */
export const cutTo = (text: string, widthMax: number): string => {
  if (widthOf(text) <= widthMax) return text;
  let cut = "";
  let width = 0;
  for (const { segment } of graphemes().segment(text)) {
    const next = graphemeWidth(segment);
    if (width + next > widthMax - 1) break;
    cut += segment;
    width += next;
  }
  return widthMax < 1 ? "" : `${cut.trimEnd()}…`;
};

/** In cells of a terminal. */
export const widthOf = (text: string): number => {
  if (/^[ -~]*$/u.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes().segment(text)) width += graphemeWidth(segment);
  return width;
};

/** Made once somebody needs it: it takes some milliseconds. */
let segmenter: Intl.Segmenter | undefined;
const graphemes = (): Intl.Segmenter => (segmenter ??= new Intl.Segmenter());

/** East Asian and emoji take two cells in nearly every terminal. */
const wide =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]|^\p{Emoji_Presentation}|\uFE0F/u;
const invisible = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]*$/u;

const graphemeWidth = (grapheme: string): number => {
  if (invisible.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
};
