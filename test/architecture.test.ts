import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { describe, expect, test } from "vitest";
import { arrows, secretFiles } from "./arrows.ts";
import { complaints, type PackageFacts, type SourceFile } from "./checkImports.ts";
import { importsOf } from "./imports.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(read(posix.join(folder, "package.json"))) as Manifest;

const factsOf = (name: string): PackageFacts => {
  const rule = arrows[name];
  if (rule === undefined) throw new Error(`packages/${name} stands in no arrow of test/arrows.ts`);
  return {
    name,
    rule,
    declared: new Set(Object.keys(manifestOf(`packages/${name}`).dependencies ?? {})),
  };
};

const packageNames = globSync("packages/*/package.json", { cwd: root }).map((file) =>
  posix.basename(posix.dirname(file.replaceAll("\\", "/"))),
);

const isTest = (path: string): boolean => path.endsWith(".test.ts") || path.includes("/testing/");

const sourcesOf = (name: string): readonly SourceFile[] =>
  globSync(`packages/${name}/src/**/*.{ts,tsx,mts,js,mjs}`, { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .map((path) => ({ path, source: read(path) }));

describe("the arrows", () => {
  test("every package stands in the arrows, and every arrow's package exists", () => {
    expect(packageNames.toSorted()).toEqual(Object.keys(arrows).toSorted());
  });

  test.each(packageNames)(
    "%s imports only what its arrows allow and its manifest declares",
    (name) => {
      const facts = factsOf(name);
      const found = sourcesOf(name)
        .filter(({ path }) => !isTest(path))
        .flatMap((file) => complaints(file, facts));
      expect(found).toEqual([]);
    },
  );

  test.each(packageNames)("the tests of %s use its own package and the test tools only", (name) => {
    const facts = factsOf(name);
    const testTools = Object.keys(manifestOf(".").devDependencies ?? {});
    const found = sourcesOf(name)
      .filter(({ path }) => isTest(path))
      .flatMap((file) =>
        complaints(file, {
          ...facts,
          rule: {
            mayImport: [...facts.rule.mayImport, ...(facts.rule.testsMayImport ?? [])],
            mayUseNode: facts.rule.mayUseNode || file.path.endsWith(".node.test.ts"),
          },
          declared: new Set([...facts.declared, ...testTools]),
        }),
      );
    expect(found).toEqual([]);
  });

  test.each(packageNames)(
    "the manifest of %s depends on no neighbour beyond its arrows",
    (name) => {
      const { rule, declared } = factsOf(name);
      const neighbours = new Set(
        rule.mayImport.map((door) => door.split("/").slice(0, 2).join("/")),
      );
      const extra = [...declared].filter(
        (dependency) => dependency.startsWith("@duro/") && !neighbours.has(dependency),
      );
      expect(extra).toEqual([]);
    },
  );
});

/** Every file that a door reaches while the program runs. */
const reachableFrom = (door: string): ReadonlySet<string> => {
  const reached = new Set<string>();
  const follow = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { target, isTypeOnly } of importsOf(path, read(path)))
      if (!isTypeOnly && target?.startsWith(".") === true)
        follow(posix.join(posix.dirname(path), target));
  };
  follow(posix.join("packages/crypto", door));
  return reached;
};

describe("the doors of crypto", () => {
  const doors = manifestOf("packages/crypto").exports ?? {};

  test("there are four, and one for tests that no product code may use", () => {
    expect(Object.keys(doors)).toEqual([".", "./types", "./verify", "./receipt", "./testing/*"]);
    const allowed = Object.values(arrows).flatMap(({ mayImport }) => mayImport);
    expect(allowed.filter((door) => door.includes("/testing/"))).toEqual([]);
  });

  test.each(["./types", "./verify", "./receipt"])(
    "%s reaches no file that holds secrets",
    (door) => {
      const reached = reachableFrom(doors[door] ?? "");
      const secret = secretFiles.filter((file) => reached.has(`packages/crypto/src/${file}`));
      expect(secret).toEqual([]);
    },
  );

  test("./types reaches no libsodium", () => {
    expect([...reachableFrom(doors["./types"] ?? "")]).not.toContain(
      "packages/crypto/src/sodium.ts",
    );
  });

  test("the list of secret files names files that exist and that the main door reaches", () => {
    const reached = reachableFrom(doors["."] ?? "");
    expect(secretFiles.filter((file) => !reached.has(`packages/crypto/src/${file}`))).toEqual([]);
  });

  test("one file imports libsodium", () => {
    const importers = packageNames
      .flatMap(sourcesOf)
      .filter(({ path, source }) =>
        importsOf(path, source).some(({ target }) => target?.startsWith("libsodium") === true),
      )
      .map(({ path }) => path);
    expect(importers).toEqual(["packages/crypto/src/sodium.ts"]);
  });
});

describe("a planted violation is found", () => {
  const facts = factsOf("protocol");
  const plant = (source: string) =>
    complaints({ path: "packages/protocol/src/wire/planted.ts", source }, facts);

  test.each([
    ["a static import", 'import { sealBody } from "@duro/crypto";'],
    ["a static import over several lines", 'import {\n  sealBody,\n} from "@duro/crypto";'],
    ["a type import", 'import type { VaultKey } from "@duro/crypto";'],
    ["a re-export", 'export { sealBody } from "@duro/crypto";'],
    ["a star re-export", 'export * from "@duro/crypto";'],
    ["a bare import", 'import "@duro/crypto";'],
    ["a dynamic import", 'const crypto = await import("@duro/crypto");'],
    ["a dynamic import in a template", "const crypto = await import(`@duro/crypto`);"],
    ["a computed import", "const crypto = await import(name);"],
    ["a required module", 'const crypto = require("@duro/crypto");'],
    ["an undeclared package that npm hoists", 'import { expect } from "vitest";'],
    ["an undeclared package behind a dynamic import", 'await import("fast-check");'],
    ["the platform", 'import { readFileSync } from "node:fs";'],
    ["a reach into a neighbour's folder", 'import { seal } from "../../../crypto/src/seal.ts";'],
  ])("%s", (_, source) => {
    expect(plant(source)).toHaveLength(1);
  });

  test("a lawful import is not, nor is one in a comment", () => {
    expect(plant('import { decode } from "@duro/crypto/types";')).toEqual([]);
    expect(plant('// import "@duro/crypto";\n/* import "@duro/crypto"; */')).toEqual([]);
  });

  test("a path that merely begins like the package's own reaches out", () => {
    const file = { path: join("packages", "protocol", "src", "planted.ts"), source: "" };
    const source = 'import { x } from "../../protocol-extra/src/x.ts";';
    expect(
      complaints({ ...file, path: posix.join(dirname(file.path), "planted.ts"), source }, facts),
    ).toHaveLength(1);
  });
});
