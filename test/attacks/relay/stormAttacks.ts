/** Attacks that go on until they are told that it is over; what the relay answered is counted. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Flood, floods, sendFlood } from "./floods.ts";
import { frameAttacks } from "./frameAttacks.ts";
import { reconnect } from "./reconnects.ts";
import { createFiller, stall } from "./stalledReaders.ts";
import type { Target } from "./target.ts";

export interface Storm {
  readonly target: Target;
  readonly add: (what: string, count?: number) => void;
  readonly isOver: () => boolean;
}

/** Over and over, by so many at once, each from one address. Whoever is not let in, or too slow for the relay, tries again. */
const again = async (
  { target, add, isOver }: Storm,
  width: number,
  attack: (at: number, address: string) => Promise<void>,
): Promise<void> => {
  let count = 0;
  const repeat = async (address: string): Promise<void> => {
    while (!isOver()) {
      count += 1;
      await attack(count, address).catch(async () => {
        add("not let in");
        await sleep(retryMs);
      });
    }
  };
  await Promise.all(Array.from({ length: width }, () => repeat(target.address())));
};

/** A hostile client may try again at once; nobody learns anything from how fast this machine does. */
const retryMs = 20;

export const nothing = async ({ isOver }: Storm): Promise<void> => {
  while (!isOver()) await sleep(50);
};

const frames = (storm: Storm): Promise<void> =>
  again(storm, 8, async (at, address) => {
    const { target, add } = storm;
    const attack = frameAttacks[at % frameAttacks.length];
    if (attack === undefined) return;
    const client = await (attack.isLoggedIn ? target.enter({ address }) : target.dial({ address }));
    attack.send(client);
    add(`code ${(await client.ended).code ?? "none"}`);
  });

const flooding =
  (flood: Flood) =>
  (storm: Storm): Promise<void> =>
    again(storm, 8, async (_, address) => {
      const { target, add } = storm;
      const client = await (flood.isLoggedIn
        ? target.enter({ address })
        : target.dial({ address }));
      sendFlood(target, client, flood);
      add((await client.ended).reason);
    });

const reconnectCount = 10_000;

const reconnects = async ({ target, add }: Storm): Promise<void> => {
  const { port } = target.relay;
  const one = target.address();
  const count = reconnectCount / 2;
  const counts = [
    await reconnect({ port, count, address: () => one }),
    await reconnect({ port, count, address: () => target.address() }),
  ];
  for (const tally of counts) for (const [what, times] of Object.entries(tally)) add(what, times);
};

const stalled = async ({ target, add, isOver }: Storm): Promise<void> => {
  const filler = await createFiller(target.relay.url, target.attacker);
  await filler.fill(12);
  const clients = await Promise.all(Array.from({ length: 24 }, () => stall(target)));
  while (!isOver()) {
    await filler.fill(1);
    await sleep(200);
  }
  for (const client of clients) add(client.isGone ? "cut off" : "held");
  for (const { socket } of clients) socket.destroy();
  await filler.close();
};

export const stormAttacks: Readonly<Record<string, (storm: Storm) => Promise<void>>> = {
  frames,
  ...Object.fromEntries(floods.map((flood) => [`flood of ${flood.name}`, flooding(flood)])),
  reconnects,
  stalled,
};
