/**
 * What a memory owes itself and nobody asks for: what has been forgotten for seven days is buried, and of
 * two that say the same the newer is marked. Only in documents that changed, and once they are quiet.
 */
import {
  type DocName,
  docNames,
  type EntryId,
  markDuplicates,
  rootDoc,
  show,
  sweep,
  undoMs,
} from "@duro/memory";
import type { Home } from "../daemon.ts";

export interface Upkeep {
  /** One look: a document that is as it was at the look before, and was another before that, is tidied. */
  look(): Promise<void>;
  stop(): void;
}

export interface UpkeepDeps {
  /** Undefined while nobody lives here. */
  readonly home: () => Home | undefined;
  /** Once, and no sooner than that; calling what comes back takes it back. */
  readonly after: (ms: number, run: () => void) => () => void;
  readonly onFailure: (cause: unknown) => void;
}

/** Nobody waits for it, and a person who writes pauses for longer. */
const lookMs = 60_000;

interface Seen {
  readonly mark: string | undefined;
  /** It changed since it was tidied, or since the daemon began. */
  readonly isDue: boolean;
}

export const startUpkeep = ({ home, after, onFailure }: UpkeepDeps): Upkeep => {
  const seen = new Map<DocName, Seen>();
  let of: Home | undefined;
  let end = (): void => {};

  const look = async (): Promise<void> => {
    const at = home();
    if (at !== of) seen.clear();
    of = at;
    if (at === undefined) return;
    for (const name of await dueIn(at, seen)) await tidy(at, name);
    for (const name of await overdueIn(at)) await tidy(at, name);
  };

  const later = (): void => {
    end = after(lookMs, () => {
      look().then(later, (cause: unknown) => {
        onFailure(cause);
        later();
      });
    });
  };
  later();
  return { look, stop: () => end() };
};

const namesIn = async (home: Home): Promise<readonly DocName[]> => {
  const names = await home.read<readonly DocName[], never>((memory) => docNames(memory));
  return names.ok ? names.value.filter((name) => name !== rootDoc) : [];
};

/** What was there when the daemon began was tidied by the one before, or is when it changes. */
const dueIn = async (home: Home, seen: Map<DocName, Seen>): Promise<readonly DocName[]> => {
  const due: DocName[] = [];
  const isFirst = seen.size === 0;
  for (const name of await namesIn(home)) {
    const mark = home.index.markOf(name);
    const before = seen.get(name);
    const isChanged = !isFirst && before?.mark !== mark;
    const isQuiet = !isChanged && before?.isDue === true;
    if (isQuiet) due.push(name);
    seen.set(name, { mark, isDue: isChanged });
  }
  return due;
};

/** Documents in which something waits to be buried. */
const overdueIn = async (home: Home): Promise<readonly DocName[]> => {
  const beforeMs = home.memory.nowMs() - undoMs;
  const ids = home.index.forgottenSince(0).filter(({ atMs }) => atMs < beforeMs);
  const names = new Set<DocName>();
  for (const { id } of ids) {
    const name = await docOf(home, id);
    if (name !== undefined) names.add(name);
  }
  return [...names];
};

const docOf = async (home: Home, id: EntryId): Promise<DocName | undefined> => {
  const item = await home.read((memory) => show(memory, id));
  return item.ok ? item.value.doc : undefined;
};

/** A device that was removed, or whose disk is full, does it another time, or another device does. */
const tidy = async (home: Home, name: DocName): Promise<void> => {
  const swept = await home.write((memory) => sweep(memory, name));
  if (swept.ok) await home.write((memory) => markDuplicates(memory, [name]));
};
