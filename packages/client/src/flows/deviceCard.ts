/** What a new device says of itself, for the person who lets it in: sealed, and nothing relies on it. */

export interface DeviceCard {
  /** What its person calls it. Empty where it does not say. */
  readonly name: string;
  readonly system: string;
}

export const namelessCard: DeviceCard = { name: "", system: "" };

/** More does not fit a line beside an id and a time. */
const labelLengthMax = 60;
/** Of the longest: four bytes a sign. */
export const labelByteLengthMax = 4 * labelLengthMax;

/** One line without what steers a terminal, turns the text around or cannot be seen. */
export const cleanLabel = (text: string): string => {
  const line = text
    .toWellFormed()
    .normalize("NFC")
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, " ")
    .trim();
  return Array.from(line).slice(0, labelLengthMax).join("").trimEnd();
};

export const cleanCard = ({ name, system }: DeviceCard): DeviceCard => ({
  name: cleanLabel(name),
  system: cleanLabel(system),
});
