/**
 * What `base64urlToBytes` of the protocol says. That one runs in browsers too, and takes 100 ms for the
 * longest text there may be: everybody else would wait.
 */
import { Buffer } from "node:buffer";

export const readBase64url = (text: string): Uint8Array | undefined => {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : undefined;
};
