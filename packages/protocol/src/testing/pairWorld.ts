/** Devices and a relay in one world: time, sockets that carry bytes one by one, and what can go wrong. */
import type { VaultId } from "../ids.ts";
import { bufferedByteLengthMax } from "../limits.ts";
import type { RefusalName } from "../refusals.ts";
import { createMemoryRelay, type MemoryRelay } from "./memoryRelay.ts";
import { createModelDevice, type ModelDevice } from "./modelDevice.ts";

interface Wire {
  readonly socket: number;
  isOpen: boolean;
  readonly toRelay: Uint8Array[];
  /** A refusal or nothing stands for the relay's end of it. */
  readonly toDevice: (Uint8Array | { readonly refusal: RefusalName | undefined })[];
  /** Nothing arrives any more, and nobody says so. */
  isDead: boolean;
}

interface Place {
  readonly device: ModelDevice;
  wire: Wire | undefined;
}

export type Happening =
  | {
      readonly kind: "edit";
      readonly at: number;
      readonly vault: number;
      readonly byteLength: number;
    }
  | {
      readonly kind: "toRelay" | "toDevice" | "relayWork";
      readonly at: number;
      readonly pick: number;
    }
  | { readonly kind: "deviceWork"; readonly at: number }
  | { readonly kind: "time"; readonly byMs: number }
  | { readonly kind: "drop" | "die" | "online" | "slow" | "drained"; readonly at: number }
  | { readonly kind: "tooFast"; readonly at: number; readonly debt: number }
  | { readonly kind: "record"; readonly vault: number }
  | { readonly kind: "reopen" | "bodies"; readonly at: number; readonly vault: number }
  | { readonly kind: "stopStart"; readonly at: number; readonly isHasty: boolean }
  | {
      readonly kind: "habits";
      readonly at: number;
      readonly sealsInParts: boolean;
      readonly declines: boolean;
      readonly takesLate: boolean;
    };

export interface PairWorld {
  readonly relay: MemoryRelay;
  readonly devices: readonly ModelDevice[];
  happens(happening: Happening): void;
  /** Nothing goes wrong any more; false where it does not come to rest. */
  comesToRest(): boolean;
  readonly nowMs: number;
}

const startMs = 1_000_000;
const restStepsMax = 20_000;
const jitter = 0.5;
/** Some of them are there, most of them not. */
const wantedSeqs = [1, 2, 3, 50];

