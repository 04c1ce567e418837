/** Whether the daemon could read its settings, in a few words of why not. */
import { readFile } from "node:fs/promises";
import { isMissing, reasonOf } from "../systemError.ts";

/** Undefined: it can, or there are none yet. */
export const lookAtSettings = async (path: string): Promise<string | undefined> => {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    return isMissing(cause) ? undefined : `it cannot be read, since ${reasonOf(cause)}`;
  }
  try {
    const settings: unknown = JSON.parse(text);
    return typeof settings === "object" && settings !== null && !Array.isArray(settings)
      ? undefined
      : "it holds something else than settings";
  } catch {
    return "it is not JSON";
  }
};
