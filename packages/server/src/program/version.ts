/** Which relay this is. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const manifestFile = join(import.meta.dirname, "../../package.json");

export const versionText = async (isJson: boolean): Promise<string> => {
  const { version } = JSON.parse(await readFile(manifestFile, "utf8")) as {
    readonly version: string;
  };
  return isJson ? `${JSON.stringify({ version })}\n` : `duro-relay ${version}\n`;
};
