/** Amounts and times as a person reads them. */

const units = ["B", "KB", "MB", "GB", "TB", "PB"];
const unitFactor = 1_000;

/** Three digits at most behind which nobody looks: 999 B, 1.5 KB, 12.3 GB. */
export const sayBytes = (byteLength: number): string => {
  let value = byteLength;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= unitFactor;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
};

export const sayCount = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;

/** In UTC, to the minute. */
export const sayTime = (ms: number): string => `${isoTime(ms).slice(0, 16).replace("T", " ")} UTC`;

export const isoTime = (ms: number): string => new Date(ms).toISOString();