export const createPairWorld = (deviceCount: number, vaults: readonly VaultId[]): PairWorld => {
  let nowMs = startMs;
  let socketCount = 0;
  const clock = () => nowMs;
  const places: Place[] = [];
  const placeOfSocket = (socket: number): Place | undefined =>
    places.find(({ wire }) => wire?.socket === socket);

  const relay = createMemoryRelay({
    vaults,
    nowMs: clock,
    send: (socket, bytes) => void placeOfSocket(socket)?.wire?.toDevice.push(bytes),
    close: (socket, refusal) => void placeOfSocket(socket)?.wire?.toDevice.push({ refusal }),
  });

  for (let number = 1; number <= deviceCount; number++) {
    const device = createModelDevice({
      number,
      vaults,
      nowMs: clock,
      dial: () => {
        socketCount += 1;
        place.wire = {
          socket: socketCount,
          isOpen: false,
          toRelay: [],
          toDevice: [],
          isDead: false,
        };
      },
      hangUp: () => {
        cut(place);
        place.isHungUp = true;
      },
      send: (bytes) => void place.wire?.toRelay.push(bytes),
    });
    const place: Place & { isHungUp: boolean } = { device, wire: undefined, isHungUp: false };
    places.push(place);
  }

  /** The rim says so at once, and not from within a step. */
  const sayHungUp = (place: Place & { isHungUp?: boolean }): void => {
    if (place.isHungUp !== true) return;
    place.isHungUp = false;
    place.device.take({ kind: "closed", why: {}, jitter });
  };

  const cut = (place: Place): void => {
    if (place.wire !== undefined) relay.disconnect(place.wire.socket);
    place.wire = undefined;
  };

  const placeAt = (at: number): Place => {
    const place = places[at % places.length];
    if (place === undefined) throw new TypeError("there is a device");
    return place;
  };
  const vaultAt = (at: number): VaultId => {
    const vault = vaults[at % vaults.length];
    if (vault === undefined) throw new TypeError("there is a vault");
    return vault;
  };

  const openWire = ({ device, wire }: Place): boolean => {
    if (wire === undefined || wire.isOpen || wire.isDead) return false;
    wire.isOpen = true;
    device.take({ kind: "opened" });
    relay.connect(wire.socket);
    return true;
  };

  const toRelay = (place: Place): boolean => {
    if (openWire(place)) return true;
    const { wire } = place;
    const bytes = wire?.toRelay.shift();
    if (wire === undefined || bytes === undefined) return false;
    if (!wire.isDead) relay.receive(wire.socket, bytes);
    return true;
  };

  const toDevice = (place: Place): boolean => {
    if (openWire(place)) return true;
    const { wire, device } = place;
    const next = wire?.toDevice.shift();
    if (wire === undefined || next === undefined) return false;
    if (wire.isDead) return true;
    if (next instanceof Uint8Array) device.receive(next);
    else {
      cut(place);
      device.take({ kind: "closed", why: { refusal: next.refusal }, jitter });
    }
    sayHungUp(place);
    return true;
  };

  const pass = (byMs: number): void => {
    const untilMs = nowMs + byMs;
    for (;;) {
      const due = places
        .map(({ device }) => device.wakeAtMs)
        .filter((atMs) => atMs !== undefined && atMs <= untilMs);
      if (due.length === 0) break;
      nowMs = Math.max(nowMs, Math.min(...due.map((atMs) => atMs ?? untilMs)));
      for (const place of places)
        if (place.device.wakeAtMs !== undefined && place.device.wakeAtMs <= nowMs) {
          place.device.take({ kind: "tick" });
          sayHungUp(place);
        }
    }
    nowMs = untilMs;
    relay.tick();
  };

  const happens = (happening: Happening): void => {
    switch (happening.kind) {
      case "edit":
        return placeAt(happening.at).device.edit(vaultAt(happening.vault), happening.byteLength);
      case "toRelay":
        for (let count = 0; count <= happening.pick; count++) toRelay(placeAt(happening.at));
        return undefined;
      case "toDevice":
        for (let count = 0; count <= happening.pick; count++) toDevice(placeAt(happening.at));
        return undefined;
      case "relayWork": {
        const { wire } = placeAt(happening.at);
        if (wire !== undefined) relay.workOn(wire.socket, happening.pick);
        return undefined;
      }
      case "deviceWork":
        placeAt(happening.at).device.work();
        return sayHungUp(placeAt(happening.at));
      case "time":
        return pass(happening.byMs);
      case "drop": {
        const place = placeAt(happening.at);
        if (place.wire === undefined) return undefined;
        cut(place);
        return place.device.take({ kind: "closed", why: {}, jitter });
      }
      case "die": {
        const { wire } = placeAt(happening.at);
        if (wire !== undefined) wire.isDead = true;
        return undefined;
      }
      case "online":
        return placeAt(happening.at).device.take({ kind: "online", jitter });
      case "slow":
      case "drained": {
        const { wire } = placeAt(happening.at);
        const byteLength = happening.kind === "slow" ? bufferedByteLengthMax + 1 : 0;
        if (wire !== undefined) relay.learn(wire.socket, { kind: "buffered", byteLength });
        return undefined;
      }
      case "tooFast": {
        const { wire } = placeAt(happening.at);
        if (wire !== undefined) relay.exhaustBudget(wire.socket, happening.debt);
        return undefined;
      }
      case "reopen":
        return placeAt(happening.at).device.reopen(vaultAt(happening.vault));
      case "bodies": {
        const vault = vaultAt(happening.vault);
        const chain = placeAt(happening.at + 1).device.vaults.get(vault)?.chain;
        if (chain === undefined) return undefined;
        return placeAt(happening.at).device.wantBodies(vault, chain, wantedSeqs);
      }
      case "record":
        return relay.appendRecord(vaultAt(happening.vault));
      case "stopStart": {
        const place = placeAt(happening.at);
        place.device.take({ kind: "stop" });
        if (!happening.isHasty) sayHungUp(place);
        place.device.take({ kind: "start" });
        return sayHungUp(place);
      }
      case "habits": {
        const { sealsInParts, declines, takesLate } = happening;
        Object.assign(placeAt(happening.at).device.habits, { sealsInParts, declines, takesLate });
        return undefined;
      }
    }
  };

  const isAnythingDone = (): boolean => {
    let isDone = false;
    for (const place of places) {
      const { wire, device } = place;
      isDone = device.work() || isDone;
      sayHungUp(place);
      isDone = toRelay(place) || isDone;
      isDone = (wire !== undefined && relay.workOn(wire.socket, 0)) || isDone;
      isDone = toDevice(place) || isDone;
    }
    return isDone;
  };

  const isAtRest = (): boolean =>
    places.every(({ device }) =>
      [...device.vaults].every(
        ([vault, { unsealed, outbox, recordCount }]) =>
          unsealed.length === 0 && outbox.length === 0 && recordCount >= relay.recordCountOf(vault),
      ),
    ) &&
    places.every(
      ({ device }) =>
        !isAskingIn(device) &&
        device.state.link.kind === "ready" &&
        device.state.wakeAtMs !== undefined,
    );

  return {
    relay,
    devices: places.map(({ device }) => device),
    happens,
    comesToRest: () => {
      for (const [at] of places.entries()) happens({ kind: "drained", at });
      for (let step = 0; step < restStepsMax; step++) {
        if (isAnythingDone()) continue;
        if (isAtRest()) return true;
        pass(500);
        for (const [at] of places.entries()) happens({ kind: "drained", at });
      }
      return false;
    },
    get nowMs() {
      return nowMs;
    },
  };
};

/** Whether anything that was asked for is without its answer. */
const isAskingIn = ({ state: { line, link } }: ModelDevice): boolean =>
  line.asks.length > 0 ||
  line.asked.size > 0 ||
  (link.kind === "ready" &&
    link.bodiesAsked.length + link.bodyQueue.length + link.logsAskedCount + link.sentPuts.length >
      0);
