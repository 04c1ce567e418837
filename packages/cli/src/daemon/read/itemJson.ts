/** An entry as `list` and `search` print it. */
import type { ItemJson } from "../../api/memoryCalls.ts";
import type { IndexItem } from "../index/searchIndex.ts";

/** The last millisecond that a date can be: an entry from elsewhere may claim any. */
const dateMsMax = 8.64e15;

/** ISO 8601, UTC. */
export const isoOf = (atMs: number): string =>
  new Date(Math.min(Math.max(atMs, -dateMsMax), dateMsMax)).toISOString();

/** Empty where no chain says which device it was. */
const unknownDevice = "";

export const itemJson = ({ id, type, text, atMs, device, tags, project }: IndexItem): ItemJson => ({
  id,
  type,
  text,
  at: isoOf(atMs),
  device: device ?? unknownDevice,
  tags,
  ...(project === undefined ? {} : { project }),
});
