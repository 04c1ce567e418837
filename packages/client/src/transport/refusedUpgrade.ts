/** What a relay, or whatever stands before it, answers instead of a socket. */
import type { RefusalName } from "@duro/protocol";
import type { IncomingMessage } from "node:http";
import { readBounded } from "../http/readBounded.ts";
import { readRefusal, refusalByteLengthMax } from "../http/readRefusal.ts";

/** Undefined where it names none that is known. */
export const readRefusedUpgrade = async (
  response: IncomingMessage,
): Promise<RefusalName | undefined> => {
  try {
    const body = await readBounded(response, refusalByteLengthMax);
    return body === undefined ? undefined : readRefusal(body)?.name;
  } catch {
    // It broke off: its status is all there is.
    return undefined;
  }
};
