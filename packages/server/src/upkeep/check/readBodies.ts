/** Bodies of envelopes, a few MiB at a time, and whether each is the one that its head names. */
import { isBodyOf } from "@duro/crypto/verify";
import type { VaultId } from "@duro/protocol";
import { plainBytes } from "../../postgres/logRows.ts";
import type { Transaction } from "../../postgres/transact.ts";
import type { ReadHead } from "./readHeads.ts";
import type { Report } from "./report.ts";

export interface WithBody extends ReadHead {
  /** Undefined: it is not here, or it is another one. */
  readonly body: Uint8Array | undefined;
}

/** A body is at most 1.3 MiB, so this much and one more are in memory. */
const groupByteLength = 4_194_304;
const groupCount = 1_024;

export async function* withBodies(
  tx: Transaction,
  report: Report,
  vault: VaultId,
  heads: readonly ReadHead[],
): AsyncGenerator<WithBody> {
  for (const group of inGroups(heads)) {
    const positions = group.map(({ position }) => position);
    const rows = await tx<{ position: number; body: Uint8Array }[]>`
      select position, body from envelope_bodies
      where vault_id = ${vault} and position = any(${positions}::bigint[])`;
    const bodies = new Map(rows.map(({ position, body }) => [position, plainBytes(body)]));
    for (const read of group)
      yield { ...read, body: checkBody(report, vault, read, bodies.get(read.position)) };
  }
}

/** Where only what is wrong with them is wanted. */
export const checkBodies = async (...given: Parameters<typeof withBodies>): Promise<void> => {
  const bodies = withBodies(...given);
  while ((await bodies.next()).done !== true);
};

function* inGroups(heads: readonly ReadHead[]): Generator<readonly ReadHead[]> {
  let group: ReadHead[] = [];
  let byteLength = 0;
  for (const read of heads) {
    group.push(read);
    byteLength += read.head.bodyByteLength;
    if (byteLength < groupByteLength && group.length < groupCount) continue;
    yield group;
    group = [];
    byteLength = 0;
  }
  if (group.length > 0) yield group;
}

const checkBody = (
  report: Report,
  vault: VaultId,
  { chain, seq, head }: ReadHead,
  body: Uint8Array | undefined,
): Uint8Array | undefined => {
  if (body === undefined) {
    report.count("absentBodies");
    return undefined;
  }
  report.count("bodies");
  if (isBodyOf(head, body)) return body;
  report.find({ type: "BodyDiffers", vault, chain, seq });
  return undefined;
};
