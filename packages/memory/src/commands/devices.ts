/**
 * What the devices of a vault are called, for people. It stands in the root document, so a relay never
 * sees it; which devices there are is known from the identity log, not from here.
 */
import { rootDoc, type DocName } from "../docs/names.ts";
import { byText, isJsonObject } from "../json.ts";
import { type DocNotOpen, type Memory, memoryOrigin, openDocOf } from "../memory.ts";
import { err, ok, type Result } from "../result.ts";
import { type BadField, object, optional, text, timeMs } from "../shape.ts";
import { separator } from "../store.ts";

export interface DeviceName {
  readonly name: string;
  /** What it runs on. */
  readonly system?: string | undefined;
  readonly at: number;
}

const nameLengthMax = 120;
const shape = object({
  name: text(nameLengthMax),
  system: optional(text(nameLengthMax)),
  at: timeMs,
});

const tableName = "devices";

/** One value for each device and who named it: of two at once Yjs would keep either. */
export const nameDevice = (
  memory: Memory,
  device: string,
  { name, system }: { readonly name: string; readonly system?: string | undefined },
): Result<{ readonly docs: readonly DocName[] }, BadField | DocNotOpen> => {
  const root = openDocOf(memory, rootDoc);
  if (!root.ok) return root;
  const known = namesIn(root.value.getMap(tableName)).get(device);
  // Never before what it replaces, whatever this clock says.
  const at = Math.max(memory.nowMs(), (known?.at ?? -1) + 1);
  const value = { name: name.trim(), at, system: system ?? known?.system };
  const read = shape.read(value, "", "strict");
  if (!read.ok) return read;
  if (read.value.name === "" || device.includes(separator))
    return err({ type: "BadField", field: "name", expected: "a name" });
  const { system: said, ...rest } = read.value;
  const plain = said === undefined ? rest : { ...rest, system: said };
  root.value.transact(
    () => root.value.getMap(tableName).set(`${device}${separator}${memory.device}`, plain),
    memoryOrigin,
  );
  return ok({ docs: [rootDoc] });
};

/** By device; the newest name of each. */
export const devicesIn = (memory: Memory): Result<ReadonlyMap<string, DeviceName>, DocNotOpen> => {
  const root = openDocOf(memory, rootDoc);
  return root.ok ? ok(namesIn(root.value.getMap(tableName))) : root;
};

const namesIn = (table: {
  entries(): Iterable<[string, unknown]>;
}): ReadonlyMap<string, DeviceName> => {
  const names = new Map<string, DeviceName>();
  // In the order of their keys, so that of two with one time all devices see the same.
  for (const [key, value] of [...table.entries()].toSorted(([a], [b]) => byText(a, b))) {
    if (!isJsonObject(value)) continue;
    const read = shape.read(value, "", "lenient");
    const [device = ""] = key.split(separator);
    if (!read.ok || read.value.name === "") continue;
    const known = names.get(device);
    if (known === undefined || read.value.at >= known.at) names.set(device, read.value);
  }
  return names;
};
