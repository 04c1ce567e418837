/**
 * Makes one folder of plain JavaScript of a program and everything it imports. A module goes on to see
 * the repository around it, since the tarball repeats the repository's folders for the files that are
 * read while it runs: `import.meta.dirname` names the folder in which the module would lie.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { rolldown } from "rolldown";

/** Optional parts of `ws`, native code that we neither ship nor miss. */
const absent = ["bufferutil", "utf-8-validate"];

/** A module that is started by its address, a worker or a program, is a file of its own. */
const byAddress = /new URL\(\s*"(\.[^"]+)\.ts",\s*import\.meta\.url,?\s*\)/gu;

/** A module that is chosen by a name: all that stand beside it can be meant, but for tests. */
const byName = /import\(`\.\/\$\{(?<name>.+?)\}\.ts`\)/u;

const besideIt = (id) => {
  const folder = dirname(id);
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== basename(id))
    .map((file) => file.slice(0, -".ts".length));
  const entries = names.map((name) => `${JSON.stringify(name)}: () => import("./${name}.ts")`);
  return `({ ${entries.join(", ")} })`;
};

const rootedAt = (root, outFolder) => ({
  name: "rooted",
  transform(code, id) {
    if (!id.startsWith(join(root, "packages") + sep)) return null;
    if (!code.includes("import.meta") && !byName.test(code)) return null;
    const folder = relative(join(root, outFolder), dirname(id)).split(sep).join("/");
    const changed = code
      .replace(byName, (_, name) => `${besideIt(id)}[${name}]()`)
      .replaceAll(byAddress, (_, path) => {
        const name = basename(path);
        this.emitFile({
          type: "chunk",
          id: resolve(dirname(id), `${path}.ts`),
          fileName: `${name}.mjs`,
        });
        return `new URL("./${name}.mjs", import.meta.url)`;
      })
      .replaceAll("import.meta.dirname", `(import.meta.dirname + ${JSON.stringify(`/${folder}`)})`);
    if (changed.includes("import.meta.filename")) {
      this.error(`${id} asks for its own file, which the bundle does not have`);
    }
    return { code: changed };
  },
});

/** Writes the bundle and says which modules are in it. */
export const bundleProgram = async ({ root, product, intoFolder }) => {
  const outFolder = join(product.folder, "dist");
  const bundle = await rolldown({
    cwd: root,
    input: { [product.name]: join(root, product.folder, "src", "main.ts") },
    platform: "node",
    external: absent,
    plugins: [rootedAt(root, outFolder)],
    logLevel: "warn",
    onLog(level, log, defaultHandler) {
      // Others' modules do what they like.
      if (log.id?.includes("node_modules") || log.message.includes("node_modules")) return;
      defaultHandler(level, log);
    },
  });
  const { output } = await bundle.write({
    dir: join(intoFolder, outFolder),
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name]-[hash].mjs",
    // Comments only: a stack that somebody sends us has to be readable.
    minify: "dce-only",
    comments: false,
  });
  await bundle.close();
  const files = output.map(({ fileName }) => fileName);
  refuseLeftovers(files.map((name) => join(intoFolder, outFolder, name)));
  return { modules: output.flatMap((chunk) => Object.keys(chunk.modules ?? {})), files };
};

/** What would be looked for in the repository is not there for whoever installs a tarball. */
const refuseLeftovers = (files) => {
  const source = /new URL\([^)]*\.ts["'`]|["'`][^"'`\n]*\.ts["'`], import\.meta\.\w+|import\(`/u;
  for (const file of files) {
    const [found] = source.exec(readFileSync(file, "utf8")) ?? [];
    if (found !== undefined) throw new Error(`${file} would look for a source file: ${found}`);
  }
};
