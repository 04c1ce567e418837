/** Says what is measured just now, beside the tables: over the line before, where somebody looks on. */
const clearLine = "\r\u001B[2K";

export const progress = (what: string): void => {
  process.stderr.write(process.stderr.isTTY ? `${clearLine}${what}` : `${what}\n`);
};

export const endProgress = (): void => {
  if (process.stderr.isTTY) process.stderr.write(clearLine);
};
