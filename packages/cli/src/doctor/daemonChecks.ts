/** The daemon, and what starts it. */
import { counted } from "../counted.ts";
import { notSetUp } from "../daemon/notSetUp.ts";
import { deviceRemoved } from "../daemon/sync/removed.ts";
import { maskedUrl } from "../service/variables.ts";
import type { Checking } from "./check.ts";

const hourMs = 3_600_000;
const megabyte = 1_000_000;

export const socketCheck: Checking = ({ socket }) =>
  socket === "stale"
    ? {
        name: "socket",
        result: "info",
        text: "A daemon ended without a word and left its socket; the next one takes its place.",
      }
    : undefined;

export const daemonCheck: Checking = ({ daemon }) => {
  if (!daemon.ok) {
    const { message } = daemon.error;
    // Whoever reads this has run it.
    const next = daemon.error.next?.replace(/^duro doctor; /u, "");
    return { name: "daemon", result: "error", text: message, ...(next && { fix: next }) };
  }
  const { pid, version, upMs, memoryByteLength } = daemon.value;
  const up = upMs < hourMs ? "less than an hour" : `${Math.floor(upMs / hourMs)} h`;
  return {
    name: "daemon",
    result: "ok",
    text: `The daemon answers: process ${pid}, version ${version}, for ${up}, ${Math.round(memoryByteLength / megabyte)} MB.`,
  };
};

export const setupCheck: Checking = ({ daemon }) => {
  if (!daemon.ok) return undefined;
  if (!daemon.value.isSetUp)
    return {
      name: "setup",
      result: "info",
      text: notSetUp.message,
      fix: notSetUp.next,
    };
  return daemon.value.isRemoved
    ? {
        name: "setup",
        result: "error",
        text: deviceRemoved.message,
        fix: deviceRemoved.next,
      }
    : { name: "setup", result: "ok", text: "This machine has an identity and a memory." };
};

export const serviceCheck: Checking = ({ service }) => {
  const { isInstalled, isCurrent, isRunning, starts, lastFailure, manager, file } = service;
  if (!isInstalled)
    return {
      name: "service",
      result: "info",
      text: "No service starts the daemon; any duro command does.",
      ...(manager !== "none" && { fix: "duro service install, if it should run from the start" }),
    };
  const again = "duro service install";
  if (lastFailure !== undefined)
    return {
      name: "service",
      result: "error",
      text: `The service did not start: ${lastFailure}`,
      fix: again,
    };
  if (!isCurrent)
    return {
      name: "service",
      result: "warning",
      text: `The service in ${file ?? "its place"} is not what this version would write.`,
      fix: again,
    };
  if (starts === "never")
    return {
      name: "service",
      result: "warning",
      text: "The service is there, but turned off.",
      fix: again,
    };
  return {
    name: "service",
    result: "ok",
    text: `The service starts the daemon at ${starts}${isRunning ? "" : "; the one that runs now was started by a command"}.`,
  };
};

export const lingerCheck: Checking = ({ service }) =>
  service.isInstalled && service.lingers === false
    ? {
        name: "linger",
        result: "warning",
        text: "The service ends when you log out, and does not start at boot: linger is off.",
        fix: "loginctl enable-linger (some systems want sudo), then duro service install",
      }
    : undefined;

export const proxyCheck: Checking = ({ proxy, service }) => {
  const { shell } = proxy;
  if (service.isInstalled && shell !== proxy.service) {
    const said = (url: string | undefined) => (url === undefined ? "none" : maskedUrl(url));
    return {
      name: "proxy",
      result: "warning",
      text: `The proxy of this shell (${said(shell)}) is not the one of the service (${said(proxy.service)}).`,
      fix: "duro service install, in the shell that has the right one",
    };
  }
  return shell === undefined
    ? undefined
    : {
        name: "proxy",
        result: "info",
        text: `HTTPS_PROXY is ${maskedUrl(shell)}; relays over https are reached through it.`,
      };
};

export const alarmsCheck: Checking = ({ daemon }) => {
  if (!daemon.ok || !daemon.value.isSetUp) return undefined;
  const [first, ...others] = daemon.value.alarms.filter(({ severity }) => severity !== "notice");
  if (first === undefined) return { name: "alarms", result: "ok", text: "No alarm stands." };
  const more = others.length === 0 ? "" : ` (and ${others.length} more: duro status)`;
  return {
    name: "alarms",
    result: first.severity === "alert" ? "error" : "warning",
    text: `${first.message}${more}`,
    fix: first.next,
  };
};

export const indexCheck: Checking = ({ daemon }) => {
  const index = daemon.ok ? daemon.value.index : null;
  if (index === null) return undefined;
  return index.missingCount === 0
    ? {
        name: "index",
        result: "ok",
        text: `The search index is whole: ${counted(index.documentCount, "document")}.`,
      }
    : {
        name: "index",
        result: "warning",
        text: `The search index lacks ${index.missingCount} of ${counted(index.documentCount, "document")}.`,
        fix: "duro daemon restart, which reads them anew",
      };
};

export const wordsCheck: Checking = ({ daemon }) => {
  if (!daemon.ok || !daemon.value.isSetUp) return undefined;
  const { wordsTested } = daemon.value;
  return wordsTested === null
    ? {
        name: "words",
        result: "info",
        text: "Nobody has tried the 24 words on this machine.",
        fix: "duro key verify, to be sure that they open your memory",
      }
    : {
        name: "words",
        result: "ok",
        text: `The 24 words were tried on ${wordsTested.slice(0, 10)}.`,
      };
};
