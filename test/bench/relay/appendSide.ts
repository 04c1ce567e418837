/** Makes the load of appends: writers that put as fast as receipts allow. */
import { assert } from "@duro/crypto/types";
import type { Person } from "../../../packages/crypto/src/testing/people.ts";
import { RelayTag } from "../../../packages/protocol/src/wire/tags.ts";
import { type ChainFeed, createChainFeed } from "./chainFeed.ts";
import { serveJobs } from "./jobs.ts";
import { openVault } from "./openVault.ts";
import { decoded, openSessions, type Session } from "./session.ts";
import { putsUnderWay } from "./underWay.ts";
import { createWorld, type Household } from "./world.ts";

interface Writer {
  readonly session: Session;
  /** One in each vault that it writes to. */
  readonly feeds: readonly ChainFeed[];
  frames: Buffer[];
}

let households: readonly Household[] = [];
let writers: readonly Writer[] = [];

const openWriter = async (
  session: Session,
  person: Person,
  vaults: Household["vaults"],
): Promise<Writer> => {
  const feeds: ChainFeed[] = [];
  for (const [at, vault] of vaults.entries()) {
    // No credit is granted: what others put is not sent here.
    openVault(session, vault.state.vault, { channel: at + 1 });
    await session.next("VaultHeads");
    const feed = createChainFeed({ person, vault, channel: at + 1 });
    session.socket.write(feed.open());
    await session.next("Receipt");
    feeds.push(feed);
  }
  return { session, feeds, frames: [] };
};

/** Vaults are shared among the writers of their user: each has its part of them, or one with others. */
const vaultsOf = ({ vaults }: Household, index: number, count: number): Household["vaults"] =>
  vaults.length <= count
    ? vaults.slice(index % vaults.length, (index % vaults.length) + 1)
    : vaults.filter((_, at) => at % count === index);

const connect = async ({ url, count }: { url: string; count: number }): Promise<void> => {
  for (const { session } of writers) session.socket.close();
  const places = Array.from({ length: count }, (_, at) => {
    const household = households[at % households.length];
    assert(household !== undefined, "the world was made before");
    const index = Math.floor(at / households.length);
    const ofHousehold = Math.ceil((count - (at % households.length)) / households.length);
    return { person: household.person, vaults: vaultsOf(household, index, ofHousehold) };
  });
  const sessions = await openSessions(
    url,
    places.map(({ person }) => person.device),
  );
  writers = await Promise.all(
    sessions.map((session, at) => {
      const place = places[at];
      assert(place !== undefined, "a session for each place");
      return openWriter(session, place.person, place.vaults);
    }),
  );
};

const make = ({ putSize, envelopeCount }: { putSize: number; envelopeCount: number }): void => {
  const putCount = Math.ceil(envelopeCount / putSize / writers.length);
  for (const writer of writers)
    writer.frames = Array.from({ length: putCount }, (_, at) => {
      const feed = writer.feeds[at % writer.feeds.length];
      assert(feed !== undefined, "a writer has a vault");
      return feed.put(putSize);
    });
};

const writeAll = ({ session, frames }: Writer, putSize: number): Promise<void> =>
  new Promise((resolve) => {
    let sentCount = 0;
    let storedCount = 0;
    const write = (): void => {
      const storedPuts = Math.floor(storedCount / putSize);
      const until = Math.min(frames.length, storedPuts + putsUnderWay(putSize));
      const next = frames.slice(sentCount, until);
      sentCount = until;
      if (next.length > 0) session.socket.write(Buffer.concat(next));
    };
    session.listen((bytes) => {
      if (bytes[0] !== RelayTag.Receipt && bytes[0] !== RelayTag.Refusal) return;
      const receipt = decoded(bytes);
      storedCount += receipt.type === "Receipt" ? receipt.count : 0;
      if (storedCount === frames.length * putSize) resolve();
      else write();
    });
    write();
  });

const jobs = {
  createWorld: async ({ url, vaultCount }: { url: string; vaultCount: number }): Promise<void> => {
    households = await createWorld(url, `append ${vaultCount}`, vaultCount);
  },
  connect,
  make,
  /** Gives how many envelopes were stored and receipted. */
  write: async ({ putSize }: { putSize: number }): Promise<number> => {
    await Promise.all(writers.map((writer) => writeAll(writer, putSize)));
    return writers.reduce((sum, { frames }) => sum + frames.length * putSize, 0);
  },
};

export type AppendSide = typeof jobs;
serveJobs(jobs);
