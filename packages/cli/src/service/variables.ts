/**
 * The variables of the shell that the service gets too: a daemon that starts at boot has no shell, and
 * would go around the proxy or refuse the company's authority.
 */

/** In the order in which they are written. */
const handedOn = [
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "NO_PROXY",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "DURO_CA_FILE",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_STATE_HOME",
] as const;

type Environment = Readonly<Record<string, string | undefined>>;
export type Variables = readonly (readonly [name: string, value: string])[];

/** Those that are set, and the folder and the search path of this shell. */
export const variablesOf = (env: Environment, home: string | undefined): Variables =>
  [
    ...handedOn.map((name) => [name, env[name]] as const),
    ["DURO_HOME", home] as const,
    // For finding Node: systems start services with hardly a search path.
    ["PATH", env["PATH"] ?? env["Path"]] as const,
  ].flatMap(([name, value]) =>
    value === undefined || value === "" || /[\r\n\0]/u.test(value) ? [] : [[name, value] as const],
  );

/** One word of a shell. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** What the script reads: where the program is now, for itself alone, and the variables, for the daemon. */
export const shellVariables = (program: string, variables: Variables): string =>
  `${[
    "# What the daemon of Duro gets of the shell in which `duro service install` ran.",
    `known=${shellQuote(program)}`,
    ...variables.map(([name, value]) => `export ${name}=${shellQuote(value)}`),
  ].join("\n")}\n`;

/** A percent sign would begin a variable. */
const batchText = (text: string): string => text.replaceAll("%", "%%");

export const batchVariables = (program: string, variables: Variables): string =>
  [
    "@rem What the daemon of Duro gets of the shell in which `duro service install` ran.",
    `@set "DURO_KNOWN=${batchText(program)}"`,
    ...variables.map(([name, value]) => `@set "${name}=${batchText(value)}"`),
    "",
  ].join("\r\n");

/** For a person to see which proxy is meant, without its password. */
export const maskedUrl = (text: string): string => {
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url === null) return "something that is no address";
  const user = url.username === "" && url.password === "" ? "" : "***@";
  return `${url.protocol}//${user}${url.host}`;
};

/** As `parseProxy` of the client has it: the lower case comes first. */
export const proxyOf = (env: Environment): string | undefined =>
  [env["https_proxy"], env["HTTPS_PROXY"]].find((url) => url !== undefined && url !== "");

/** What was handed on at the last install, from what either of the above wrote. */
export const readVariables = (text: string): Environment =>
  Object.fromEntries(
    [
      ...text.matchAll(/^export (\w+)='(.*)'$/gmu),
      ...text.matchAll(/^@set "(\w+)=(.*)"\r?$/gmu),
    ].map(([line, name = "", value = ""]) => [
      name,
      line.startsWith("@") ? value.replaceAll("%%", "%") : value.replaceAll(`'\\''`, "'"),
    ]),
  );
