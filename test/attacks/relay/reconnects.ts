/** Sockets that are opened and dropped, as fast as they are let in. */
import { openRaw } from "./rawClient.ts";
import { createTally, type Tally } from "./tally.ts";

export interface Reconnects {
  readonly port: number;
  readonly count: number;
  /** Of one after the other. */
  readonly address: () => string;
  /** How many at once. */
  readonly width?: number;
}

/** Waits for the relay's first word on each, then goes away without one. */
export const reconnect = async ({
  port,
  count,
  address,
  width = 50,
}: Reconnects): Promise<Tally["counts"]> => {
  const tally = createTally();
  let left = count;
  const comeAndGo = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const client = await openRaw(port, { address: address() }).catch(() => undefined);
      if (client === undefined) {
        tally.add("not let in");
        continue;
      }
      const word = await Promise.race([client.next("Challenge"), client.ended]);
      if ("nonce" in word) tally.add("let in");
      else tally.add(word.reason);
      client.socket.destroy();
      await client.gone;
    }
  };
  await Promise.all(Array.from({ length: width }, comeAndGo));
  return tally.counts;
};
