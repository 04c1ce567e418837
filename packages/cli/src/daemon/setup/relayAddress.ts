/** An address of a relay, as a person types it. */
import { err, ok, type Result } from "@duro/crypto/types";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";

/** Its origin: a relay answers at the root of a host, and nothing secret may stand in an address. */
export const parseRelayAddress = (typed: string): Result<string, Problem> => {
  const text = typed.trim();
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:"))
    return err(wrong("it is no address that begins with https:// or http://", guess(text)));
  if (url.username !== "" || url.password !== "")
    return err(wrong("a name or password stands in it, and a relay takes neither", url.origin));
  if (url.search !== "" || url.hash !== "" || url.pathname !== "/")
    return err(wrong("a relay answers at the root of its host, without a path", url.origin));
  return ok(url.origin);
};

const guess = (text: string): string =>
  /^[\w.-]+(?::\d+)?$/u.test(text) ? `https://${text}` : "https://relay.example.com";

const wrong = (why: string, instead: string): Problem => ({
  code: "ServerInvalid",
  exit: Exit.Usage,
  message: `--server was not taken: ${why}.`,
  next: `--server ${instead}`,
});
