/**
 * Lines between machines and relays, and what becomes of them: slow, stalled, broken, half open. Within a
 * connection nothing changes its order; between an old one and a new one everything may.
 */
import type {
  Socket,
  SocketClosed,
  SocketEvents,
  Transport,
} from "../../packages/client/src/ports/transport.ts";
import type { RelaySocket } from "../../packages/server/src/relay/connection.ts";
import { createPipe, type LinePace, type Pipe } from "./pipe.ts";
import type { RareStates } from "./rareStates.ts";
import type { Rng } from "./rng.ts";
import type { Scheduler } from "./scheduler.ts";

/** The relay's side of a connection, as whoever runs the relay sees it. */
export interface Accepted {
  onMessage(bytes: Uint8Array): void;
  onClosed(): void;
}

/** Undefined: nobody listens there. */
export type Accept = (
  socket: RelaySocket,
) => Accepted | Pick<SocketClosed, "status" | "refusal"> | undefined;

export type Direction = "up" | "down";

export interface NetworkDeps {
  readonly scheduler: Scheduler;
  readonly rng: Rng;
  readonly rare: RareStates;
  /** Every frame, as it is sent. */
  readonly onFrame: (connection: string, direction: Direction, bytes: Uint8Array) => void;
  /** What becomes of a frame on its way down, where somebody sits on the line. */
  readonly tamper: (connection: string, bytes: Uint8Array) => Uint8Array;
  /** What the relay's side passes on of a frame, or instead of it. */
  readonly pass: (connection: string, bytes: Uint8Array) => readonly Uint8Array[];
  /** Where a URL leads that machine, now. */
  readonly acceptAt: (url: string, machine: string) => Accept | undefined;
}

/** How one machine is connected to the rest of the world. */
export interface Line {
  readonly transport: Transport;
  readonly pace: LinePace;
  stall(): void;
  resume(): void;
  /** Both sides learn of it, each in its time. */
  breakAll(): void;
  /** One side learns of it; the other goes on talking to nobody. */
  breakHalf(): void;
  /** The machine is off. `isSilent`: as when its power went, so nobody tells the relay. */
  machineGone(isSilent: boolean): void;
  readonly openCount: number;
}

export interface Network {
  line(machine: string, pace: Omit<LinePace, "isStalled">): Line;
  /** A relay is gone, and with it its sides of all connections to it. */
  readonly relayGone: (accept: Accept, isSilent: boolean) => void;
}

interface Link {
  /** The machine, and which of its connections. */
  readonly name: string;
  readonly accept: Accept;
  readonly up: Pipe;
  readonly down: Pipe;
  isCut: boolean;
  /** Tells one side that it is over, unless it knows. */
  tellClient(why: SocketClosed): void;
  tellRelay(): void;
  clientGone(): void;
  relayGone(): void;
}

const noSocket: SocketClosed = {
  code: undefined,
  status: undefined,
  refusal: undefined,
  failure: undefined,
};
const lost: SocketClosed = { ...noSocket, code: 1006 };
const codeNormal = 1000;
/** What a system waits for an answer to its first packets. */
const dialTimeoutMs = 20_000;
/** What `ws` waits for the other side's part of a goodbye. */
const closeTimeoutMs = 30_000;
/** Packets that a network keeps for a while, and then delivers. */
const lateProbability = 0.4;
const lateMeanMs = 5_000;
/** Until a side learns that a connection broke: at once, or when it next looks. */
const tellMeanMs = 400;

export const createNetwork = (deps: NetworkDeps): Network => {
  const links = new Set<Link>();
  return {
    line: (machine, given) => createLine(deps, links, machine, { ...given, isStalled: false }),
    relayGone: (accept, isSilent) => {
      for (const link of [...links].filter((other) => other.accept === accept)) {
        link.relayGone();
        if (isSilent) deps.rare.reached("a connection is half open");
        cut(deps, link, { tellsClient: !isSilent, tellsRelay: false });
      }
    },
  };
};

const cut = (
  { scheduler, rng, rare }: NetworkDeps,
  link: Link,
  { tellsClient, tellsRelay }: { readonly tellsClient: boolean; readonly tellsRelay: boolean },
): void => {
  if (link.isCut) return;
  link.isCut = true;
  if (link.up.underWayCount + link.down.underWayCount > 0)
    rare.reached("a connection breaks with frames under way");
  link.up.cut();
  link.down.cut();
  if (tellsClient) scheduler.after(rng.waitMs(tellMeanMs), () => link.tellClient(lost));
  if (tellsRelay) scheduler.after(rng.waitMs(tellMeanMs), () => link.tellRelay());
};

/** The client gives up, while what it sent still finds its way. */
const breakLate = ({ scheduler, rng }: NetworkDeps, link: Link): void => {
  link.down.cut();
  link.up.delay(rng.waitMs(lateMeanMs));
  link.up.mark(() => link.tellRelay());
  scheduler.after(rng.waitMs(tellMeanMs), () => link.tellClient(lost));
};

