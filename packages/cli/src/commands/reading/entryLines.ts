/** Entries below each other, one line each. */
import type { ItemJson } from "../../api/memoryCalls.ts";
import type { Output } from "../../output/output.ts";
import { oneLine } from "../../output/plainText.ts";
import { cutTo, widthOf } from "../../output/table.ts";

const gap = "  ";
/** Less of a text says nothing: then the line is longer than the terminal is wide. */
const textWidthMin = 20;

/** `highlight` gets each text as it is shown. */
export const entryLines = (
  items: readonly ItemJson[],
  { style, columns }: Pick<Output, "columns" | "style">,
  highlight: (text: string) => string = (text) => text,
): string => {
  const idWidth = Math.max(0, ...items.map(({ id }) => widthOf(id)));
  const typeWidth = Math.max(0, ...items.map(({ type }) => widthOf(type)));
  const dateWidth = "2026-01-01".length;
  const before = idWidth + typeWidth + dateWidth + 3 * gap.length;
  return items
    .map(({ id, type, at, text, tags }) => {
      const width = Math.max(textWidthMin, columns - before);
      const shown = cutTo(oneLine(text), width);
      const tagText = cutTo(tags.map((tag) => `#${oneLine(tag)}`).join(" "), width);
      const hasRoom = tagText !== "" && widthOf(shown) + gap.length + widthOf(tagText) <= width;
      return [
        style.dim(oneLine(id).padEnd(idWidth)),
        oneLine(type).padEnd(typeWidth),
        style.dim(at.slice(0, dateWidth).padEnd(dateWidth)),
        hasRoom ? `${highlight(shown)}${gap}${style.dim(tagText)}` : highlight(shown),
      ].join(gap);
    })
    .join("\n");
};
