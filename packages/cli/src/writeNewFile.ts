/** A file that was not there, for its owner alone; its bytes are on the disk once this resolves. */
import { open } from "node:fs/promises";

const fileMode = 0o600;

export const writeNewFile = async (path: string, text: string): Promise<void> => {
  const file = await open(path, "wx", fileMode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
};
