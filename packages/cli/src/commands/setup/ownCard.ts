/** What this machine says of itself, and is called from then on. */
import { hostname } from "node:os";
import type { CardBody } from "../../api/setupCalls.ts";
import type { Flag, FlagValues } from "../command.ts";

export const nameFlag: Flag = {
  kind: "text",
  value: "NAME",
  about: "what your other machines call this one; its host name where none is given",
};

const systems: Readonly<Record<string, string>> = {
  darwin: "macOS",
  linux: "Linux",
  win32: "Windows",
  freebsd: "FreeBSD",
};

export const ownCard = ({ name }: FlagValues): CardBody => ({
  name: typeof name === "string" && name.trim() !== "" ? name : (hostname().split(".")[0] ?? ""),
  system: `${systems[process.platform] ?? process.platform} ${process.arch}`,
});
