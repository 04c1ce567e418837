/**
 * A record that breaks a rule, though the relay let it pass. Rules are named as docs/protocol.md names
 * them, so that the refusal, the test and the sentence for a person say the same thing.
 */
import { err, type Result } from "../result.ts";
import type { LogRecord } from "./record.ts";

export type RuleName =
  // both logs
  | "ID1 a log begins with a genesis, and only there"
  | "ID2 the log's name follows from its genesis"
  // identity log
  | "ID3 the author is an active full or paper device"
  | "ID4 a new device signs too"
  | "ID5 a device is added once"
  | "ID6 a box for every device but a viewer"
  | "ID7 the device to revoke is active, and is not the author"
  | "ID8 the next user key has the next generation"
  | "ID9 boxes go to exactly the devices that remain"
  | "ID10 a paper device goes only by its own signature or two full devices"
  | "ID11 no more devices than the limit"
  | "ID12 every signature is one the record needs"
  | "ID13 a key that boxes go to is one"
  // vault log
  | "VL1 pins name exactly the users relied on"
  | "VL2 a pin never goes back or to another branch"
  | "VL3 the author is an active full device of a member"
  | "VL4 the role allows it"
  | "VL5 recipients are exactly members and granted viewers"
  | "VL6 a box goes to the current generation"
  | "VL7 the next epoch"
  | "VL8 taking writing away names a cut"
  | "VL9 a cut is only raised"
  | "VL10 a cut names devices of that user"
  | "VL11 a user is added once"
  | "VL12 the user is a member"
  | "VL13 an owner remains"
  | "VL14 a granted device is an active viewer"
  | "VL15 two heads of one chain, one seq and one predecessor prove an equivocation"
  | "VL16 both branches share the record named"
  | "VL17 a version is only raised"
  | "VL18 no more members or viewers than the limit"
  | "VL19 a box names an epoch that exists"
  | "VL20 the author keeps what the record takes away"
  | "VL21 every signature is one the record needs"
  | "VL22 a new type of record needs a policy first";

export interface RuleViolated {
  readonly type: "RuleViolated";
  readonly rule: RuleName;
  readonly log: string;
  readonly index: number;
  readonly record: string;
}

export const violated = (record: LogRecord, rule: RuleName): Result<never, RuleViolated> =>
  err({
    type: "RuleViolated",
    rule,
    log: record.log,
    index: record.index,
    record: record.id,
  });
