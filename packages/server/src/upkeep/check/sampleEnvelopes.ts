/** Some envelopes of a vault, anywhere in it: where many are damaged, some of these soon are. */
import type { VaultRow } from "./checkVaultLog.ts";
import type { CheckContext } from "./checkContext.ts";
import { checkBodies } from "./readBodies.ts";
import { type HeadRow, readHead } from "./readHeads.ts";

const sampleCount = 8;
const randomByteLength = 6;

export const sampleEnvelopes = async (
  { tx, report, randomBytes }: CheckContext,
  { vault, position }: VaultRow,
): Promise<void> => {
  if (position === 0) return;
  const positions = Array.from({ length: Math.min(sampleCount, position) }, () =>
    anyUpTo(position, randomBytes(randomByteLength)),
  );
  const rows = await tx<HeadRow[]>`
    select chain_id, seq, position, kind, flags, body_byte_length, signed_head from envelope_heads
    where vault_id = ${vault} and position = any(${positions}::bigint[])`;
  const heads = rows.flatMap((row) => readHead(report, vault, row) ?? []);
  await checkBodies(tx, report, vault, heads);
};

/** From 1. That some come a hair more often does not matter. */
const anyUpTo = (max: number, bytes: Uint8Array): number =>
  1 + Math.floor((Buffer.from(bytes).readUIntBE(0, randomByteLength) / 2 ** 48) * max);
