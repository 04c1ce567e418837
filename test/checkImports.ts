/** Holds the imports of one file against the arrows. Pure: the test hands in what it read. */
import { posix } from "node:path";
import { type PackageRule } from "./arrows.ts";
import { importsOf } from "./imports.ts";

export interface SourceFile {
  /** From the root, with slashes: packages/crypto/src/seal.ts */
  readonly path: string;
  readonly source: string;
}

export interface PackageFacts {
  readonly name: string;
  readonly rule: PackageRule;
  /** Names in its own package.json; what npm hoists beside them does not count. */
  readonly declared: ReadonlySet<string>;
}

const packageOf = (target: string): string =>
  target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");

const isDoor =
  (target: string) =>
  (door: string): boolean =>
    door.endsWith("/*") ? target.startsWith(door.slice(0, -1)) : target === door;

const complaintAbout = (
  { path }: SourceFile,
  { name, rule, declared }: PackageFacts,
  target: string | undefined,
): string | undefined => {
  if (target === undefined) return "imports something computed";
  if (target.startsWith("."))
    return posix.join(posix.dirname(path), target).startsWith(`packages/${name}/`)
      ? undefined
      : `reaches out of its package: ${target}`;
  if (target.startsWith("node:"))
    return rule.mayUseNode ? undefined : `uses the platform: ${target}`;
  if (target.startsWith("@duro/") && !rule.mayImport.some(isDoor(target)))
    return `no arrow allows ${target}`;
  return declared.has(packageOf(target)) ? undefined : `does not declare ${packageOf(target)}`;
};

export const complaints = (file: SourceFile, facts: PackageFacts): readonly string[] =>
  importsOf(file.path, file.source).flatMap(({ target }) => {
    const complaint = complaintAbout(file, facts, target);
    return complaint === undefined ? [] : [`${file.path} ${complaint}`];
  });
