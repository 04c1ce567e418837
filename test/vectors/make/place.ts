/** Heads under log heads of a vault that rotated at records 9 and 16. */
import { encodeHead, EnvelopeKind } from "../../../packages/crypto/src/envelope/head.ts";
import { chainIdOf } from "../../../packages/crypto/src/envelope/envelope.ts";
import { recordIds } from "../../../packages/crypto/src/ids.ts";
import { incarnationOf, type Vault } from "../../../packages/crypto/src/testing/people.ts";
import { someEnvelopeId } from "../../../packages/crypto/src/testing/records.ts";
import { hexOf, type VectorFile } from "../format.ts";
import type { PlaceInput } from "../run/place.ts";
import type { VaultLogTables } from "../run/vaultLog.ts";
import { filled } from "./bytes.ts";
import { fault, golden } from "./cases.ts";
import { wholeLog } from "./vaultLog.ts";
import { memberTable, type VaultWorld, vaultWorld } from "./vaultWorld.ts";
import { recordsHex } from "./world.ts";

const headOf = (
  { team }: VaultWorld,
  vault: Vault,
  under: number | undefined,
  epoch: number,
): string => {
  const logHead =
    under === undefined ? recordIds.fromBytes(filled(32, 0x51)) : vault.records[under]?.id;
  if (logHead === undefined) throw new RangeError("the log has that record");
  return hexOf(
    encodeHead({
      kind: EnvelopeKind.Data,
      flags: 0,
      vault: vault.state.vault,
      chain: chainIdOf(team.writer.device.signKey, incarnationOf(1)),
      seq: 2,
      previous: someEnvelopeId(1),
      epoch,
      logHead,
      nonce: filled(24, 0x52),
      bodyByteLength: 400,
      bodyHash: filled(32, 0x53),
    }),
  );
};

export const makePlace = (): VectorFile<PlaceInput, VaultLogTables> => {
  const world = vaultWorld();
  const whole = wholeLog(world).at(-1);
  if (whole === undefined) throw new RangeError("the log has records");
  const input = (lastLogIndex: number, under: number | undefined, epoch: number, take = 17) => ({
    base: "vault",
    take,
    lastLogIndex,
    head: headOf(world, whole, under, epoch),
  });
  const wrong = (rule: string, name: string, why: string, place: PlaceInput) =>
    fault("PlaceWrong", name, why, place, { rule });
  const back = "log head never goes back";
  const other = "epoch is the one of its log head";
  return {
    layer: "place",
    about:
      "Whether an envelope may stand under the log head and the epoch that it names (docs/protocol.md §5, PLACE1 to PLACE3). Epoch 2 begins with record 9, epoch 3 with record 16.",
    identityLogs: memberTable(world),
    logs: { vault: recordsHex(whole.records) },
    cases: [
      golden("the first of a chain", "under any log head", input(0, 2, 1), { logIndex: 2 }),
      golden("under the genesis", "record 0 is a log head", input(0, 0, 1), { logIndex: 0 }),
      golden("under the same log head", "the log did not grow", input(4, 4, 1), { logIndex: 4 }),
      golden("the last record of an epoch", "epoch 1 is current there", input(4, 8, 1), {
        logIndex: 8,
      }),
      golden("the record that brings an epoch", "epoch 2 is current there", input(8, 9, 2), {
        logIndex: 9,
      }),
      golden("an old log head, honestly", "what is newer was not applied yet", input(8, 10, 2), {
        logIndex: 10,
      }),
      fault("LogHeadUnknown", "a log head that nobody has", "held", input(0, undefined, 1)),
      fault(
        "LogHeadUnknown",
        "a log head that is not here yet",
        "held until the log has come",
        input(0, 9, 2, 9),
      ),
      wrong(back, "a log head before the one before", "PLACE2", input(5, 4, 1)),
      wrong(back, "a log head of an earlier epoch", "PLACE2", input(9, 8, 1)),
      wrong(other, "the old epoch under the rotation", "PLACE3", input(8, 9, 1)),
      wrong(other, "the old epoch behind the rotation", "PLACE3", input(8, 12, 1)),
      wrong(other, "the next epoch before the rotation", "PLACE3", input(4, 8, 2)),
      wrong(other, "an epoch that does not exist", "PLACE3", input(4, 16, 4)),
    ],
  };
};
