/** The program, its files, and where they lie. */
import { maskedUrl, shellQuote } from "../service/variables.ts";
import type { Checking } from "./check.ts";
import type { FolderFacts } from "./facts.ts";

/** The first whose agents go through a proxy. */
const proxyNode = { major: 24, minor: 5 } as const;
const megabyte = 1_000_000;
/** Room for the index to be written anew, and for some days of work. */
const freeMin = { warning: 500 * megabyte, error: 50 * megabyte } as const;
const readableByOthers = 0o077;
const writableByOthers = 0o022;
/** Some files of a megabyte each, and what is being written. */
const logByteLengthMax = 20 * megabyte;
/** The format of the store that this program reads: counted with `storeVersion` of the client. */
const storeVersionMax = 1;

export const nodeCheck: Checking = ({ node, proxy }) => {
  const [major = 0, minor = 0] = node.version.split(".").map(Number);
  const isProxyIgnored =
    proxy.shell !== undefined &&
    (major < proxyNode.major || (major === proxyNode.major && minor < proxyNode.minor));
  return isProxyIgnored
    ? {
        name: "node",
        result: "warning",
        text: `Node ${node.version} (${node.path}) goes around the proxy that is set: ${maskedUrl(proxy.shell)}.`,
        fix: `install Node ${proxyNode.major}.${proxyNode.minor} or newer`,
      }
    : { name: "node", result: "ok", text: `Node ${node.version} (${node.path}).` };
};

export const programCheck: Checking = ({ copies, version }) => {
  const [first, ...others] = copies;
  if (first === undefined)
    return {
      name: "program",
      result: "info",
      text: `duro ${version} runs, but no duro is on the search path of this shell.`,
      fix: "install its tarball for all of your shells (the README has the line), or go on with npx duro in Duro's folder",
    };
  if (!first.isThis)
    return {
      name: "program",
      result: "warning",
      text: `This is duro ${version}, and ${first.path} is another one, which the shell finds first.`,
      fix: `remove the one that you do not want: ${copies.map(({ path }) => path).join(" or ")}`,
    };
  const strangers = others.filter(({ isThis }) => !isThis);
  return strangers.length === 0
    ? { name: "program", result: "ok", text: `duro ${version} (${first.path}).` }
    : {
        name: "program",
        result: "warning",
        text: `There is more than one duro on the search path: ${copies.map(({ path }) => path).join(", ")}.`,
        fix: "remove those that you do not want",
      };
};

const folderFault = (folder: FolderFacts): readonly [text: string, fix: string] | undefined => {
  const { path, isOurs, mode, copiedBy, isOnNetwork } = folder;
  if (!isOurs)
    return [`${path} belongs to another user`, `sudo chown -R "$USER" ${shellQuote(path)}`];
  if ((mode & writableByOthers) !== 0)
    return [`others may write to ${path}`, `chmod 700 ${shellQuote(path)}`];
  if ((mode & readableByOthers) !== 0)
    return [`others may look into ${path}`, `chmod 700 ${shellQuote(path)}`];
  if (copiedBy !== undefined)
    return [
      `${copiedBy} copies ${path} to other machines, where a second daemon would use the same device`,
      "put Duro elsewhere: set DURO_HOME, then duro join",
    ];
  if (isOnNetwork)
    return [
      `${path} lies on a network drive, where databases break`,
      "put Duro on a disk of this machine: set DURO_HOME",
    ];
  return undefined;
};

export const foldersCheck: Checking = ({ folders }) => {
  const there = folders.filter(({ isThere }) => isThere);
  const found = there.map(folderFault).find((fault) => fault !== undefined);
  if (found !== undefined) {
    const [text, fix] = found;
    return { name: "folders", result: "warning", text: `${text}.`, fix };
  }
  return {
    name: "folders",
    result: "ok",
    text:
      there.length === 0
        ? "None of Duro's folders is there yet."
        : `${there.map(({ path }) => path).join(", ")}: only you can read them.`,
  };
};

export const diskCheck: Checking = ({ freeByteLength }) => {
  if (freeByteLength === undefined) return undefined;
  const text = `${Math.floor(freeByteLength / megabyte).toLocaleString("en")} MB are free on the disk of the data.`;
  if (freeByteLength >= freeMin.warning) return { name: "disk", result: "ok", text };
  const result = freeByteLength < freeMin.error ? "error" : "warning";
  return { name: "disk", result, text, fix: "make room: what does not fit is not stored" };
};

export const settingsCheck: Checking = ({ settings: { path, trouble } }) =>
  trouble === undefined
    ? { name: "settings", result: "ok", text: `${path} can be read.` }
    : {
        name: "settings",
        result: "error",
        text: `${path} is not taken: ${trouble}.`,
        fix: `mend or remove ${path}; nothing of the memory is in it`,
      };

export const seedCheck: Checking = ({ seed, platform }) => {
  if (seed === undefined) return undefined;
  const { path, isFile, isOurs, mode } = seed;
  const fault = (text: string, fix: string) =>
    ({ name: "seed", result: "error", text, fix }) as const;
  if (!isFile) return fault(`${path} is no file.`, "duro recover brings this machine back");
  if (!isOurs)
    return fault(`${path} belongs to another user.`, `sudo chown "$USER" ${shellQuote(path)}`);
  if (platform !== "win32" && (mode & readableByOthers) !== 0)
    return fault(
      `Others can read this device's key, ${path}.`,
      `chmod 600 ${shellQuote(path)}; if others use this machine: duro device revoke, then duro join`,
    );
  return { name: "seed", result: "ok", text: "Only you can read this device's key." };
};

export const storeCheck: Checking = ({ store }) => {
  switch (store.kind) {
    case "missing":
      return undefined;
    case "other":
      return {
        name: "store",
        result: "error",
        text: `${store.path} is not a store of Duro's, or it is damaged.`,
        fix: "put it aside, then duro recover or duro join; the relay has what was sent",
      };
    case "store":
      // Of one that is new, the number may still be on its way into the file.
      return store.version <= storeVersionMax
        ? {
            name: "store",
            result: "ok",
            text: `The store has format ${store.version || storeVersionMax}.`,
          }
        : {
            name: "store",
            result: "error",
            text: `A newer Duro wrote the store: format ${store.version}, and this one reads ${storeVersionMax}.`,
            fix: "update Duro on this machine",
          };
  }
};

export const logCheck: Checking = ({ log }) =>
  log.byteLength <= logByteLengthMax
    ? {
        name: "log",
        result: "ok",
        text: `The daemon's log in ${log.folder} has ${Math.ceil(log.byteLength / 1000)} kB; nothing of the memory is in it.`,
      }
    : {
        name: "log",
        result: "warning",
        text: `The daemon's log in ${log.folder} has grown to ${Math.round(log.byteLength / megabyte)} MB: it is not rotated.`,
        fix: "duro daemon restart",
      };

export const olderFoldersCheck: Checking = ({ olderFolders }) =>
  olderFolders.length === 0
    ? undefined
    : {
        name: "older-folders",
        result: "info",
        text: `There is memory of Duro's first version in ${olderFolders.join(" and ")}.`,
        fix: `duro import ${olderFolders[0]}, if you have not done that yet`,
      };
