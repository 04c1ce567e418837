/**
 * The proxy that a machine is set up for. Only a relay over https is dialled through one: what speaks
 * plain http is on this machine or beside it.
 */
import { err, ok, type Result } from "@duro/crypto/types";

export interface Proxy {
  readonly url: string;
  /** Hosts that are dialled directly, by commas, as Node reads them. */
  readonly except: string;
}

/** The machine names a proxy of a kind that we do not speak: to go around it would be worse than to say so. */
export interface NotAProxy {
  readonly type: "NotAProxy";
  readonly scheme: string;
}

const schemes: ReadonlySet<string> = new Set(["http:", "https:"]);

/** Undefined: there is none. In curl and elsewhere the lower case comes first. */
export const parseProxy = (
  environment: Readonly<Record<string, string | undefined>>,
): Result<Proxy | undefined, NotAProxy> => {
  const named = (name: string): string =>
    environment[name] || environment[name.toUpperCase()] || "";
  const text = named("https_proxy").trim();
  if (text === "") return ok(undefined);
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url === null || !schemes.has(url.protocol))
    return err({ type: "NotAProxy", scheme: url?.protocol ?? "" });
  return ok({ url: url.href, except: withSubdomains(named("no_proxy")) });
};

/** Node takes a bare name for that host alone, where others mean what is below it too. */
const withSubdomains = (except: string): string =>
  except
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .flatMap((entry) => (/^[a-z\d]/iu.test(entry) ? [entry, `.${entry}`] : [entry]))
    .join(",");
