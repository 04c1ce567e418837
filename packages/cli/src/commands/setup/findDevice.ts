/** Which device a person means: by its id, the beginning of one, or its name. */
import type { DeviceJson } from "../../api/setupCalls.ts";
import { Exit } from "../../exits.ts";
import type { Problem } from "../../problem.ts";
import { err, ok, type Result } from "../../result.ts";

const prefixLengthMin = 4;

export const findDevice = (
  devices: readonly DeviceJson[],
  typed: string,
): Result<DeviceJson, Problem> => {
  const text = typed.trim();
  const exact = devices.find(({ id }) => id === text);
  if (exact !== undefined) return ok(exact);
  const named = devices.filter(({ name }) => name !== "" && same(name, text));
  const begun =
    text.length < prefixLengthMin
      ? []
      : devices.filter(({ id }) => id.startsWith(text.toLowerCase()));
  const found = [...new Set([...named, ...begun])];
  // Of two with one name the one that still is there is meant.
  const active = found.filter(({ revoked }) => !revoked);
  const [first, ...others] = active.length > 0 ? active : found;
  if (first === undefined) return err(noDevice(text));
  return others.length === 0 ? ok(first) : err(several(text, [first, ...others]));
};

const same = (left: string, right: string): boolean =>
  left.localeCompare(right, undefined, { sensitivity: "base" }) === 0;

const noDevice = (typed: string): Problem => ({
  code: "DeviceUnknown",
  exit: Exit.Usage,
  message: `No device of yours is called ${JSON.stringify(typed)}, and no id begins so.`,
  next: "duro device list",
});

const several = (typed: string, devices: readonly DeviceJson[]): Problem => ({
  code: "DeviceAmbiguous",
  exit: Exit.Usage,
  message: `Several devices are called ${JSON.stringify(typed)}: ${devices.map(({ id }) => id).join(", ")}.`,
  next: "name one by its id",
});
