/** Walks a rising list in pages, from anywhere and around. */

export interface PageAsk<Key> {
  /** Undefined: from the first on. */
  readonly after: Key | undefined;
  /** Up to and with this one; undefined: to the last. */
  readonly before: Key | undefined;
  readonly countMax: number;
}

const pageCount = 256;

/** With a `start`, from behind it to the end, and then from the beginning up to it. */
export async function* inPages<Key>(
  start: Key | undefined,
  read: (ask: PageAsk<Key>) => Promise<readonly Key[]>,
): AsyncGenerator<Key> {
  yield* walk(start, undefined, read);
  if (start !== undefined) yield* walk(undefined, start, read);
}

async function* walk<Key>(
  from: Key | undefined,
  before: Key | undefined,
  read: (ask: PageAsk<Key>) => Promise<readonly Key[]>,
): AsyncGenerator<Key> {
  let after = from;
  for (;;) {
    const page = await read({ after, before, countMax: pageCount });
    yield* page;
    after = page.at(-1);
    if (page.length < pageCount) return;
  }
}
