/** What somebody who registers brings: the first records of their identity log, read and judged. Pure. */
import { assert, err, ok, type Result } from "@duro/crypto/types";
import {
  decodeRecord,
  type IdentityState,
  isActive,
  type LogRecord,
  replayIdentityLog,
} from "@duro/crypto/verify";
import { refused, type Refused, type Registration } from "@duro/protocol";
import { devicesOf } from "../domain/devices.ts";
import { refusalOfRecord } from "../domain/judgeRecord.ts";
import { readBase64url } from "../http/readBase64url.ts";
import type { NewAccount } from "../ports/accountStore.ts";

type Parsed = Omit<NewAccount, "nowMs">;

export const parseRegistration = (
  { records: texts }: Registration,
  deviceCountMax: number,
): Result<Parsed, Refused> => {
  const records: LogRecord[] = [];
  const bytesOfRecords: Uint8Array[] = [];
  for (const [index, text] of texts.entries()) {
    const bytes = readBase64url(text);
    if (bytes === undefined)
      return err(refused("InvalidField", { path: `body/records/${index}`, rule: "base64url" }));
    const record = decodeRecord(bytes);
    if (!record.ok) return err(withIndex(refusalOfRecord(record.error, undefined), index));
    records.push(record.value);
    bytesOfRecords.push(bytes);
  }
  const state = judge(records, deviceCountMax);
  if (!state.ok) return state;
  return ok({
    user: state.value.user,
    records: records.map(({ index, id, previous }, at) => {
      const bytes = bytesOfRecords[at];
      assert(bytes !== undefined, "every record was read from bytes");
      return { index, id, previous, bytes };
    }),
    devices: devicesOf(state.value),
  });
};

const withIndex = ({ name, facts }: Refused, index: number): Refused =>
  refused(name, { ...facts, index });

const judge = (
  records: readonly LogRecord[],
  deviceCountMax: number,
): Result<IdentityState, Refused> => {
  const { states, stopped } = replayIdentityLog(records);
  const at = states.length;
  if (stopped?.type === "LinkGap" || stopped?.type === "LinkForked")
    return err(refused("LogRecordInvalid", { rule: "it follows the record before", index: at }));
  if (stopped !== undefined) return err(withIndex(refusalOfRecord(stopped, undefined), at));
  const state = states.at(-1);
  assert(state !== undefined, "the schema wants a record, and the rules a genesis first");
  const activeCount = [...state.devices.values()].filter(isActive).length;
  return activeCount > deviceCountMax
    ? err(refused("QuotaExceeded", { what: "devices", limit: deviceCountMax }))
    : ok(state);
};
