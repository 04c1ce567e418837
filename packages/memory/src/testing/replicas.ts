/** Devices of one vault: real documents, real updates, delivered when and in what order a test says. */
import * as Y from "yjs";
import type { DocName } from "../docs/names.ts";
import { openMemory, type Memory } from "../memory.ts";
import type { Result } from "../result.ts";

export interface Device {
  readonly name: string;
  readonly memory: Memory;
  /** Those that are open. */
  readonly docs: ReadonlyMap<DocName, Y.Doc>;
  readonly doc: (name: DocName) => Y.Doc;
}

export interface Sent {
  readonly from: string;
  readonly name: DocName;
  readonly update: Uint8Array;
}

export interface World {
  readonly clock: { nowMs: number };
  readonly sent: readonly Sent[];
  readonly device: (name: string) => Device;
  /** All updates so far, in this order, to one device or to everybody. */
  readonly exchange: (order?: (sent: readonly Sent[]) => readonly Sent[], to?: string) => void;
}

const heard = Symbol("heard");

/** Not random: a failed run is the same again. */
const numbersFrom = (seed: number) => {
  let state = seed >>> 0 || 1;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
};

const hash = (text: string): number =>
  new TextEncoder().encode(text).reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7);

export const aDay = 86_400_000;
export const start = Date.UTC(2026, 10, 3, 12);

interface WorldOptions {
  /** Documents that nobody asked for are opened at once, if not said otherwise. */
  readonly isLazy?: boolean;
  readonly lastBeaconMs?: (device: string) => number | undefined;
  /** How far the clock of a device is off. */
  readonly clockErrorMs?: Readonly<Record<string, number>>;
}

export const createWorld = ({
  isLazy = false,
  lastBeaconMs,
  clockErrorMs = {},
}: WorldOptions = {}): World => {
  const clock = { nowMs: start };
  const sent: Sent[] = [];
  const devices = new Map<string, Device>();
  const deviceByClientId = new Map<number, string>();

  /** What has reached a device, whether its document was open or not. */
  const reached = new Map<string, readonly Sent[]>();

  const open = (device: string, docs: Map<DocName, Y.Doc>, name: DocName): Y.Doc => {
    const present = docs.get(name);
    if (present !== undefined) return present;
    const doc = new Y.Doc();
    doc.clientID = hash(`${device} ${name}`) + 1;
    deviceByClientId.set(doc.clientID, device);
    const stored = [...(reached.get(device) ?? []), ...sent.filter(({ from }) => from === device)];
    for (const one of stored) if (one.name === name) Y.applyUpdate(doc, one.update, heard);
    doc.on("update", (update: Uint8Array, origin: unknown) => {
      if (origin !== heard) sent.push({ from: device, name, update });
    });
    docs.set(name, doc);
    return doc;
  };

  const createDevice = (name: string): Device => {
    const docs = new Map<DocName, Y.Doc>();
    const nextByte = numbersFrom(hash(name));
    const memory = openMemory({
      docOf: (docName) => (isLazy ? docs.get(docName) : open(name, docs, docName)),
      authorOf: (clientId) => {
        const device = deviceByClientId.get(clientId);
        return device === undefined ? undefined : { device, lastBeaconMs: lastBeaconMs?.(device) };
      },
      nowMs: () => clock.nowMs + (clockErrorMs[name] ?? 0),
      randomBytes: (byteLength) => Uint8Array.from({ length: byteLength }, nextByte),
      device: name,
    });
    return { name, memory, docs, doc: (docName) => open(name, docs, docName) };
  };

  return {
    clock,
    sent,
    device: (name) => {
      const device = devices.get(name) ?? createDevice(name);
      devices.set(name, device);
      return device;
    },
    exchange: (order = (all) => all, to) => {
      const all = order([...sent]);
      for (const device of devices.values()) {
        if (to !== undefined && device.name !== to) continue;
        reached.set(device.name, all);
        for (const { from, name, update } of all)
          if (from !== device.name && (!isLazy || device.docs.has(name)))
            Y.applyUpdate(device.doc(name), update, heard);
      }
    },
  };
};

export const valueOf = <T, E>(result: Result<T, E>): T => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
};

export const errorOf = <T, E>(result: Result<T, E>): E => {
  if (result.ok) throw new Error("expected a refusal");
  return result.error;
};
