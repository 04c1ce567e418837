/** The licences of all that a bundle took from others. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

const folders = `${sep}node_modules${sep}`;

/** The package that a module is part of. */
const packageOf = (module) => {
  const at = module.lastIndexOf(folders);
  if (at < 0) return undefined;
  const after = module.slice(at + folders.length).split(sep);
  const name = after[0].startsWith("@") ? after.slice(0, 2) : after.slice(0, 1);
  return join(module.slice(0, at + folders.length), ...name);
};

const licenceFile = /^(licen[cs]e|copying)([.-].*)?$/iu;

const noticeOf = (folder) => {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const { name, version, license, author } = manifest;
  const texts = readdirSync(folder)
    .filter((file) => licenceFile.test(file))
    .toSorted()
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  if (license === undefined && texts.length === 0)
    throw new Error(`${name} ${version} is bundled and names no licence`);
  const by = typeof author === "string" ? author : author?.name;
  const text = texts.length > 0 ? texts.join("\n\n") : `Licence: ${license}. ${by ?? ""}`.trim();
  return { name, version, license: license ?? "see below", text };
};

const line = "-".repeat(80);

/** Undefined: nothing of others is in it. */
export const noticesOf = (modules) => {
  // Rolldown marks what it makes of a module with a zero byte or a question mark.
  const files = modules.map((module) =>
    module.replace(/^\0(?:[\w:-]*:)?/u, "").replace(/\?.*$/u, ""),
  );
  const packages = [...new Set(files.map(packageOf))]
    .filter((folder) => folder !== undefined && existsSync(join(folder, "package.json")))
    .map(noticeOf)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const list = packages.map(({ name, version, license }) => `${name} ${version} (${license})`);
  const texts = packages.map(
    ({ name, version, license, text }) => `${line}\n${name} ${version} (${license})\n\n${text}\n`,
  );
  return [
    "This program contains work of others, each under its own licence:",
    "",
    ...list.map((entry) => `  ${entry}`),
    "",
    ...texts,
  ].join("\n");
};
