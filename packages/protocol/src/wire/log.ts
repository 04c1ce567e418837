/** Frames that carry signed logs: of users and of vaults. What a record says is crypto's matter. */
import { type Reader, type RecordId, recordIds, sizes, type Writer } from "@duro/crypto/types";
import { type RequestId, requestIds } from "../ids.ts";
import { recordsPerFrameMax } from "../limits.ts";
import {
  type LogHead,
  type LogName,
  readLogHead,
  readLogName,
  writeLogHead,
  writeLogName,
} from "./heads.ts";

/** Answered by LogRecords, page after page up to the head. */
export interface LogWant {
  readonly type: "LogWant";
  readonly request: RequestId;
  readonly name: LogName;
  readonly fromIndex: number;
}

export const writeLogWant = (to: Writer, frame: LogWant): void => {
  requestIds.write(to, frame.request);
  writeLogName(to, frame.name);
  to.varUint(frame.fromIndex);
};

export const readLogWant = (from: Reader): LogWant => ({
  type: "LogWant",
  request: requestIds.read(from),
  name: readLogName(from),
  fromIndex: from.varUint(),
});

/** An answer, or news that nobody asked for. */
export interface LogRecords {
  readonly type: "LogRecords";
  readonly name: LogName;
  readonly fromIndex: number;
  /** Encoded, one behind the other. */
  readonly records: readonly Uint8Array[];
  /** Of the newest record that the relay has: whether another page follows. */
  readonly headIndex: number;
}

export const writeLogRecords = (to: Writer, frame: LogRecords): void => {
  writeLogName(to, frame.name);
  to.varUint(frame.fromIndex);
  to.list(frame.records, (_, record) => to.varBytes(record));
  to.varUint(frame.headIndex);
};

export const readLogRecords = (from: Reader): LogRecords => ({
  type: "LogRecords",
  name: readLogName(from),
  fromIndex: from.varUint(),
  records: from.list(recordsPerFrameMax, 1, () => from.varBytes(sizes.recordByteLengthMax)),
  headIndex: from.varUint(),
});

/** The log has grown; whoever wants the records asks. */
export interface LogNudge {
  readonly type: "LogNudge";
  readonly name: LogName;
  readonly head: LogHead;
}

export const writeLogNudge = (to: Writer, frame: LogNudge): void => {
  writeLogName(to, frame.name);
  writeLogHead(to, frame.head);
};

export const readLogNudge = (from: Reader): LogNudge => ({
  type: "LogNudge",
  name: readLogName(from),
  head: readLogHead(from),
});

/** The record names its log and its predecessor: stored only if that is still the newest. */
export interface AppendRecord {
  readonly type: "AppendRecord";
  readonly request: RequestId;
  readonly record: Uint8Array;
}

export const writeAppendRecord = (to: Writer, frame: AppendRecord): void => {
  requestIds.write(to, frame.request);
  to.varBytes(frame.record);
};

export const readAppendRecord = (from: Reader): AppendRecord => ({
  type: "AppendRecord",
  request: requestIds.read(from),
  record: from.varBytes(sizes.recordByteLengthMax),
});

export interface RecordAppended {
  readonly type: "RecordAppended";
  readonly request: RequestId;
  readonly index: number;
  readonly id: RecordId;
}

export const writeRecordAppended = (to: Writer, frame: RecordAppended): void => {
  requestIds.write(to, frame.request);
  to.varUint(frame.index);
  recordIds.write(to, frame.id);
};

export const readRecordAppended = (from: Reader): RecordAppended => ({
  type: "RecordAppended",
  request: requestIds.read(from),
  index: from.varUint(),
  id: recordIds.read(from),
});
