/** Fills a folder for each product, and has npm make a tarball of it. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./install.mjs";
import { bundleProgram } from "./pack/bundle.mjs";
import { noticesOf } from "./pack/notices.mjs";
import { products } from "./pack/products.mjs";

const readJson = (file) => JSON.parse(readFileSync(join(root, file), "utf8"));

/** What npm reads of the tarball. All else is bundled, so it depends on nothing that it must have. */
const manifestOf = (product) => {
  const own = readJson(join(product.folder, "package.json"));
  const { homepage, repository } = readJson("package.json");
  const optional = Object.entries(own.optionalDependencies ?? {}).filter(([name]) =>
    product.ownOptionalDependencies?.test(name),
  );
  return {
    name: product.name,
    version: own.version,
    description: product.description,
    keywords: product.keywords,
    license: own.license,
    homepage,
    repository,
    type: "module",
    bin: Object.fromEntries(
      Object.entries(own.bin).map(([name, file]) => [name, posix.join(product.folder, file)]),
    ),
    // For the launcher: what runs behind it is a Node that comes along.
    engines: { node: ">=18" },
    optionalDependencies: { ...product.optionalDependencies, ...Object.fromEntries(optional) },
  };
};

/** To the same place in the tarball. */
const copy = (from, folder) =>
  cpSync(join(root, from), join(folder, from), {
    recursive: true,
    filter: (source) => !source.endsWith(".test.ts"),
  });

/** Fills a folder with what goes into the tarball. */
const stage = async (product, folder) => {
  const manifest = manifestOf(product);
  const { modules } = await bundleProgram({ root, product, intoFolder: folder });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  const launchers = Object.values(manifest.bin);
  for (const file of [...launchers, ...product.assets, join(product.folder, "package.json")])
    copy(file, folder);
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  cpSync(join(root, "scripts", "pack", `${product.name}.md`), join(folder, "README.md"));
  writeFileSync(join(folder, "THIRD-PARTY-NOTICES.txt"), noticesOf(modules));
};

const pack = (folder, target) => {
  const { status, stdout, stderr } = spawnSync(
    "npm",
    ["pack", "--json", "--loglevel=error", "--pack-destination", target],
    { cwd: folder, encoding: "utf8", shell: process.platform === "win32" },
  );
  if (status !== 0) throw new Error(`npm pack failed: ${stderr}`);
  const [{ filename, size, unpackedSize }] = Object.values(JSON.parse(stdout));
  return { filename, size, unpackedSize };
};

const { values } = parseArgs({
  options: { to: { type: "string", default: join(root, "dist") }, only: { type: "string" } },
});
const target = resolve(values.to);
mkdirSync(target, { recursive: true });
for (const product of products) {
  if (values.only !== undefined && values.only !== product.name) continue;
  const folder = mkdtempSync(join(target, ".staging-"));
  try {
    await stage(product, folder);
    const { filename, size, unpackedSize } = pack(folder, target);
    const kilobytes = (bytes) => `${Math.ceil(bytes / 1000)} kB`;
    console.log(
      `${join(target, filename)}  ${kilobytes(size)}, unpacked ${kilobytes(unpackedSize)}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
