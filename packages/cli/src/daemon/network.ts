/** How this machine reaches a relay: the proxy and the authorities that its environment names. */
import { readFileSync } from "node:fs";
import { type NodeNetwork, parseAuthorities, parseProxy } from "@duro/client/node";
import { err, ok, type Result } from "@duro/crypto/types";
import { Exit } from "../exits.ts";
import type { Problem } from "../problem.ts";

export const networkOf = (
  env: Readonly<Record<string, string | undefined>>,
): Result<NodeNetwork, Problem> => {
  const proxy = parseProxy(env);
  if (!proxy.ok)
    return err({
      code: "NotAProxy",
      exit: Exit.Usage,
      message: `HTTPS_PROXY names a proxy of a kind that is not spoken here: ${proxy.error.scheme}`,
      next: "set HTTPS_PROXY to http://host:port",
    });
  const file = env["DURO_CA_FILE"];
  if (file === undefined || file === "") return ok({ proxy: proxy.value });
  const authorities = readAuthorities(file);
  return authorities === undefined
    ? err({
        code: "NotACertificate",
        exit: Exit.Usage,
        message: `DURO_CA_FILE names ${file}, and no certificates in PEM can be read there.`,
        next: "point it at the file that your administrator gave you",
      })
    : ok({ proxy: proxy.value, certificateAuthorities: authorities });
};

const readAuthorities = (file: string): readonly string[] | undefined => {
  try {
    const parsed = parseAuthorities(readFileSync(file, "utf8"));
    return parsed.ok ? parsed.value : undefined;
  } catch {
    return undefined;
  }
};