const createLine = (deps: NetworkDeps, links: Set<Link>, machine: string, pace: LinePace): Line => {
  const { rng, rare } = deps;
  const mine = new Set<Link>();
  let connectionCount = 0;
  const nextName = (): string => `${machine}/${(connectionCount += 1)}`;
  const dial = (url: string, events: SocketEvents): Socket =>
    dialRelay(deps, { machine, nextName, pace, links, mine }, url, events);
  return {
    transport: { dial },
    pace,
    stall: () => {
      pace.isStalled = true;
    },
    resume: () => {
      pace.isStalled = false;
      for (const link of mine) {
        link.up.resume();
        link.down.resume();
      }
    },
    breakAll: () => {
      for (const link of mine) {
        if (rng.chance(lateProbability)) breakLate(deps, link);
        else cut(deps, link, { tellsClient: true, tellsRelay: true });
      }
    },
    breakHalf: () => {
      for (const link of mine) {
        rare.reached("a connection is half open");
        const tellsClient = rng.chance(0.5);
        cut(deps, link, { tellsClient, tellsRelay: !tellsClient });
      }
    },
    machineGone: (isSilent) => {
      for (const link of mine) {
        link.clientGone();
        // What was on its way arrives all the same, be it after the next connection was made.
        if (!isSilent && rng.chance(0.5)) link.up.mark(() => link.tellRelay());
        else cut(deps, link, { tellsClient: false, tellsRelay: !isSilent });
      }
    },
    get openCount() {
      return mine.size;
    },
  };
};

interface Caller {
  readonly machine: string;
  /** A name for its next connection. */
  readonly nextName: () => string;
  readonly pace: LinePace;
  readonly links: Set<Link>;
  readonly mine: Set<Link>;
}

/** A socket that the relay's side is not there for yet, or never will be. */
const dialRelay = (
  deps: NetworkDeps,
  caller: Caller,
  url: string,
  events: SocketEvents,
): Socket => {
  const { scheduler, rng, rare } = deps;
  const { pace } = caller;
  let isOver = false;
  let link: Link | undefined;
  const refuse = (delayMs: number, why: SocketClosed): void => {
    scheduler.after(delayMs, () => {
      if (isOver) return;
      isOver = true;
      events.onClosed(why);
    });
  };
  const connect = (): void => {
    if (isOver) return;
    if (pace.isStalled) {
      rare.reached("a dial runs into a partition");
      return refuse(dialTimeoutMs, noSocket);
    }
    const accept = deps.acceptAt(url, caller.machine);
    if (accept === undefined) {
      rare.reached("a dial finds no relay");
      return refuse(rng.waitMs(pace.latencyMs), noSocket);
    }
    link = openLink(deps, caller, accept, events);
    if (link === undefined) refuse(rng.waitMs(pace.latencyMs), noSocket);
    return undefined;
  };
  scheduler.after(rng.waitMs(pace.latencyMs), connect);
  return {
    send: (bytes) => {
      if (link === undefined || isOver) return;
      deps.onFrame(link.name, "up", bytes);
      link.up.send(bytes, () => {});
    },
    close: () => {
      if (isOver) return;
      if (link === undefined) return refuse(0, noSocket);
      isOver = true;
      const closing = link;
      closing.up.mark(() => {
        closing.tellRelay();
        closing.down.mark(() => closing.tellClient({ ...noSocket, code: codeNormal }));
      });
      scheduler.after(closeTimeoutMs, () => closing.tellClient(lost));
    },
    get bufferedByteLength() {
      return link?.up.bufferedByteLength ?? 0;
    },
  };
};

const openLink = (
  deps: NetworkDeps,
  { nextName, pace, links, mine }: Caller,
  accept: Accept,
  events: SocketEvents,
): Link | undefined => {
  const { scheduler, rng, rare } = deps;
  const onStalled = (): void => rare.reached("a frame waits for a partition to end");
  let client: SocketEvents | undefined = events;
  let relay: Accepted | undefined;
  const up = createPipe({ scheduler, rng, pace, onStalled }, (bytes) => relay?.onMessage(bytes));
  const down = createPipe({ scheduler, rng, pace, onStalled }, (bytes) => client?.onMessage(bytes));
  const forget = (): void => {
    if (client !== undefined || relay !== undefined) return;
    links.delete(link);
    mine.delete(link);
  };
  const link: Link = {
    name: nextName(),
    accept,
    up,
    down,
    isCut: false,
    tellClient: (why) => {
      const told = client;
      client = undefined;
      forget();
      told?.onClosed(why);
    },
    tellRelay: () => {
      const told = relay;
      relay = undefined;
      forget();
      told?.onClosed();
    },
    clientGone: () => {
      client = undefined;
      forget();
    },
    relayGone: () => {
      relay = undefined;
      forget();
    },
  };
  down.mark(() => client?.onOpen());
  const accepted = accept(relaySideOf(deps, link));
  if (accepted === undefined) return undefined;
  if ("status" in accepted) {
    down.cut();
    scheduler.after(rng.waitMs(pace.latencyMs), () =>
      link.tellClient({ ...noSocket, ...accepted }),
    );
    return link;
  }
  relay = accepted;
  links.add(link);
  mine.add(link);
  return link;
};

const relaySideOf = (deps: NetworkDeps, link: Link): RelaySocket => ({
  send: (bytes, onSent) => {
    // Said is said, whoever hears it.
    deps.onFrame(link.name, "down", bytes);
    if (link.isCut) return;
    const passed = deps.pass(link.name, bytes);
    if (passed.length === 0) deps.scheduler.after(0, onSent);
    for (const [at, frame] of passed.entries())
      link.down.send(deps.tamper(link.name, frame), at === passed.length - 1 ? onSent : () => {});
  },
  close: (code) => {
    link.down.mark(() => {
      link.tellClient({ ...noSocket, code });
      link.up.mark(() => link.tellRelay());
    });
    deps.scheduler.after(closeTimeoutMs, () => link.tellRelay());
  },
  terminate: () => cut(deps, link, { tellsClient: true, tellsRelay: true }),
  get bufferedAmount() {
    return link.down.bufferedByteLength;
  },
});
